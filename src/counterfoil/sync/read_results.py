"""What single reads answered, as observations to ingest and states to apply."""

from collections.abc import Sequence

import orjson

from counterfoil.connectors.page import Read, ReadOutcome, Shape
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


def is_archived(context: RunContext, read: Read) -> bool | None:
    """Tell whether a record that was found says itself that it is archived; None where it cannot be read."""
    if read.item is None:
        return None
    try:
        return context.collection.reader.archived(orjson.loads(read.item.raw))
    except (orjson.JSONDecodeError, AttributeError):
        return None


def gone_transitions(reads: Sequence[Read]) -> list[Transition]:
    """Build the transition to a tombstone of every record that the API itself says does not exist."""
    return [
        Transition(read.external_id, State.TOMBSTONE, read.ticket)
        for read in reads
        if read.answer == ReadOutcome.GONE
    ]
