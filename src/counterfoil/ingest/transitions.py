"""Rows that change their state without a new body: missing, unlisted, tombstone (DESIGN part 4b, states)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import F

from counterfoil.connectors.page import Read, ReadOutcome, Resource
from counterfoil.ingest import conflicts, customer_contacts, deleted_here, deletion_guard
from counterfoil.ingest.conflicts import NewConflict
from counterfoil.ingest.deleted_here import ConfirmedDeletion
from counterfoil.ingest.waiting_deletions import Deletion
from counterfoil.mirror.long_missing import missing_for_long
from counterfoil.mirror.models import ConflictKind, PendingEdit, State
from counterfoil.mirror.resources import Table, table
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import ChangeSource, write_history


@dataclass(frozen=True, slots=True)
class Transition:
    """A record's new state. `ticket` was drawn before the request (or the pass) that shows it.

    `answered_by` is the id of the record that answered in its place, for one that becomes unlisted.
    """

    external_id: str
    state: State
    ticket: int
    answered_by: str = ""


def transition_of(read: Read) -> Transition | None:
    """Return what a single read proves of its record's absence; None where it proves nothing."""
    if read.answer == ReadOutcome.GONE:
        return Transition(read.external_id, State.TOMBSTONE, read.ticket)
    if read.answer == ReadOutcome.UNLISTED:
        return Transition(read.external_id, State.UNLISTED, read.ticket, read.other)
    return None


_STATES_BEFORE = {
    State.PRESENT: (State.MISSING,),
    State.MISSING: (State.PRESENT, State.LOCAL),
    State.UNLISTED: (State.MISSING, State.PRESENT),
    State.TOMBSTONE: (State.PRESENT, State.MISSING, State.UNLISTED, State.LOCAL),
}
"""A local row is deleted where it was created upstream, and was gone before it was read back."""


class _Row(NamedTuple):
    """A row to change, and the state that it gets. `active` is None where its table has no such column."""

    id: int
    external_id: str
    state: State
    active: bool | None
    title: str
    transition: Transition

    @property
    def deletion(self) -> Deletion:
        """What the guard has to know; the read's ticket only where nothing else has shown it before."""
        seen = self.state in (State.PRESENT, State.LOCAL)
        return Deletion(self.external_id, self.title, self.transition.ticket if seen else 0)


def apply_transitions(transitions: Sequence[Transition], source: ChangeSource) -> int:
    """Change the states of rows and write their history. Returns how many rows got their new state.

    A row observed after the transition's ticket is left alone. Deletions that exceed the guard become missing and
    are proposed; the others of a transaction come before them, because the guard locks the connection. Runs in
    the caller's transaction, which also holds the run's counts.
    """
    if not transitions:
        return 0
    records = table(source.resource)
    owners: list[int] = []
    if source.resource == Resource.CONTACT_PERSON:
        changing = [transition.external_id for transition in transitions]
        owners = customer_contacts.lock_customers_of(source.connection_id, changing)
    rows = _changing_rows(records, transitions, source.connection_id)
    gone = [row for row in rows if row.transition.state == State.TOMBSTONE]
    confirmed = deleted_here.confirmed_deletions(source.resource, [row.id for row in gone]) if gone else {}
    held_back = deletion_guard.hold_back(
        [row.deletion for row in gone if not _sent(confirmed.get(row.id))], source
    )
    for row in rows:
        if row.external_id not in held_back:
            _apply(records, row, source, confirmed.get(row.id))
        elif row.state in _STATES_BEFORE[State.MISSING]:
            _apply(records, row._replace(transition=replace(row.transition, state=State.MISSING)), source, None)
    customer_contacts.refresh_locked(source.connection_id, owners)
    return sum(row.external_id not in held_back for row in rows)


def _sent(deletion: ConfirmedDeletion | None) -> bool:
    """Tell whether a person has confirmed the deletion here, and it was sent: then it is no absence."""
    return deletion is not None and deletion.write is not None


def _changing_rows(records: Table, transitions: Sequence[Transition], connection_id: int) -> list[_Row]:
    """Lock the rows and return those that may change, in the order of their keys.

    A row that is unlisted already only keeps which record answers for it.
    """
    by_id = {transition.external_id: transition for transition in transitions}
    activity = "is_active" if records.has("is_active") else "id"
    columns = ("id", "external_id", "state", "ticket_to", "state_ticket", activity, records.form.title)
    found = records.rows(connection_id).filter(external_id__in=list(by_id)).order_by("id").select_for_update()
    rows: list[_Row] = []
    for row_id, external_id, state, ticket_to, state_ticket, active, title in list(found.values_list(*columns)):
        transition = by_id[str(external_id)]
        if ticket_to >= transition.ticket:
            continue
        if transition.state == State.PRESENT and state_ticket >= transition.ticket:
            continue  # it has been missed, or denied by a read, since
        if state == State.UNLISTED == transition.state:
            records.rows_by_id([row_id]).update(answered_by=transition.answered_by or None)
        if state in _STATES_BEFORE[transition.state]:
            is_active = None if activity == "id" else bool(active)
            rows.append(_Row(row_id, str(external_id), State(state), is_active, title or "", transition))
    return rows


def _apply(records: Table, row: _Row, source: ChangeSource, deletion: ConfirmedDeletion | None) -> None:
    transition = row.transition
    changes = [FieldChange("state", row.state.value, transition.state.value)]
    also: dict[str, Any] = {"answered_by": transition.answered_by or None}
    if row.active and transition.state in (State.UNLISTED, State.TOMBSTONE):
        changes.append(FieldChange("is_active", True, False))
        also["is_active"] = False
    elif row.active is False and transition.state == State.PRESENT:
        also |= {"raw_hash": None, "hash": None}  # perhaps inactive only for being missing: map it again
    records.rows_by_id([row.id]).update(
        state=transition.state,
        state_ticket=transition.ticket,
        state_at=source.at,
        version=F("version") + 1,
        updated_at=source.at,
        **also,
    )
    cause = deleted_here.source_of(deletion, source)
    write_history([(row.id, change, cause.reference_of(row.external_id)) for change in changes], cause)
    if deletion is not None:
        deleted_here.end(deletion, cause)
    elif transition.state == State.TOMBSTONE:
        raise_for_edits(row.id, row.external_id, source)


def deactivate_long_missing(source: ChangeSource) -> int:
    """Make rows inactive that have been missing for long. Returns how many. Runs in the caller's transaction."""
    records = table(source.resource)
    if not records.has("is_active"):
        return 0
    rows = missing_for_long(records.rows(source.connection_id), source.at).filter(is_active=True)
    keys = list(rows.order_by("id").select_for_update().values_list("pk", flat=True))
    records.rows_by_id(keys).update(is_active=False, version=F("version") + 1, updated_at=source.at)
    write_history([(key, FieldChange("is_active", True, False), source.reference) for key in keys], source)
    return len(keys)


def raise_for_edits(row_id: int, external_id: str, source: ChangeSource) -> None:
    """Open a conflict where a deleted record has pending edits: a person decides (DESIGN law 4)."""
    edits = PendingEdit.objects.for_record(row_id, source.resource).filter(here_only=False)
    if (newest := edits.order_by("-made_at").first()) is not None:
        ours = {edit.field: edit.value for edit in edits.order_by("id")}
        conflict = NewConflict(row_id, ConflictKind.DELETED, ours=ours, edit=newest)
        conflicts.open_or_update(conflict, source, source.reference_of(external_id))
