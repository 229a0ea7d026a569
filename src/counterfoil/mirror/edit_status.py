"""Where edits and conflicts of customers stand: as filters of customers, and counted for each connection."""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from counterfoil.connectors.page import Resource
from counterfoil.mirror.models import (
    Conflict,
    ConflictKind,
    Connection,
    Customer,
    PendingEdit,
    State,
    Write,
)

GONE = (State.TOMBSTONE, State.MERGED)
"""States of rows that nothing is pushed of."""
OF_WHOLE_RECORDS = (ConflictKind.DELETED, ConflictKind.CREATED)
"""Conflicts that hold back every edit of their record."""


def waiting_edits() -> "QuerySet[PendingEdit]":
    """Edits that the next push sends."""
    gone = Customer.objects.filter(pk=OuterRef("record_id"), state__in=GONE)
    return _free().filter(~Exists(gone), refused="")


def rejected_edits() -> "QuerySet[PendingEdit]":
    """Edits that the upstream did not take."""
    return _free().exclude(refused="")


def held_back_edits() -> "QuerySet[PendingEdit]":
    """Edits of which somebody has to decide first: on them, or on their record as a whole."""
    return _edits().filter(~Q(conflict=None) | Exists(_of_its_record()), here_only=False)


def kept_here() -> "QuerySet[PendingEdit]":
    """Values of ours that are never sent."""
    return _edits().filter(here_only=True)


def open_conflicts() -> "QuerySet[Conflict]":
    """Conflicts that nobody has settled."""
    return Conflict.objects.open().filter(resource=Resource.CUSTOMER)


def with_edits(rows: "QuerySet[Customer]") -> "QuerySet[Customer]":
    """Customers with an edit or an open conflict."""
    return rows.filter(Q(pk__in=_edits().values("record_id")) | Q(pk__in=open_conflicts().values("record_id")))


def _having(found: "Callable[[], QuerySet[Any]]") -> "Callable[[QuerySet[Customer]], QuerySet[Customer]]":
    return lambda rows: rows.filter(pk__in=found().order_by().values("record_id"))


FILTERS: "Mapping[str, Callable[[QuerySet[Customer]], QuerySet[Customer]]]" = {
    "any": with_edits,
    "waiting": _having(waiting_edits),
    "refused": _having(rejected_edits),
    "conflict": _having(open_conflicts),
    "kept": _having(kept_here),
}
"""Which customers, by what is said of their edits."""


@dataclass(frozen=True, slots=True)
class EditCounts:
    """Of one connection: edits that wait and of how many customers, that were refused, that are held back by
    conflicts, that are kept here only; open conflicts."""

    waiting: int = 0
    customers: int = 0
    refused: int = 0
    held_back: int = 0
    kept: int = 0
    conflicts: int = 0


def count_by_connection(connections: Collection[int]) -> dict[int, EditCounts]:
    """By connection, those without anything too."""
    found: dict[int, dict[str, int]] = {key: {} for key in connections}
    number, records = Count("id"), Count("record_id", distinct=True)
    counted: Sequence[tuple[QuerySet[Any], dict[str, Count]]] = (
        (waiting_edits(), {"waiting": number, "customers": records}),
        (rejected_edits(), {"refused": number}),
        (held_back_edits(), {"held_back": number}),
        (kept_here(), {"kept": number}),
        (open_conflicts(), {"conflicts": number}),
    )
    for rows, counts in counted:
        grouped = rows.filter(connection_id__in=found).order_by().values("connection_id")
        for line in grouped.annotate(**counts):
            found[line.pop("connection_id")].update(line)
    return {key: EditCounts(**counts) for key, counts in found.items()}


def whole_record_conflicts() -> "QuerySet[Conflict]":
    """Open conflicts about whole records."""
    return open_conflicts().filter(kind__in=OF_WHOLE_RECORDS)


def _of_its_record() -> "QuerySet[Conflict]":
    return whole_record_conflicts().filter(record_id=OuterRef("record_id"))


def _free() -> "QuerySet[PendingEdit]":
    return _edits().filter(~Exists(_of_its_record()), here_only=False, conflict=None)


def _edits() -> "QuerySet[PendingEdit]":
    return PendingEdit.objects.filter(resource=Resource.CUSTOMER)


RESOURCE = Resource.CUSTOMER


class EditState(StrEnum):
    """Of one edit."""

    WAITS = "waits"
    REFUSED = "refused"
    CONFLICT = "conflict"
    HERE_ONLY = "here_only"

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_LABELS = {
    EditState.WAITS: "waits to be pushed",
    EditState.REFUSED: "refused",
    EditState.CONFLICT: "in conflict",
    EditState.HERE_ONLY: "kept here only",
}


