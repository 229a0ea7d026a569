"""How edits stand: which wait to be pushed, and which are held back and why."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db.models import QuerySet

from counterfoil.connectors.contract import Resource
from counterfoil.mirror.models import UNFINISHED, Conflict, ConflictKind, Connection, Customer, PendingEdit, Write
from counterfoil.mirror.standing import undecided

RESOURCE = Resource.CUSTOMER


class Standing(StrEnum):
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
    Standing.WAITS: "waits to be pushed",
    Standing.REFUSED: "refused",
    Standing.CONFLICT: "in conflict",
    Standing.HERE_ONLY: "kept here only",
}


class Line(NamedTuple):
    """One edit with its record."""

    edit: PendingEdit
    row: Customer
    standing: Standing


@dataclass(frozen=True, slots=True)
class Left:
    """What a push has left to do: for a person (refused, in conflict) or for the next push. `field` is empty where
    it is about the whole record."""

    record_id: int
    field: str
    standing: Standing
    words: str
    conflict_id: int | None = None


def of(edit: PendingEdit, blocked: Container[int] = ()) -> Standing:
    """How one stands; `blocked` are the records about which somebody has to decide as a whole."""
    if edit.here_only:
        return Standing.HERE_ONLY
    if edit.conflict_id is not None or edit.record_id in blocked:
        return Standing.CONFLICT
    return Standing.REFUSED if edit.refused else Standing.WAITS


def of_record(row: Customer) -> dict[str, tuple[PendingEdit, Standing]]:
    """The edits of one record by field."""
    edits = PendingEdit.objects.filter(resource=RESOURCE, record_id=row.pk).select_related("made_by", "conflict")
    blocked = undecided().filter(record_id=row.pk).exists()
    return {edit.field: (edit, of(edit, {row.pk} if blocked else ())) for edit in edits.order_by("id")}


def lines(connection: Connection, records: Sequence[int] | None = None) -> list[Line]:
    """All edits of a connection, or of some of its records."""
    edits = _edits(connection, records).select_related("made_by").order_by("record_id", "id")
    blocked = set(undecided().filter(connection=connection).values_list("record_id", flat=True))
    found = list(edits)
    rows = Customer.objects.defer("raw").in_bulk({edit.record_id for edit in found})
    return [Line(edit, rows[edit.record_id], of(edit, blocked)) for edit in found if edit.record_id in rows]


def unfinished(connection: Connection) -> set[int]:
    """Records of which the outcome of a write is not known: it is looked up before anything else is sent."""
    writes = Write.objects.filter(connection=connection, resource=RESOURCE, state__in=UNFINISHED)
    return set(writes.values_list("record_id", flat=True))


def left(connection: Connection, records: Sequence[int] | None, before: datetime) -> list[Left]:
    """What is still to be done of the edits that were made before a moment, in the order of the records."""
    found = [_in_conflict(conflict) for conflict in _open(connection, records)]
    unknown = unfinished(connection)
    for edit, _, standing in lines(connection, records):
        if standing == Standing.REFUSED:
            found.append(Left(edit.record_id, edit.field, standing, edit.refused))
        elif standing == Standing.WAITS and edit.made_at < before:
            words = OUTCOME_UNKNOWN if edit.record_id in unknown else NOT_REACHED
            found.append(Left(edit.record_id, edit.field, standing, words))
    return sorted(found, key=lambda one: one.record_id)


NOT_REACHED = "It was not sent; the next push sends it."
OUTCOME_UNKNOWN = "Whether it arrived is not known yet; the next push looks it up."


def _edits(connection: Connection, records: Sequence[int] | None) -> "QuerySet[PendingEdit]":
    found = PendingEdit.objects.filter(connection=connection, resource=RESOURCE)
    return found if records is None else found.filter(record_id__in=list(records))


def _open(connection: Connection, records: Sequence[int] | None) -> "QuerySet[Conflict]":
    found = Conflict.objects.filter(connection=connection, resource=RESOURCE, settled_at=None).order_by("id")
    return found if records is None else found.filter(record_id__in=list(records))


def _in_conflict(conflict: Conflict) -> Left:
    words = ConflictKind(conflict.kind).label
    return Left(conflict.record_id, conflict.field, Standing.CONFLICT, words, conflict.pk)
