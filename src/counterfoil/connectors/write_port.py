"""The way back: how a record is changed or made at its upstream. The second half of the connector port.

What is sent is composed first and kept, then sent: `Writer` composes and is pure, `Writable.send` sends. Values go
by the paths under which readers find them ("tel", "address.city"); None clears.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from counterfoil.connectors.page import Item
from counterfoil.connectors.port import Collection

type Values = Mapping[str, str | bool | None]
"""By path. Dates as ISO text."""


class Outgoing(NamedTuple):
    """One request of a write, as it is sent: `path` below the API's root, `body` JSON text, `kind` its type."""

    method: str
    path: str
    body: str
    kind: str = "application/json"


@dataclass(frozen=True, slots=True)
class WriteResponse:
    """A request that the upstream carried out. `ticket` was drawn before it; `item` only where the answer holds
    the whole record, `external_id` where it names one."""

    ticket: int
    external_id: str | None = None
    item: Item | None = None


class Writer(Protocol):
    """Composes the requests of one resource. Stateless."""

    keyed: ClassVar[bool]
    """Whether the upstream gives the first answer again for a key that it has had (an idempotency key)."""

    def takes(self, path: str) -> bool:
        """Whether the upstream is known to keep a value that is written to this path."""

    def changing(self, external_id: str, current: bytes, values: Values) -> Sequence[Outgoing]:
        """What changes these values and nothing else, sent in this order. `current` is the record as it was read
        just now."""

    def creating(self, values: Values) -> Outgoing:
        """What makes a record with these values."""


@runtime_checkable
class Writable(Collection, Protocol):
    """A collection whose records can be written."""

    writer: ClassVar[Writer]

    def send(self, outgoing: Outgoing, key: str) -> WriteResponse:
        """Send one request, once. `key` tells the same request again from another one, where the upstream heeds
        it; empty: none.

        Raises Refused where the upstream does not take the values, NotThere where there is no such record (any
        more), OutcomeUnknown where it may have been carried out or not. After every other error it was not.
        """


def writer_of(collection: type[Collection]) -> Writer | None:
    """How records of a resource are written; None where they cannot be."""
    return getattr(collection, "writer", None)


def path_named_in(words: str, paths: Iterable[str]) -> str:
    """The path whose last part stands in the words, as "contact_name" or "Contact Name"; the longest where several
    do, "" where none does."""
    said = f" {_plain(words)} "
    found = [path for path in paths if f" {_plain(_last(path))} " in said]
    return max(found, key=lambda path: len(_last(path)), default="")


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())