class EditLine(NamedTuple):
    """One edit with its record."""

    edit: PendingEdit
    row: Customer
    standing: EditState


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What a push has left to do: for a person (refused, in conflict) or for the next push. `field` is empty where
    it is about the whole record."""

    record_id: int
    field: str
    standing: EditState
    words: str
    conflict_id: int | None = None


def status_of_edit(edit: PendingEdit, blocked: Container[int] = ()) -> EditState:
    """How one stands; `blocked` are the records about which somebody has to decide as a whole."""
    if edit.here_only:
        return EditState.HERE_ONLY
    if edit.conflict_id is not None or edit.record_id in blocked:
        return EditState.CONFLICT
    return EditState.REFUSED if edit.refused else EditState.WAITS


def edits_by_field(row: Customer) -> dict[str, tuple[PendingEdit, EditState]]:
    """The edits of one record by field."""
    edits = PendingEdit.objects.for_record(row.pk).select_related("made_by", "conflict")
    blocked = whole_record_conflicts().filter(record_id=row.pk).exists()
    return {edit.field: (edit, status_of_edit(edit, {row.pk} if blocked else ())) for edit in edits.order_by("id")}


def edit_lines(connection: Connection, records: Sequence[int] | None = None) -> list[EditLine]:
    """All edits of a connection, or of some of its records."""
    edits = _edits_of(connection, records).select_related("made_by").order_by("record_id", "id")
    blocked = set(whole_record_conflicts().filter(connection=connection).values_list("record_id", flat=True))
    found = list(edits)
    rows = Customer.objects.defer("raw").in_bulk({edit.record_id for edit in found})
    return [
        EditLine(edit, rows[edit.record_id], status_of_edit(edit, blocked))
        for edit in found
        if edit.record_id in rows
    ]


def records_with_unknown_outcome(connection: Connection) -> set[int]:
    """Records of which the outcome of a write is not known: it is looked up before anything else is sent."""
    writes = Write.objects.unfinished().filter(connection=connection, resource=RESOURCE)
    return set(writes.values_list("record_id", flat=True))


def left_over(connection: Connection, records: Sequence[int] | None, before: datetime) -> list[LeftOver]:
    """What is still to be done of the edits that were made before a moment, in the order of the records."""
    found = [_in_conflict(conflict) for conflict in _open_conflicts(connection, records)]
    unknown = records_with_unknown_outcome(connection)
    for edit, _, standing in edit_lines(connection, records):
        if standing == EditState.REFUSED:
            found.append(LeftOver(edit.record_id, edit.field, standing, edit.refused))
        elif standing == EditState.WAITS and edit.made_at < before:
            words = OUTCOME_UNKNOWN if edit.record_id in unknown else NOT_REACHED
            found.append(LeftOver(edit.record_id, edit.field, standing, words))
    return sorted(found, key=lambda one: one.record_id)


NOT_REACHED = "It was not sent; the next push sends it."
OUTCOME_UNKNOWN = "Whether it arrived is not known yet; the next push looks it up."


def _edits_of(connection: Connection, records: Sequence[int] | None) -> "QuerySet[PendingEdit]":
    found = PendingEdit.objects.filter(connection=connection, resource=RESOURCE)
    return found if records is None else found.filter(record_id__in=list(records))


def _open_conflicts(connection: Connection, records: Sequence[int] | None) -> "QuerySet[Conflict]":
    found = open_conflicts().filter(connection=connection).order_by("id")
    return found if records is None else found.filter(record_id__in=list(records))


def _in_conflict(conflict: Conflict) -> LeftOver:
    words = ConflictKind(conflict.kind).label
    return LeftOver(conflict.record_id, conflict.field, EditState.CONFLICT, words, conflict.pk)


def sendable_edits(record_id: int) -> list[PendingEdit]:
    """Edits of one record that can be sent, in the order in which they were made."""
    rows = PendingEdit.objects.for_record(record_id).filter(here_only=False)
    return list(rows.filter(conflict=None, refused="").order_by("id"))


def records_to_push(connection: Connection) -> list[int]:
    """The rows that a push has something to do with, oldest edit first: those with edits, and those of which a
    write was left whose outcome is not known."""
    edits = waiting_edits().filter(connection=connection)
    waiting = list(edits.order_by("id").values_list("record_id", flat=True))
    left = Write.objects.unfinished().filter(connection=connection)
    return list(dict.fromkeys([*left.order_by("id").values_list("record_id", flat=True), *waiting]))
