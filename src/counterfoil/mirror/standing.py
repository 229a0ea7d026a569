"""Where edits and conflicts of customers stand: as filters of customers, and counted for each connection."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from counterfoil.connectors.contract import Resource
from counterfoil.mirror.models import Conflict, ConflictKind, Customer, PendingEdit, State

GONE = (State.TOMBSTONE, State.MERGED)
"""States of rows that nothing is pushed of."""
OF_WHOLE_RECORDS = (ConflictKind.DELETED, ConflictKind.CREATED)
"""Conflicts that hold back every edit of their record."""


def waiting() -> "QuerySet[PendingEdit]":
    """Edits that the next push sends."""
    gone = Customer.objects.filter(pk=OuterRef("record_id"), state__in=GONE)
    return _free().filter(~Exists(gone), refused="")


def refused() -> "QuerySet[PendingEdit]":
    """Edits that the upstream did not take."""
    return _free().exclude(refused="")


def held_back() -> "QuerySet[PendingEdit]":
    """Edits of which somebody has to decide first: on them, or on their record as a whole."""
    return _edits().filter(~Q(conflict=None) | Exists(_of_its_record()), here_only=False)


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
class Counts:
    """Of one connection: edits that wait and of how many customers, that were refused, that are held back by
    conflicts, that are kept here only; open conflicts."""

    waiting: int = 0
    customers: int = 0
    refused: int = 0
    held_back: int = 0
    kept: int = 0
    conflicts: int = 0


def of_all(connections: Collection[int]) -> dict[int, Counts]:
    """By connection, those without anything too."""
    found: dict[int, dict[str, int]] = {key: {} for key in connections}
    number, records = Count("id"), Count("record_id", distinct=True)
    counted: Sequence[tuple[QuerySet[Any], dict[str, Count]]] = (
        (waiting(), {"waiting": number, "customers": records}),
        (refused(), {"refused": number}),
        (held_back(), {"held_back": number}),
        (kept(), {"kept": number}),
        (in_conflict(), {"conflicts": number}),
    )
    for rows, counts in counted:
        grouped = rows.filter(connection_id__in=found).order_by().values("connection_id")
        for line in grouped.annotate(**counts):
            found[line.pop("connection_id")].update(line)
    return {key: Counts(**counts) for key, counts in found.items()}


def undecided() -> "QuerySet[Conflict]":
    """Open conflicts about whole records."""
    return in_conflict().filter(kind__in=OF_WHOLE_RECORDS)


def _of_its_record() -> "QuerySet[Conflict]":
    return undecided().filter(record_id=OuterRef("record_id"))


def _free() -> "QuerySet[PendingEdit]":
    return _edits().filter(~Exists(_of_its_record()), here_only=False, conflict=None)


def _edits() -> "QuerySet[PendingEdit]":
    return PendingEdit.objects.filter(resource=Resource.CUSTOMER)
