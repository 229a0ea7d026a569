"""The end of a pass: the guards judge it, held back rows are released, absent rows become missing (law 3)."""

from itertools import batched

from django.db import transaction

from counterfoil.connectors.contract import Reach, Shape
from counterfoil.mirror import confirm, evidence, guard, proposals
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.batch import Tally
from counterfoil.mirror.gate import Gate
from counterfoil.mirror.guard import Tripped
from counterfoil.mirror.models import Action, Proposal, State
from counterfoil.mirror.order import Origin
from counterfoil.mirror.runs import SWEEPING
from counterfoil.mirror.states import Transition, apply_transitions
from counterfoil.mirror.work import Work

BATCH = 500
ABSENT = (Action.VANISH, Action.SETTLED)


def judge(work: Work, gate: Gate) -> list[Tripped]:
    """What the guards say of the whole pass, after `propose` and before anything is swept or released."""
    run = work.run
    full = run.kind in SWEEPING
    absent = Proposal.objects.filter(run=run, action__in=ABSENT, outcome="").count() if full else 0
    if not (absent or gate.renamed or gate.closed):
        return []  # nothing to judge: counting a million rows would take a moment
    kept = work.table.rows(run.connection_id)
    rows = kept.filter(state__in=(State.PRESENT, State.MISSING)).count()
    share = work.guard_share
    found: list[Tripped] = []
    renamed = guard.rename(gate.renamed, gate.known if full else rows, share)
    if renamed is None and gate.closed:
        renamed = Tripped("rename", gate.renamed, gate.known, guard.allowed(gate.known, share))
    if renamed is not None:
        found.append(renamed)
    if absent:
        missing = kept.filter(state=State.MISSING).count()
        vanished = guard.vanish(absent + missing, rows, share)
        if vanished is not None:
            found.append(vanished)
    return found


def propose(work: Work, reach: Reach) -> None:
    """Note the rows that the complete listing did not hold: what the guard judges and a person is shown."""
    if work.run.kind in SWEEPING:
        evidence.propose_absent(work.run, reach)


def release(work: Work) -> None:
    """Send the held back observations through the door: the guard had nothing against them."""
    for some in proposals.in_batches(work.run.pk, BATCH):
        held = [proposal for proposal in some if proposal.action not in ABSENT]
        arrivals = [
            Arrival(
                work.collection.identify((proposal.payload or "").encode()),
                Origin.PAGE,
                Shape.LIST,
                proposal.ticket,
                proposal.ended,
            )
            for proposal in held
        ]

        def checkpoint(counted: Tally, done: tuple[int, ...] = tuple(p.pk for p in held)) -> None:
            Proposal.objects.filter(pk__in=done).delete()
            work.note(counted)

        work.door.take(arrivals, work.stamp(), checkpoint=checkpoint)


def look_again(work: Work) -> None:
    """Invoices that are not listed as unpaid any more are read one by one: paid, void, or gone."""
    settled = Proposal.objects.filter(run=work.run, action=Action.SETTLED, outcome="")
    for some in batched(
        list(settled.order_by("id").values_list("external_id", flat=True)), confirm.READS_PER_BATCH
    ):
        confirm.read_again(work, some)
        Proposal.objects.filter(run=work.run, external_id__in=some).delete()


def mark_missing(work: Work) -> None:
    """Absent rows become missing; whether they are gone is for single reads to say."""
    ticket = evidence.first_ticket(work.run)
    ids = Proposal.objects.filter(run=work.run, action=Action.VANISH, outcome="").values_list(
        "external_id", flat=True
    )
    for some in batched(list(ids.order_by("id")), BATCH):
        with transaction.atomic():
            work.lease.check()
            transitions = [Transition(external_id, State.MISSING, ticket) for external_id in some]
            apply_transitions(transitions, work.stamp())
            Proposal.objects.filter(run=work.run, external_id__in=some).delete()
            work.heartbeat()
