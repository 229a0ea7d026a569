"""A batch of observations on its way to the rows, and its counts."""

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace

from counterfoil.ingest.classify import Classified
from counterfoil.ingest.created_here import Adoption
from counterfoil.ingest.edit_overlay import FieldMerge
from counterfoil.ingest.held_changes import HeldChange
from counterfoil.ingest.mapping_pool import PendingMapping
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.mirror.models import PendingEdit
from counterfoil.mirror.row import Prepared


@dataclass(slots=True)
class Batch:
    """Observations, how they were classified, and what is to be written (or shown by a dry run).

    `edits` are the pending edits by row id, `merges` the merged fields by external id where an edit changes.
    `unannounced` counts the records of which a field changed without a new modified time, by field. `known` counts
    the records that had a row already, `renamed` those of them with another name; `retyped` has the new ids that
    are here in another form, with that form. `first`: the connection had no rows, so nothing was compared.
    `persons` is the batch of contact persons that came inside the customers.
    """

    observations: Sequence[Observation]
    classified: Classified
    mapping: PendingMapping
    records: list[Prepared] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    held_changes: list[HeldChange] = field(default_factory=list)
    edits: dict[int, list[PendingEdit]] = field(default_factory=dict)
    merges: dict[str, Sequence[FieldMerge]] = field(default_factory=dict)
    adoptions: list[Adoption] = field(default_factory=list)
    unannounced: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    known: int = 0
    renamed: int = 0
    retyped: dict[str, str] = field(default_factory=dict)
    first: bool = False
    persons: "Batch | None" = None

    def writes(self) -> list[str]:
        """Return the ids of the records that are to be written or held back."""
        return [
            *(record.external_id for record in self.records),
            *(held.external_id for held in self.held_changes),
        ]

    def only(self, ids: Container[str]) -> "Batch":
        """Return the part of the batch that writes or holds back these records, and nothing else."""
        return replace(
            self,
            observations=[one for one in self.observations if one.item.external_id in ids],
            classified=replace(self.classified, absent=[]),
            records=[record for record in self.records if record.external_id in ids],
            quarantined=[],
            held_changes=[held for held in self.held_changes if held.external_id in ids],
            merges={external_id: merges for external_id, merges in self.merges.items() if external_id in ids},
            adoptions=[adoption for adoption in self.adoptions if adoption.external_id in ids],
            persons=None,
        )

    def set_aside(self, reasons: Mapping[str, str]) -> None:
        """Quarantine records by id, each with its reason, in the place of writing them."""
        self.records = [record for record in self.records if record.external_id not in reasons]
        self.held_changes = [held for held in self.held_changes if held.external_id not in reasons]
        self.adoptions = [adoption for adoption in self.adoptions if adoption.external_id not in reasons]
        self.merges = {key: merges for key, merges in self.merges.items() if key not in reasons}
        for observation, _ in self.classified.apply:
            item = observation.item
            if item.external_id in reasons:
                reason = reasons[item.external_id]
                self.quarantined.append(
                    Quarantined(item.external_id, item.raw, reason, observation.requested or 0)
                )


@dataclass(slots=True)
class Counts:
    """Rows written and not written, as the database counted them.

    Each is a column of the run. `settled` counts the live reads that decided an order.
    """

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


type Checkpoint = Callable[[Counts], None]
"""Called last in the transaction that writes a batch, with its counts."""


def count_batch(batch: Batch, tombstoned: int = 0, unlisted: int = 0) -> Counts:
    """Count a resolved batch. A record that is only touched counts as unchanged."""
    created = sum(1 for record in batch.records if record.id is None)
    touched = sum(1 for record in batch.records if record.touch)
    return Counts(
        created=created,
        updated=len(batch.records) - created - touched,
        unchanged=batch.unchanged + touched,
        stale=batch.classified.stale,
        failed=len(batch.quarantined),
        settled=batch.classified.refetched,
        tombstoned=tombstoned,
        unlisted=unlisted,
    )
