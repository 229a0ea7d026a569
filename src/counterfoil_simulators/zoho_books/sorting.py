"""`sort_column` and `sort_order` (contract sections 2.1 and 4.1)."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.switches import ZohoSwitches


class ZohoOrder(NamedTuple):
    """A column and A or D."""

    column: str
    direction: str


def parse(query: dict[str, str], columns: frozenset[str], default: ZohoOrder, switches: ZohoSwitches) -> ZohoOrder:
    """The asked order. A direction without a column applies to the default column."""
    column = query.get("sort_column") or default.column
    if column not in columns:
        if switches.unknown_sort_column == "400":
            raise invalid_value("sort_column")
        column = default.column
    direction = query.get("sort_order") or ("A" if "sort_column" in query else default.direction)
    if direction not in {"A", "D"}:
        raise invalid_value("sort_order")
    return ZohoOrder(column, direction)


def arrange[R](records: list[R], order: ZohoOrder, keys: Mapping[str, Callable[[R], Any]]) -> list[R]:
    """The records in order; equal ones by their ids, whichever the direction."""
    records = sorted(records, key=keys["id"])
    records.sort(key=keys[order.column], reverse=order.direction == "D")
    return records
