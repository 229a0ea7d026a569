"""The sort of a list, `sort=field:asc,other:desc` (contract section 2.2). Without it: ascending id."""

from random import Random
from typing import Any, NamedTuple

from counterfoil_simulators.robaws.errors import bad_request
from counterfoil_simulators.robaws.records import Record


class RobawsSortOrder(NamedTuple):
    """One field of a sort."""

    field: str
    descending: bool


def parse(text: str | None, sortable: frozenset[str]) -> tuple[RobawsSortOrder, ...]:
    """Parse a sort. Raises 400 for an unknown field, as Spring's `updatedAt,desc` names a field `desc`."""
    if not text:
        return ()
    orders: list[RobawsSortOrder] = []
    for part in text.split(","):
        field, _, direction = part.strip().partition(":")
        if field not in sortable or direction.lower() not in {"", "asc", "desc"}:
            raise bad_request(f"No sortable property '{part.strip()}'", "sort")
        orders.append(RobawsSortOrder(field, direction.lower() == "desc"))
    return tuple(orders)


def sort_ids(records: list[Record], orders: tuple[RobawsSortOrder, ...], *, unstable: bool) -> list[int]:
    """Return the ids in order. Ties are ordered by id, or at random where the tenant's sort is unstable."""
    if unstable:
        chance = Random()
        records = sorted(records, key=lambda _: chance.random())
    else:
        records = sorted(records, key=lambda record: record.id)
    for order in reversed(orders):
        keys = {record.id: _key(record, order.field) for record in records}
        records.sort(key=lambda record: keys[record.id], reverse=order.descending)
    return [record.id for record in records]


def _key(record: Record, field: str) -> tuple[int, Any]:
    """Compare ids as numbers and texts without regard to case; null comes last."""
    if field == "id":
        return (0, record.id)
    if field == "updatedAt":
        return (0, record.updated_at)
    value = record.json().get(field)
    return (1, "") if value is None else (0, str(value).casefold())
