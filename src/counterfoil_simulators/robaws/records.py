"""The immutable records that the store keeps: ready-made JSON plus what listing needs to know about it."""

from typing import Any, NamedTuple

import orjson

type Json = dict[str, Any]


class Record(NamedTuple):
    """A client, or a contact (then `owner` is its client). Replaced as a whole on every change."""

    id: int
    owner: int
    body: bytes
    updated_at: str
    archived: bool

    def json(self) -> Json:
        """The record as a fresh dictionary."""
        fresh: Json = orjson.loads(self.body)
        return fresh


def client_record(client: Json) -> Record:
    """The record of a client."""
    archived = client.get("archivedAt") is not None
    return Record(int(client["id"]), 0, _kept(client), client["updatedAt"], archived)


def contact_record(contact: Json) -> Record:
    """The record of a contact."""
    return Record(
        int(contact["id"]),
        int(contact["clientId"]),
        _kept(contact),
        contact["updatedAt"],
        archived=False,
    )


def _kept(body: Json) -> bytes:
    """The JSON in its own size: what orjson returns sits in a buffer of kilobytes for as long as it lives."""
    return bytes(memoryview(orjson.dumps(body)))
