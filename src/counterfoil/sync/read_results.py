"""What single reads answered, as observations to ingest and states to apply."""

from collections.abc import Sequence

import orjson

from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.ingest import quarantine
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition, apply_transitions, transition_of
from counterfoil.mirror.models import State
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs.context import RunContext

READS_PER_BATCH = 25


def found_observations(reads: Sequence[Read], answered: int) -> list[Observation]:
    """Build an observation of every record that was found. `answered` is the highest ticket drawn by then."""
    return [
        Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, answered)
        for read in reads
        if read.answer == ReadOutcome.FOUND and read.item is not None
    ]


def is_archived(context: RunContext, read: Read) -> bool | None:
    """Tell whether a record that was found says itself that it is archived; None where it cannot be read."""
    if read.item is None:
        return None
    try:
        return context.collection.reader.archived(orjson.loads(read.item.raw))
    except (orjson.JSONDecodeError, AttributeError):
        return None


def absent_transitions(reads: Sequence[Read]) -> list[Transition]:
    """Build the transitions of the records that do not exist any more, or are not what would be listed."""
    return [transition for read in reads if (transition := transition_of(read)) is not None]


def apply_absences(transitions: Sequence[Transition], source: ChangeSource) -> Counts:
    """Change the states of rows, in the caller's transaction. Returns how many became tombstones and unlisted."""
    unlisted = apply_transitions([t for t in transitions if t.state == State.UNLISTED], source)
    tombstoned = apply_transitions([t for t in transitions if t.state == State.TOMBSTONE], source)
    return Counts(tombstoned=tombstoned, unlisted=unlisted)


UNREAD = "unread"
"""The option of a run that counts the records which it could not read, besides those that it was to read."""


def settle_reads(context: RunContext, reads: Sequence[Read]) -> None:
    """Keep reads without an answer as import problems, and count them. Call it just before `record_counts`."""
    failed = quarantine.settle_reads(reads, context.source(), context.run.pk)
    if failed:
        context.run.options[UNREAD] = context.run.options.get(UNREAD, 0) + failed
        context.lease.renew(options=context.run.options)
