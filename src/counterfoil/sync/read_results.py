"""What single reads answered, as observations to ingest and states to apply."""

from collections.abc import Sequence

from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.ingest import quarantine
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition
from counterfoil.mirror.models import State
from counterfoil.runs.context import RunContext

READS_PER_BATCH = 25


def found_observations(reads: Sequence[Read], answered: int) -> list[Observation]:
    """Build an observation of every record that was found. `answered` is the highest ticket drawn by then."""
    return [
        Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, answered)
        for read in reads
        if read.answer == ReadOutcome.FOUND and read.item is not None
    ]


def gone_transitions(reads: Sequence[Read]) -> list[Transition]:
    """Build the transition to a tombstone of every record that the API itself says does not exist."""
    return [
        Transition(read.external_id, State.TOMBSTONE, read.ticket)
        for read in reads
        if read.answer == ReadOutcome.GONE
    ]


UNREAD = "unread"
"""The option of a run that counts the records which it could not read, besides those that it was to read."""


def settle_reads(context: RunContext, reads: Sequence[Read]) -> None:
    """Keep reads without an answer as import problems, and count them. Call it just before `record_counts`."""
    failed = quarantine.settle_reads(reads, context.source(), context.run.pk)
    if failed:
        context.run.options[UNREAD] = context.run.options.get(UNREAD, 0) + failed
        context.lease.renew(options=context.run.options)
