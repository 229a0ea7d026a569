"""How records are changed or created upstream: the second, optional half of the connector port.

Requests are composed first, stored in the outbox, then sent: `Writer` composes and does no I/O, `Writable.send`
sends. Values are named by the paths under which readers find them ("tel", "address.city"); None clears a value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from counterfoil.connectors.page import Item
from counterfoil.connectors.port import Collection

type Values = Mapping[str, str | bool | list[Any] | dict[str, Any] | None]
"""Values by path. Dates are ISO text; lists and objects come only where the upstream has one already."""


class WriteRequest(NamedTuple):
    """One HTTP request of a write: `path` below the API's root, `body` as JSON text, or empty for none."""

    method: str
    path: str
    body: str
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class WriteResponse:
    """The response to a write that the upstream carried out.

    `ticket` was drawn before the request. `external_id` is set if the response names a record, `item` if it holds
    the whole record. `answered_at` is the upstream's clock at the end, in whole seconds.
    """

    ticket: int
    external_id: str | None = None
    item: Item | None = None
    answered_at: datetime | None = None


class Writer(Protocol):
    """Composes the write requests of one resource. Stateless."""

    idempotent: ClassVar[bool]
    """Whether the upstream honours an idempotency key: the same key again returns the first response."""

    def accepts(self, path: str) -> bool:
        """Return whether the upstream is known to keep a value written to this path."""

    def compose_update(self, external_id: str, current: bytes, values: Values) -> Sequence[WriteRequest]:
        """Compose the requests that change these values and nothing else, in the order of sending.

        `current` is the payload that was read just before.
        """

    def compose_create(self, values: Values) -> WriteRequest:
        """Compose the request that creates a record with these values."""

    def compose_key_lookup(self) -> WriteRequest | None:
        """Compose a request that can change nothing, to be sent with the key of a creation without an answer.

        An upstream that has carried out the creation answers the key as it did the first time. None where it
        honours no keys.
        """


@runtime_checkable
class DeletingWriter(Writer, Protocol):
    """A writer whose upstream also deletes records."""

    def compose_delete(self, external_id: str) -> WriteRequest:
        """Compose the request that deletes a record. Sent again for a record that is gone, it must do no harm."""


@runtime_checkable
class ScopedWriter(Writer, Protocol):
    """A writer of an upstream whose users consent to single scopes when they log in."""

    def scope_of(self, outgoing: WriteRequest) -> str:
        """Return the scope that a request needs."""

    def has_scope(self, granted: Iterable[str], needed: str) -> bool:
        """Return whether the granted scopes include one, by its own name or within a wider one."""


@runtime_checkable
class Writable(Collection, Protocol):
    """A collection whose records can be written."""

    writer: ClassVar[Writer]

    def send(self, outgoing: WriteRequest, key: str) -> WriteResponse:
        """Send one request, once. `key` is its idempotency key, or empty.

        Raises WriteRejected if the upstream rejects the values, RecordGone if there is no such record (any more),
        and OutcomeUnknown if the write may or may not have been carried out. Any other error must mean that it was
        not carried out. That a deletion was carried out is proven by a read, never by its response.
        """


def writer_of(collection: type[Collection]) -> Writer | None:
    """Return the writer of a collection; None if its records cannot be written."""
    return getattr(collection, "writer", None)


def path_named_in(message: str, paths: Iterable[str]) -> str:
    """Find the path whose last part is named in an upstream's message, as "contact_name" or "Contact Name".

    Returns the longest of several, and "" if there is none.
    """
    padded = f" {_plain(message)} "
    found = [path for path in paths if f" {_plain(_last(path))} " in padded]
    return max(found, key=lambda path: len(_last(path)), default="")


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())
