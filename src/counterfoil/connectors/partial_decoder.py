"""Decode a few keys of a payload, also where a strict parser refuses the rest of it."""

from typing import Any

import msgspec

from counterfoil.connectors import json_outline

REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for a text that it does not accept."""


class PartialDecoder[T: msgspec.Struct]:
    """Decodes the keys that a struct names.

    Keys whose own values cannot be read keep their defaults. A `msgspec.Raw` then holds what is written there,
    which need not be JSON.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._decode = msgspec.json.Decoder(kind).decode
        self._keys = [(field.encode_name, field.name, field.type) for field in msgspec.structs.fields(kind)]

    def __call__(self, raw: bytes) -> T | None:
        """Return the keys. None where the payload is no object, or lacks a key that must be there."""
        try:
            return self._decode(raw)
        except REFUSED:
            return self._decode_readable(raw)

    def _decode_readable(self, raw: bytes) -> T | None:
        parts = json_outline.members(raw)
        if parts is None:
            return None
        values: dict[str, Any] = {}
        for key, name, kind in self._keys:
            if key in parts:
                try:
                    values[name] = _decode_value(parts[key], kind)
                except REFUSED:
                    continue
        try:
            return self._kind(**values)
        except TypeError:
            return None


def decode_readable(text: bytes, levels: int = 3) -> dict[str, Any] | None:
    """Decode what can be decoded of an object, also within the objects in it. None where the text is no object."""
    parts = json_outline.members(text)
    if parts is None:
        return None
    found: dict[str, Any] = {}
    for name, written in parts.items():
        try:
            found[name] = msgspec.json.decode(written)
        except REFUSED:
            inner = decode_readable(written, levels - 1) if levels > 1 else None
            if inner is not None:
                found[name] = inner
    return found


def is_readable(raw: bytes) -> bool:
    """Tell whether a strict parser accepts a payload."""
    try:
        msgspec.json.decode(raw)
    except REFUSED:
        return False
    return True


def _decode_value(written: bytes, kind: Any) -> Any:
    if kind in (msgspec.Raw, msgspec.Raw | msgspec.UnsetType):
        return msgspec.Raw(written)
    return msgspec.json.decode(written, type=kind)
