"""Rows that change their state without a new body: missing, unlisted, tombstone (DESIGN part 4b, states)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from counterfoil.ingest import conflicts
from counterfoil.ingest.conflicts import Clash
from counterfoil.mirror.models import ConflictKind, PendingEdit, State
from counterfoil.mirror.resources import table
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import ChangeSource, write_history


@dataclass(frozen=True, slots=True)
class Transition:
    """`ticket` was drawn before the request (or the pass) that shows it."""

    external_id: str
    state: State
    ticket: int


_FROM = {
    State.MISSING: (State.PRESENT,),
    State.UNLISTED: (State.MISSING, State.PRESENT),
    State.TOMBSTONE: (State.PRESENT, State.MISSING, State.UNLISTED),
}


def apply_transitions(transitions: Sequence[Transition], source: ChangeSource) -> int:
    """Change states and keep their history. A row observed after the ticket is left alone. Returns how many.

    Runs in the caller's transaction: the run's counts belong into the same one.
    """
    if not transitions:
        return 0
    wanted = {transition.external_id: transition for transition in transitions}
    kept = table(source.resource)
    activity = "is_active" if kept.has("is_active") else None
    rows = (
        kept.rows(source.connection_id)
        .filter(external_id__in=list(wanted))
        .order_by("id")
        .select_for_update()
        .values_list("id", "external_id", "state", "ticket_to", activity or "id")
    )
    done = 0
    for row_id, external_id, state, ticket_to, active in list(rows):
        transition = wanted[str(external_id)]
        if state not in _FROM[transition.state] or ticket_to >= transition.ticket:
            continue
        changes = [FieldChange("state", state, transition.state.value)]
        others: dict[str, bool] = {}
        if activity and active and transition.state != State.MISSING:
            changes.append(FieldChange("is_active", active, False))
            others["is_active"] = False
        kept.rows_by_id([row_id]).update(
            state=transition.state,
            state_ticket=transition.ticket,
            state_at=source.at,
            version=F("version") + 1,
            updated_at=source.at,
            **others,
        )
        write_history([(row_id, change, source.reference_of(str(external_id))) for change in changes], source)
        if transition.state == State.TOMBSTONE:
            raise_for_edits(row_id, str(external_id), source)
        done += 1
    return done


def raise_for_edits(row_id: int, external_id: str, source: ChangeSource) -> None:
    """Edited here and deleted there: somebody decides (DESIGN law 4)."""
    edits = PendingEdit.objects.filter(resource=source.resource, record_id=row_id, here_only=False)
    if (newest := edits.order_by("-made_at").first()) is not None:
        ours = {edit.field: edit.value for edit in edits.order_by("id")}
        clash = Clash(row_id, ConflictKind.DELETED, ours=ours, edit=newest)
        conflicts.raise_open(clash, source, source.reference_of(external_id))
