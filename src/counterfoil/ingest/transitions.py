"""Rows that change their state without a new body: missing, unlisted, tombstone (DESIGN part 4b, states)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.ingest import conflicts, deleted_here
from counterfoil.ingest.conflicts import NewConflict
from counterfoil.mirror.long_missing import missing_for_long
from counterfoil.mirror.models import ConflictKind, PendingEdit, State
from counterfoil.mirror.resources import table
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
    State.MISSING: (State.PRESENT,),
    State.UNLISTED: (State.MISSING, State.PRESENT),
    State.TOMBSTONE: (State.PRESENT, State.MISSING, State.UNLISTED),
}


def apply_transitions(transitions: Sequence[Transition], source: ChangeSource) -> int:
    """Change the states of rows and write their history. Returns how many rows changed.

    A row observed after the transition's ticket is left alone. Runs in the caller's transaction, which also holds
    the run's counts.
    """
    if not transitions:
        return 0
    by_id = {transition.external_id: transition for transition in transitions}
    records = table(source.resource)
    activity = "is_active" if records.has("is_active") else None
    rows = (
        records.rows(source.connection_id)
        .filter(external_id__in=list(by_id))
        .order_by("id")
        .select_for_update()
        .values_list("id", "external_id", "state", "ticket_to", activity or "id")
    )
    changed = 0
    found = list(rows)
    gone = [row_id for row_id, external_id, *_ in found if by_id[str(external_id)].state == State.TOMBSTONE]
    confirmed = deleted_here.confirmed_deletions(source.resource, gone) if gone else {}
    for row_id, external_id, state, ticket_to, active in found:
        transition = by_id[str(external_id)]
        if ticket_to >= transition.ticket:
            continue
        if state == State.UNLISTED == transition.state:
            records.rows_by_id([row_id]).update(answered_by=transition.answered_by or None)
        if state not in _STATES_BEFORE[transition.state]:
            continue
        changes = [FieldChange("state", state, transition.state.value)]
        also: dict[str, Any] = {"answered_by": transition.answered_by or None}
        if activity and active and transition.state in (State.UNLISTED, State.TOMBSTONE):
            changes.append(FieldChange("is_active", active, False))
            also["is_active"] = False
        elif activity and not active and transition.state == State.PRESENT:
            also |= {
                "raw_hash": None,
                "hash": None,
            }  # it may have been inactive only for being missing: map it again
        records.rows_by_id([row_id]).update(
            state=transition.state,
            state_ticket=transition.ticket,
            state_at=source.at,
            version=F("version") + 1,
            updated_at=source.at,
            **also,
        )
        deletion = confirmed.get(row_id)
        cause = deleted_here.source_of(deletion, source)
        write_history([(row_id, change, cause.reference_of(str(external_id))) for change in changes], cause)
        if deletion is not None:
            deleted_here.end(deletion, cause)
        elif transition.state == State.TOMBSTONE:
            raise_for_edits(row_id, str(external_id), source)
        changed += 1
    return changed


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
