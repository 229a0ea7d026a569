"""The status of edits and conflicts of customers: filters of customers, and counts by connection."""

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
    ContactPerson,
    Customer,
    PendingDeletion,
    PendingEdit,
    State,
    Write,
)

RESOURCE = Resource.CUSTOMER
GONE_STATES = (State.TOMBSTONE, State.MERGED)
"""States of rows whose edits are not pushed."""
WHOLE_RECORD_KINDS = (ConflictKind.DELETED, ConflictKind.CREATED)
"""Kinds of conflicts that hold back every edit of their record."""


def waiting_edits() -> "QuerySet[PendingEdit]":
    """Select the edits that the next push sends."""
    gone = Customer.objects.filter(pk=OuterRef("record_id"), state__in=GONE_STATES)
    deleted = pending_deletions().filter(record_id=OuterRef("record_id"))
    return _undisputed_edits().filter(~Exists(gone), ~Exists(deleted), refused="")


def rejected_edits() -> "QuerySet[PendingEdit]":
    """Select the edits that the upstream has rejected."""
    return _undisputed_edits().exclude(refused="")


def held_back_edits() -> "QuerySet[PendingEdit]":
    """Select the edits that wait for a decision, about their field or about their whole record."""
    deleted = pending_deletions().filter(record_id=OuterRef("record_id"))
    return _edits().filter(~Q(conflict=None) | Exists(_of_same_record()) | Exists(deleted), here_only=False)


def kept_here() -> "QuerySet[PendingEdit]":
    """Select the edits that are never sent."""
    return _edits().filter(here_only=True)


def pending_deletions() -> "QuerySet[PendingDeletion]":
    """Select the confirmed deletions, also those that have to be confirmed again. They hold back all edits."""
    return PendingDeletion.objects.filter(resource=RESOURCE)


def open_conflicts() -> "QuerySet[Conflict]":
    """Select the conflicts that wait for a decision."""
    return Conflict.objects.open().filter(resource=RESOURCE)


def with_edits(rows: "QuerySet[Customer]") -> "QuerySet[Customer]":
    """Narrow customers to those with an edit, an open conflict or a deletion that waits."""
    return rows.filter(
        Q(pk__in=_edits().values("record_id"))
        | Q(pk__in=open_conflicts().values("record_id"))
        | Q(pk__in=pending_deletions().values("record_id"))
    )


def _having(select: "Callable[[], QuerySet[Any]]") -> "Callable[[QuerySet[Customer]], QuerySet[Customer]]":
    return lambda rows: rows.filter(pk__in=select().order_by().values("record_id"))


FILTERS: "Mapping[str, Callable[[QuerySet[Customer]], QuerySet[Customer]]]" = {
    "any": with_edits,
    "waiting": _having(waiting_edits),
    "refused": _having(rejected_edits),
    "conflict": _having(open_conflicts),
    "kept": _having(kept_here),
}
"""Filters of customers by the status of their edits."""


@dataclass(frozen=True, slots=True)
class EditCounts:
    """Counts of one connection: edits by status, the customers whose edits wait, and open conflicts.

    `deletions` are confirmed and wait to be sent, `doubted` have to be confirmed again; `person_edits` are those
    of contact persons that wait to be sent.
    """

    waiting: int = 0
    customers: int = 0
    refused: int = 0
    held_back: int = 0
    kept: int = 0
    conflicts: int = 0
    deletions: int = 0
    doubted: int = 0
    person_edits: int = 0

    @property
    def to_send(self) -> int:
        """How many changes the next push sends."""
        return self.waiting + self.deletions + self.person_edits


def count_by_connection(connections: Collection[int]) -> dict[int, EditCounts]:
    """Count edits and conflicts by connection, with zeros for those without any."""
    totals: dict[int, dict[str, int]] = {key: {} for key in connections}
    number, records = Count("id"), Count("record_id", distinct=True)
    queries: Sequence[tuple[QuerySet[Any], dict[str, Count]]] = (
        (waiting_edits(), {"waiting": number, "customers": records}),
        (rejected_edits(), {"refused": number}),
        (held_back_edits(), {"held_back": number}),
        (kept_here(), {"kept": number}),
        (open_conflicts(), {"conflicts": number}),
        (pending_deletions().filter(held=""), {"deletions": number}),
        (pending_deletions().exclude(held=""), {"doubted": number}),
        (_persons_edits().filter(refused="", conflict=None), {"person_edits": number}),
    )
    for rows, counts in queries:
        grouped = rows.filter(connection_id__in=totals).order_by().values("connection_id")
        for line in grouped.annotate(**counts):
            totals[line.pop("connection_id")].update(line)
    return {key: EditCounts(**counts) for key, counts in totals.items()}


