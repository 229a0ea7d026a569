"""A batch of observations on its way through the door, and its counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from counterfoil.ingest.classify import Ruling
from counterfoil.ingest.created_here import Adopted
from counterfoil.ingest.edit_overlay import Merge
from counterfoil.ingest.held_changes import HeldBack
from counterfoil.ingest.mapping_pool import Pending
from counterfoil.ingest.observation import Arrival
from counterfoil.ingest.quarantine import Aside
from counterfoil.mirror.models import PendingEdit
from counterfoil.mirror.row import Prepared


@dataclass(slots=True)
class Batch:
    """A batch on its way: what the order ruled, then what is to be written (or shown by a dry run)."""

    arrivals: Sequence[Arrival]
    ruling: Ruling
    mapping: Pending
    records: list[Prepared] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    held_back: list[HeldBack] = field(default_factory=list)
    edits: dict[int, list[PendingEdit]] = field(default_factory=dict)
    merges: dict[str, Sequence[Merge]] = field(default_factory=dict)
    adopted: list[Adopted] = field(default_factory=list)
    unchanged: int = 0
    known: int = 0
    renamed: int = 0
    first: bool = False


@dataclass(slots=True)
class Tally:
    """Rows written and not written, as the database counted them."""

    fetched: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    failed: int = 0
    settled: int = 0
    tombstoned: int = 0
    unlisted: int = 0
    conflicts: int = 0


type Checkpoint = Callable[[Tally], None]


def tally(batch: Batch, tombstoned: int = 0) -> Tally:
    """The counts of a batch."""
    created = sum(1 for record in batch.records if record.id is None)
    touched = sum(1 for record in batch.records if record.touch)
    return Tally(
        created=created,
        updated=len(batch.records) - created - touched,
        unchanged=batch.unchanged + touched,
        stale=batch.ruling.stale,
        failed=len(batch.asides),
        settled=batch.ruling.settled,
        tombstoned=tombstoned,
    )
