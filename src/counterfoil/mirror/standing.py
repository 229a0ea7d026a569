"""Where edits and conflicts of customers stand: as filters of customers, and counted for each connection."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from counterfoil.connectors.contract import Resource
from counterfoil.mirror.models import Conflict, Customer, PendingEdit, State

GONE = (State.TOMBSTONE, State.MERGED)
"""States of rows that nothing is pushed of."""


def waiting() -> "QuerySet[PendingEdit]":
    """Edits that the next push sends."""
    gone = Customer.objects.filter(pk=OuterRef("record_id"), state__in=GONE)
    return _edits().filter(~Exists(gone), here_only=False, conflict=None, refused="")


def refused() -> "QuerySet[PendingEdit]":
    """Edits that the upstream did not take."""
    return _edits().filter(here_only=False).exclude(refused="")


def kept() -> "QuerySet[PendingEdit]":
    """Values of ours that are never sent."""
    return _edits().filter(here_only=True)


def in_conflict() -> "QuerySet[Conflict]":
    """Conflicts that nobody has settled."""
    return Conflict.objects.filter(resource=Resource.CUSTOMER, settled_at=None)


def with_any(rows: "QuerySet[Customer]") -> "QuerySet[Customer]":
    """Customers with an edit or an open conflict."""
    return rows.filter(Q(pk__in=_edits().values("record_id")) | Q(pk__in=in_conflict().values("record_id")))


def _having(found: "Callable[[], QuerySet[Any]]") -> "Callable[[QuerySet[Customer]], QuerySet[Customer]]":
    return lambda rows: rows.filter(pk__in=found().order_by().values("record_id"))


FILTERS: "Mapping[str, Callable[[QuerySet[Customer]], QuerySet[Customer]]]" = {
    "any": with_any,
    "waiting": _having(waiting),
    "refused": _having(refused),
    "conflict": _having(in_conflict),
    "kept": _having(kept),
}
"""Which customers, by what is said of their edits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one connection: edits that wait and of how many customers, that were refused, that are kept here only;
    open conflicts."""

    waiting: int = 0
    customers: int = 0
    refused: int = 0
    kept: int = 0
    conflicts: int = 0


def of_all(connections: Collection[int]) -> dict[int, Standing]:
    """By connection, those without anything too."""
    found: dict[int, dict[str, int]] = {key: {} for key in connections}
    number, records = Count("id"), Count("record_id", distinct=True)
    counted: Sequence[tuple[QuerySet[Any], dict[str, Count]]] = (
        (waiting(), {"waiting": number, "customers": records}),
        (refused(), {"refused": number}),
        (kept(), {"kept": number}),
        (in_conflict(), {"conflicts": number}),
    )
    for rows, counts in counted:
        grouped = rows.filter(connection_id__in=found).order_by().values("connection_id")
        for line in grouped.annotate(**counts):
            found[line.pop("connection_id")].update(line)
    return {key: Standing(**counts) for key, counts in found.items()}


def _edits() -> "QuerySet[PendingEdit]":
    return PendingEdit.objects.filter(resource=Resource.CUSTOMER)
