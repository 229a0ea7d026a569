"""Split the body of a list into its envelope and its entries; one that cannot be read costs itself (law 9)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from counterfoil.connectors import json_outline
from counterfoil.connectors.partial_decoder import REFUSED


class ListBody[T](NamedTuple):
    """The envelope of a list, and its entries as they are written, JSON or not."""

    envelope: T
    entries: Sequence[bytes]


def split_list[T: msgspec.Struct](decode: Callable[[bytes], T], body: bytes, key: str) -> ListBody[T] | None:
    """Decode an envelope whose entries are a list of `msgspec.Raw` under `key`.

    None where the body is cut off, is no JSON, or has another envelope.
    """
    try:
        try:
            envelope = decode(body)
            return ListBody(envelope, [bytes(entry) for entry in getattr(envelope, key)])
        except REFUSED:
            parts = json_outline.members(body) or {}
            entries = json_outline.elements(parts.get(key, b""))
            return None if entries is None else ListBody(decode(_emptied(parts, key)), entries)
    except REFUSED:
        return None


def _emptied(parts: dict[str, bytes], key: str) -> bytes:
    return json_outline.compose({**parts, key: b"[]"})
