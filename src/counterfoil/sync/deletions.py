"""The end of a pass: check the guards, release held changes, mark absent rows missing and confirm them (law 3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome, Scope, Shape
from counterfoil.connectors.port import ListedWithParent
from counterfoil.errors import BadRecord
from counterfoil.ingest import guards, held_changes, retyped_ids, transitions, waiting_deletions
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.guards import ChangeGate, TrippedGuard
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.ingest.transitions import Transition, apply_transitions, transition_of
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Action, Proposal, Run, State
from counterfoil.runs.context import Progress, RunContext
from counterfoil.runs.lifecycle import SWEEPING
from counterfoil.sync import completeness
from counterfoil.sync.read_results import (
    absent_transitions,
    apply_absences,
    found_observations,
    is_archived,
    settle_reads,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet


BATCH = 500
ABSENT = (Action.VANISH, Action.SETTLED, Action.DELETE)
"""Proposed for rows that the listing did not hold, or that do not exist any more."""
UNLISTED_RECHECK = timedelta(days=30)
"""Unlisted rows are read again this often."""


def tripped_guards(context: RunContext, change_gate: ChangeGate) -> list[TrippedGuard]:
    """Return the guards that the whole pass trips.

    Called after `propose_deletions`, and before anything is marked missing or released.
    """
    run = context.run
    full = run.kind in SWEEPING
    absent = _count_proposed(run, Action.VANISH) if full else 0
    settled = _count_proposed(run, Action.SETTLED) if full else 0
    if not (absent or settled or change_gate.renamed or change_gate.closed):
        return []  # nothing to check: counting a million rows would take a moment
    tripped = list(_tripped_by_form(context, change_gate))
    records = context.table.rows(run.connection_id)
    rows = records.filter(state__in=(State.PRESENT, State.MISSING)).count()
    share = context.guard_share
    renamed = guards.guard_renames(change_gate.renamed, change_gate.known if full else rows, share)
    if renamed is None and change_gate.too_many_renamed:
        renamed = TrippedGuard(
            "rename", change_gate.renamed, change_gate.known, guards.allowed_count(change_gate.known, share)
        )
    if renamed is not None:
        tripped.append(renamed)
    if absent:
        missing = records.filter(state=State.MISSING).count()
        vanished = guards.guard_deletions(absent + missing, rows, share)
        if vanished is not None:
            tripped.append(vanished)
    if settled:
        statuses = context.collection.scope(context.page_request).statuses
        unpaid = records.filter(state=State.PRESENT, status__in=statuses).count()
        if (fewer := guards.guard_settled(settled, unpaid)) is not None:
            tripped.append(fewer)
    return tripped


def _tripped_by_form(context: RunContext, change_gate: ChangeGate) -> Iterator[TrippedGuard]:
    """Judge the columns that are gone, and the ids whose form has changed: not those of which both are listed."""
    dry_run = context.options.dry_run
    if change_gate.absent_columns:
        changes = Proposal.objects.filter(run=context.run, outcome="").exclude(action__in=ABSENT).count()
        if dry_run:  # nothing is held back
            context.run.refresh_from_db(fields=["created", "updated"])
            changes = context.run.created + context.run.updated
        yield TrippedGuard("columns", changes, columns=change_gate.absent_columns)
    if change_gate.retyped and dry_run:
        yield TrippedGuard("retyped", change_gate.retyped, example=change_gate.example)
    retyped = retyped_proposals(context) if change_gate.retyped else {}
    if retyped and context.run.kind in SWEEPING and not context.options.partial:
        absent = Proposal.objects.filter(run=context.run, action=Action.VANISH, outcome="")
        gone = set(absent.values_list("external_id", flat=True))
        retyped = {now: before for now, before in retyped.items() if before in gone}
    if retyped:
        yield TrippedGuard("retyped", len(retyped), example=next(iter(retyped.items())))


def retyped_proposals(context: RunContext) -> dict[str, str]:
    """Return the new records, held back, whose id is here in another form: that form by the new one."""
    if not context.collection.capabilities.ids_may_be_retyped:
        return {}
    held = Proposal.objects.filter(run=context.run, action=Action.CREATE, outcome="").order_by("id")
    new_ids = list(held.values_list("external_id", flat=True))
    return retyped_ids.earlier_ids(context.table, context.run.connection_id, new_ids)


def _count_proposed(run: Run, action: Action) -> int:
    return Proposal.objects.filter(run=run, action=action, outcome="").count()


def propose_deletions(context: RunContext, scope: Scope) -> None:
    """Record the rows that the complete listing did not hold: what the guard checks and a user is shown."""
    if context.run.kind in SWEEPING:
        completeness.propose_absent(context.run, scope)
        _keep_unknown(context)


def _keep_unknown(context: RunContext) -> None:
    """Withdraw what was proposed for records of customers that came without theirs: nothing is known of them."""
    collection = context.collection
    if not isinstance(collection, ListedWithParent):
        return
    owners = collection.unknown_owners(completeness.run_listing(context.run, collection))
    proposed = Proposal.objects.filter(run=context.run, action__in=ABSENT, outcome="")
    for batch in batched(sorted(owners), BATCH):
        rows = context.table.rows(context.run.connection_id).filter(customer_external_id__in=batch)
        proposed.filter(external_id__in=rows.values("external_id")).delete()


def release_held_back(context: RunContext) -> None:
    """Ingest the observations that were held back for the guards, which did not trip."""
    for proposals in held_changes.in_batches(context.run.pk, BATCH):
        held = [proposal for proposal in proposals if proposal.action not in ABSENT]
        observations: list[Observation] = []
        unreadable: list[Quarantined] = []
        for proposal in held:
            payload = (proposal.payload or "").encode()
            try:
                item = context.collection.identify(payload)
            except BadRecord as error:
                unreadable.append(Quarantined(proposal.external_id, payload, error.text, proposal.ticket))
            else:
                observations.append(Observation(item, Origin.PAGE, Shape.LIST, proposal.ticket, proposal.ended))

        def checkpoint(counts: Counts, done: tuple[int, ...] = tuple(p.pk for p in held)) -> None:
            Proposal.objects.filter(pk__in=done).delete()
            context.record_counts(counts)

        context.pipeline.ingest(observations, context.source(), checkpoint=checkpoint, also_quarantine=unreadable)


def read_unpaid_again(context: RunContext) -> None:
    """Read the invoices that are no longer listed as unpaid one by one: they are paid, void or gone."""
    _read_proposed(context, Action.SETTLED)


def read_absent(context: RunContext) -> None:
    """Read the absent rows one by one that were not marked missing: nothing proves that they were not listed."""
    _read_proposed(context, Action.VANISH)


def _read_proposed(context: RunContext, action: Action) -> None:
    proposed = Proposal.objects.filter(run=context.run, action=action, outcome="").order_by("id")
    external_ids = list(proposed.values_list("external_id", flat=True))
    for batch in batched(external_ids, context.reads_at_once):
        reread(context, batch)
        Proposal.objects.filter(run=context.run, external_id__in=batch).delete()


def mark_listed_present(context: RunContext) -> None:
    """Mark missing rows present that this pass has listed, but in a form that could not be ingested (law 9)."""
    rows = context.table.rows(context.run.connection_id).filter(state=State.MISSING)
    first = completeness.first_ticket(context.run)
    for batch in batched(list(rows.order_by("id").values_list("external_id", flat=True)), BATCH):
        listed = context.store.sightings(context.run.connection_id, batch, first - 1)
        with transaction.atomic():
            context.lease.check()
            present = [Transition(key, State.PRESENT, seen.requested) for key, seen in listed.items()]
            apply_transitions(present, context.source())


def mark_missing(context: RunContext) -> None:
    """Mark absent rows missing; only a single read can tell that they are gone."""
    ticket = completeness.first_ticket(context.run)
    ids = Proposal.objects.filter(run=context.run, action=Action.VANISH, outcome="").values_list(
        "external_id", flat=True
    )
    for batch in batched(list(ids.order_by("id")), BATCH):
        with transaction.atomic():
            context.lease.check()
            missing = [Transition(external_id, State.MISSING, ticket) for external_id in batch]
            apply_transitions(missing, context.source())
            Proposal.objects.filter(run=context.run, external_id__in=batch).delete()
            context.lease.renew()
        context.stop_if_asked()


def deactivate_long_missing(context: RunContext) -> None:
    """Make inactive what has been missing for a month without an answer that proves anything."""
    with transaction.atomic():
        context.lease.check()
        transitions.deactivate_long_missing(context.source())


@dataclass(frozen=True, slots=True)
class _UnconfirmedRow:
    external_id: str
    state: State
    state_ticket: int


def confirm_missing(context: RunContext, pass_ticket: int) -> int:
    """Read every missing row, and the unlisted ones that are due. `pass_ticket` is the pass's first ticket.

    Returns how many rows that this pass missed first do exist.
    """
    rows = context.table.rows(context.run.connection_id)
    due = rows.filter(state=State.UNLISTED, state_at__lt=timezone.now() - UNLISTED_RECHECK)
    skipped = _confirm(context, rows.filter(state=State.MISSING), pass_ticket)
    _confirm(context, due, pass_ticket)
    return skipped


def confirm_rows(context: RunContext, external_ids: Sequence[str], pass_ticket: int) -> None:
    """Read these rows, whatever state they are in, and apply the answers. `pass_ticket`: see `confirm_missing`."""
    rows = context.table.rows(context.run.connection_id).filter(external_id__in=external_ids)
    _confirm(context, rows, pass_ticket)


def reread(context: RunContext, external_ids: Sequence[str]) -> None:
    """Read these records and ingest them; the others become tombstones or unlisted."""
    reads = list(context.read(external_ids))
    _ingest_found(context, reads, tickets.latest())
    with transaction.atomic():
        context.lease.check()
        counts = apply_absences(absent_transitions(reads), context.source())
        settle_reads(context, reads)
        context.record_counts(counts)


def _ingest_found(context: RunContext, reads: Sequence[Read], answered: int) -> None:
    observations = found_observations(reads, answered)
    if observations:
        context.pipeline.ingest(
            observations,
            context.source(),
            checkpoint=lambda counts: context.record_counts(_without_fetched(counts)),
        )


def _confirm(context: RunContext, rows: "QuerySet[Any]", pass_ticket: int) -> int:
    columns = rows.order_by("id").values_list("external_id", "state", "state_ticket")
    by_read = waiting_deletions.missed_by_read(context.run.connection_id, context.table.resource)
    unconfirmed = [
        _UnconfirmedRow(external_id, State(state), pass_ticket if external_id in by_read else ticket)
        for external_id, state, ticket in columns
    ]
    done = skipped = 0
    reasons: list[str] = []
    for batch in batched(unconfirmed, context.reads_at_once):
        by_id = {row.external_id: row for row in batch}
        reads = list(context.read(list(by_id)))
        _apply_reads(context, by_id, reads, pass_ticket)
        reasons += [read.reason for read in reads if read.answer == ReadOutcome.UNCLEAR]
        skipped += sum(_was_skipped(context, by_id[read.external_id], read, pass_ticket) for read in reads)
        done += len(batch)
        budget = context.budget
        context.watcher(
            Progress("confirming", done, len(unconfirmed), calls=budget.calls, calls_left=budget.calls_left)
        )
    if reasons:
        note = messages.sync.STILL_MISSING(count=len(reasons), reason=reasons[0])
        context.run.note = messages.join(context.run.note, note)
        context.lease.renew(note=context.run.note)
    return skipped


def _was_skipped(context: RunContext, row: _UnconfirmedRow, read: Read, pass_ticket: int) -> bool:
    """Tell whether a record that this pass was the first to miss exists, and is not archived."""
    missed = row.state == State.MISSING and row.state_ticket >= pass_ticket
    return missed and read.answer == ReadOutcome.FOUND and is_archived(context, read) is False


def _apply_reads(
    context: RunContext, rows: dict[str, _UnconfirmedRow], reads: Sequence[Read], pass_ticket: int
) -> None:
    answered = tickets.latest()
    _ingest_found(context, reads, answered)
    transitions = list(_transitions(context, rows, reads, pass_ticket, answered))
    with transaction.atomic():
        context.lease.check()
        present = [transition for transition in transitions if transition.state == State.PRESENT]
        apply_transitions(present, context.source())
        counts = apply_absences(transitions, context.source())
        rechecked = [row.external_id for row in rows.values() if row.state == State.UNLISTED]
        still_unlisted = context.table.rows(context.run.connection_id).filter(
            external_id__in=rechecked, state=State.UNLISTED
        )
        still_unlisted.update(state_at=timezone.now())
        settle_reads(context, reads)
        context.record_counts(counts)


def _transitions(
    context: RunContext,
    rows: dict[str, _UnconfirmedRow],
    reads: Sequence[Read],
    pass_ticket: int,
    answered: int,
) -> Iterator[Transition]:
    """Yield what the reads prove of the rows.

    A missing row that still answers is unlisted where it says that it is archived, or where it was missing before
    this pass already; where an entry without an id may be it, it is present.
    """
    may_be_listed = completeness.count_unidentified(context.run) > 0
    for read in reads:
        row = rows[read.external_id]
        if (transition := transition_of(read)) is not None:
            yield transition
        elif read.answer == ReadOutcome.FOUND and row.state == State.MISSING:
            archived = is_archived(context, read)
            if archived:
                yield Transition(read.external_id, State.UNLISTED, answered + 1)
            elif may_be_listed:
                yield Transition(read.external_id, State.PRESENT, answered + 1)
            elif archived is not None and row.state_ticket < pass_ticket:
                yield Transition(read.external_id, State.UNLISTED, answered + 1)


def _without_fetched(counts: Counts) -> Counts:
    """Keep only real changes: rows that were read to be confirmed were not fetched by the listing."""
    return Counts(created=counts.created, updated=counts.updated, failed=counts.failed, settled=counts.settled)
