"""The sort of a list: `sort_column` and `sort_order` (contract sections 2.1 and 4.1)."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.switches import ZohoSwitches


class ZohoSortOrder(NamedTuple):
    """A column and a direction, A or D."""

    column: str
    direction: str


def parse(
    query: dict[str, str], columns: frozenset[str], default: ZohoSortOrder, switches: ZohoSwitches
) -> ZohoSortOrder:
    """Parse a sort. A direction without a column applies to the default column."""
    column = query.get("sort_column") or default.column
    if column not in columns:
        if switches.unknown_sort_column == "400":
            raise invalid_value("sort_column")
        column = default.column
    direction = query.get("sort_order") or ("A" if "sort_column" in query else default.direction)
    if direction not in {"A", "D"}:
        raise invalid_value("sort_order")
    return ZohoSortOrder(column, direction)


def sort_records[R](records: list[R], order: ZohoSortOrder, keys: Mapping[str, Callable[[R], Any]]) -> list[R]:
    """Return the records in order; ties are ordered by id, in either direction."""
    records = sorted(records, key=keys["id"])
    records.sort(key=keys[order.column], reverse=order.direction == "D")
    return records
