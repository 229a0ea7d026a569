"""The immutable records of the store: encoded JSON plus the fields that lists filter and sort by."""

from typing import Any, NamedTuple

import orjson

type Json = dict[str, Any]


class Record(NamedTuple):
    """A client or a contact (then `owner` is its client's id). Replaced as a whole on every change."""

    id: int
    owner: int
    body: bytes
    updated_at: str
    archived: bool

    def json(self) -> Json:
        """Parse the record into a new dictionary."""
        fresh: Json = orjson.loads(self.body)
        return fresh


def client_record(client: Json) -> Record:
    archived = client.get("archivedAt") is not None
    return Record(int(client["id"]), 0, _to_json(client), client["updatedAt"], archived)


def contact_record(contact: Json) -> Record:
    return Record(
        int(contact["id"]),
        int(contact["clientId"]),
        _to_json(contact),
        contact["updatedAt"],
        archived=False,
    )


def _to_json(body: Json) -> bytes:
    """Encode in a buffer of exact size: the bytes from orjson keep a buffer of kilobytes alive."""
    return bytes(memoryview(orjson.dumps(body)))
