"""What passes between the door and the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from counterfoil.mirror.state import State


class Row(NamedTuple):
    """Answer of the compare statement for one observation that is not simply what a present row holds.

    `id` is None where there is no row yet. `hash` is the stored canonical hash, `seen` the observation's.
    """

    external_id: str
    id: int | None
    version: int
    name: str
    state: State
    state_ticket: int
    begun: int
    ended: int
    modified: datetime | None
    hash: bytes | None
    seen: bytes | None = None


def new_row(external_id: str) -> Row:
    """The row of a record that is not there yet."""
    return Row(external_id, None, 0, "", State.PRESENT, 0, 0, 0, None, None)


class Vouch(NamedTuple):
    """The newest pages that held a record: see models.RunPage."""

    begun: int
    ended: int


@dataclass(frozen=True, slots=True)
class Held:
    """The mirrored values of an existing row, for the history and for comparing across shapes."""

    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    invalid: Mapping[str, str]
    hash: bytes | None
    other_hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes: what history names as the source of every value written in this batch.

    `references`, by external id, are those of records that have one of their own (deliveries).
    """

    connection_id: int
    resource: str
    source: str
    reference: int | None
    at: datetime
    actor_id: int | None = None
    references: Mapping[str, int] = field(default_factory=dict)

    def reference_of(self, external_id: str) -> int | None:
        """Which reference stands beside what is written of a record."""
        return self.references.get(external_id, self.reference)
