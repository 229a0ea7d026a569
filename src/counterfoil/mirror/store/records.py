"""What passes between the door and the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from counterfoil.connectors.fields import COLUMNS
from counterfoil.mirror.models import State


class Row(NamedTuple):
    """Answer of the compare statement for one observation that is not simply what a present row holds.

    `id` is None where there is no row yet; `same` says that only the state makes it interesting.
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
    same: bool


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
class Record:
    """A record ready to be written: new where `id` is None, else only where the row still has `version`."""

    external_id: str
    id: int | None
    version: int
    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    invalid: Mapping[str, str]
    raw: bytes
    hash: bytes | None
    other_hashes: Mapping[str, str]
    begun: int
    ended: int
    modified: datetime | None
    name_words: str
    other_words: str
    state: State = State.PRESENT
    state_ticket: int = 0
    changes: Sequence["FieldChange"] = field(default=())
    touch: bool = False
    """Nothing that is shown changes: only what we know of another shape's body."""


class FieldChange(NamedTuple):
    """One line of history."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes: what history names as the source of every value written in this batch."""

    connection_id: int
    source: str
    reference: int | None
    at: datetime
    actor_id: int | None = None


WRITTEN = (
    *COLUMNS,
    "extra",
    "invalid",
    "raw",
    "hash",
    "other_hashes",
    "ticket_from",
    "ticket_to",
    "upstream_modified_at",
    "state",
    "state_ticket",
)
"""Columns that every write of a record sets, in the order in which `values_of` gives them."""