def whole_record_conflicts() -> "QuerySet[Conflict]":
    """Select the open conflicts about whole records."""
    return open_conflicts().filter(kind__in=WHOLE_RECORD_KINDS)


def _of_same_record() -> "QuerySet[Conflict]":
    return whole_record_conflicts().filter(record_id=OuterRef("record_id"))


def _undisputed_edits() -> "QuerySet[PendingEdit]":
    return _edits().filter(~Exists(_of_same_record()), here_only=False, conflict=None)


def _edits() -> "QuerySet[PendingEdit]":
    return PendingEdit.objects.filter(resource=RESOURCE)


def _persons_edits() -> "QuerySet[PendingEdit]":
    return PendingEdit.objects.filter(resource=Resource.CONTACT_PERSON, here_only=False)


class EditState(StrEnum):
    """The status of one edit, or of the deletion of a whole record."""

    WAITS = "waits"
    REFUSED = "refused"
    CONFLICT = "conflict"
    HERE_ONLY = "here_only"
    HELD = "held"
    """Its record is about to be deleted."""
    DELETION = "deletion"
    """A person has to confirm the deletion of the record again."""


class EditLine(NamedTuple):
    """An edit with its record and its status."""

    edit: PendingEdit
    row: Customer
    state: EditState


class PersonLeft(NamedTuple):
    """An edit of a contact person that a push has not sent, and its state."""

    person: ContactPerson
    edit: PendingEdit
    state: EditState


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a push has left to a person (rejected, in conflict) or to the next push.

    `field` is empty where it concerns the whole record.
    """

    record_id: int
    field: str
    state: EditState
    reason: str
    conflict_id: int | None = None


def state_of_edit(edit: PendingEdit, blocked: Container[int] = (), deleted: Container[int] = ()) -> EditState:
    """Return the status of an edit.

    `blocked` are the records with an open conflict about the whole record, `deleted` those about to be deleted.
    """
    if edit.here_only:
        return EditState.HERE_ONLY
    if edit.record_id in deleted:
        return EditState.HELD
    if edit.conflict_id is not None or edit.record_id in blocked:
        return EditState.CONFLICT
    return EditState.REFUSED if edit.refused else EditState.WAITS


def edits_by_field(row: Customer) -> dict[str, tuple[PendingEdit, EditState]]:
    """Return the edits of a record and their status, by field."""
    edits = PendingEdit.objects.for_record(row.pk).select_related("made_by", "conflict")
    own = {row.pk}
    blocked = own if whole_record_conflicts().filter(record_id=row.pk).exists() else ()
    deleted = own if pending_deletions().filter(record_id=row.pk).exists() else ()
    return {edit.field: (edit, state_of_edit(edit, blocked, deleted)) for edit in edits.order_by("id")}


def edit_lines(connection: Connection, records: Sequence[int] | None = None) -> list[EditLine]:
    """Return the edits of a connection, or of some of its records, with their status."""
    edits = list(_edits_of(connection, records).select_related("made_by", "conflict").order_by("record_id", "id"))
    blocked = set(whole_record_conflicts().filter(connection=connection).values_list("record_id", flat=True))
    deleted = set(pending_deletions().filter(connection=connection).values_list("record_id", flat=True))
    rows = Customer.objects.defer("raw").in_bulk({edit.record_id for edit in edits})
    return [
        EditLine(edit, rows[edit.record_id], state_of_edit(edit, blocked, deleted))
        for edit in edits
        if edit.record_id in rows
    ]


def records_with_unknown_outcome(connection: Connection) -> set[int]:
    """Return the records with a write whose outcome is not known; a push looks it up before it sends anything."""
    writes = Write.objects.unfinished().filter(connection=connection, resource=RESOURCE)
    return set(writes.values_list("record_id", flat=True))


def unfinished(connection: Connection, records: Sequence[int] | None, before: datetime) -> list[Unfinished]:
    """Return what is left of the edits and deletions made before a moment, in the order of the records."""
    leftovers = [_in_conflict(conflict) for conflict in _open_conflicts(connection, records)]
    leftovers += [_not_deleted(deletion) for deletion in deletions(connection, records, before)]
    unknown = records_with_unknown_outcome(connection)
    for edit, row, state in edit_lines(connection, records):
        if state == EditState.REFUSED:
            leftovers.append(Unfinished(edit.record_id, edit.field, state, edit.refused))
        elif state == EditState.WAITS and edit.made_at < before:
            reason = OUTCOME_UNKNOWN if edit.record_id in unknown else NOT_SENT
            reason = NOT_FOUND if row.state == State.MISSING else reason
            leftovers.append(Unfinished(edit.record_id, edit.field, state, reason))
    return sorted(leftovers, key=lambda leftover: leftover.record_id)


NOT_FOUND = "The customer was not found. The next push looks again."
NOT_SENT = "It was not sent; the next push sends it."
OUTCOME_UNKNOWN = "It is not known yet whether it arrived; the next push looks it up."


def _edits_of(connection: Connection, records: Sequence[int] | None) -> "QuerySet[PendingEdit]":
    edits = _edits().filter(connection=connection)
    return edits if records is None else edits.filter(record_id__in=list(records))


def _open_conflicts(connection: Connection, records: Sequence[int] | None) -> "QuerySet[Conflict]":
    conflicts = open_conflicts().filter(connection=connection).order_by("id")
    return conflicts if records is None else conflicts.filter(record_id__in=list(records))


def is_push_needed(connection: Connection) -> bool:
    """Tell whether anything of a connection waits to be sent: edits, deletions, contact persons."""
    return bool(records_to_push(connection) or persons_to_push(connection))


def persons_to_push(connection: Connection, customers: Sequence[int] | None = None) -> list[int]:
    """Return the keys of the contact persons that a push has to visit, all or those of some customers."""
    resource = Resource.CONTACT_PERSON
    there = ContactPerson.objects.filter(connection=connection).exclude(state__in=GONE_STATES)
    there = there if customers is None else there.filter(customer__in=list(customers))
    asked = Conflict.objects.open().filter(resource=resource, field="")
    edits = _persons_edits().filter(refused="", conflict=None)
    writes = Write.objects.unfinished().filter(resource=resource, connection=connection).order_by("id")
    edits = edits.filter(connection=connection, record_id__in=there.values("pk")).order_by("id")
    keys = [
        *writes.filter(record_id__in=there.values("pk")).values_list("record_id", flat=True),
        *edits.exclude(record_id__in=asked.values("record_id")).values_list("record_id", flat=True),
    ]
    return list(dict.fromkeys(keys))


def persons_left(connection: Connection, customers: Sequence[int] | None, before: datetime) -> list[PersonLeft]:
    """Return what a push has left of the edits of contact persons made before a moment."""
    there = ContactPerson.objects.filter(connection=connection)
    there = there if customers is None else there.filter(customer__in=list(customers))
    edits = _persons_edits().filter(record_id__in=there.values("pk"), made_at__lt=before)
    rows = there.in_bulk(edits.values_list("record_id", flat=True))
    return [
        PersonLeft(rows[edit.record_id], edit, state_of_edit(edit)) for edit in edits.order_by("record_id", "id")
    ]


def deletions(
    connection: Connection, records: Sequence[int] | None = None, before: datetime | None = None
) -> list[PendingDeletion]:
    """Return the deletions of a connection that wait, or of some of its records."""
    rows = pending_deletions().filter(connection=connection)
    rows = rows if records is None else rows.filter(record_id__in=list(records))
    return list(rows if before is None else rows.filter(asked_at__lt=before))


def _not_deleted(deletion: PendingDeletion) -> Unfinished:
    if deletion.held:
        return Unfinished(deletion.record_id, "", EditState.DELETION, deletion.held)
    sent = Write.objects.for_record(deletion.record_id).unfinished().first()
    reason = NOT_SENT if sent is None else sent.error or OUTCOME_UNKNOWN
    return Unfinished(deletion.record_id, "", EditState.WAITS, reason)


def _in_conflict(conflict: Conflict) -> Unfinished:
    reason = ConflictKind(conflict.kind).label
    return Unfinished(conflict.record_id, conflict.field, EditState.CONFLICT, reason, conflict.pk)


def sendable_edits(record_id: int, resource: str = RESOURCE) -> list[PendingEdit]:
    """Return the edits of a record that can be sent, oldest first."""
    rows = PendingEdit.objects.for_record(record_id, resource).filter(here_only=False)
    return list(rows.filter(conflict=None, refused="").order_by("id"))


def records_to_push(connection: Connection) -> list[int]:
    """Return the keys of the rows that a push has to visit: writes without a known outcome first, then the others.

    Edits and deletions come oldest first.
    """
    sources: tuple[QuerySet[Any], ...] = (
        Write.objects.unfinished().filter(resource=RESOURCE),
        waiting_edits(),
        pending_deletions().filter(held=""),
    )
    records = [
        key
        for rows in sources
        for key in rows.filter(connection=connection).order_by("id").values_list("record_id", flat=True)
    ]
    return list(dict.fromkeys(records))
