"""Merge the payloads of one record, so that what the newer one does not say is kept. Pure."""

from collections.abc import Container, Mapping

import msgspec

from counterfoil.connectors.partial_decoder import REFUSED

OUTDATED = ""
"""Instead of the hash of a shape that has not been read since the record changed."""

_IDS = ("id", "address_id")
"""Keys by which an object inside a record is told from another one."""

_read = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def merge_payloads(stored: bytes, incoming: bytes, complete: Container[str] = ()) -> bytes:
    """Overlay the stored payload with the keys of a newer one, also within objects that both have.

    The value of a key in `complete` replaces the stored one, and so does an object with another id. Values keep
    their exact text, and a payload that says everything is returned as it came. So is one that is not an object:
    mapping reports what is wrong with it.
    """
    try:
        before, after = _read(stored), _read(incoming)
    except REFUSED:
        return incoming
    merged = {**before, **after}
    for name in before.keys() & after.keys():
        if name not in complete and _is_object(before[name]) and _is_object(after[name]):
            merged[name] = _merge_object(before[name], after[name])
    return incoming if merged == after else msgspec.json.encode(merged)


def _merge_object(stored: msgspec.Raw, incoming: msgspec.Raw) -> msgspec.Raw:
    before, after = _read(stored), _read(incoming)
    if any(before.get(key, after.get(key)) != after.get(key, before.get(key)) for key in _IDS):
        return incoming
    return msgspec.Raw(merge_payloads(bytes(stored), bytes(incoming)))


def _is_object(value: msgspec.Raw) -> bool:
    return bytes(value).startswith(b"{")


def other_hashes(before: Mapping[str, str], now: Mapping[str, str], *, changed: bool) -> dict[str, str]:
    """Return the hashes of shapes other than the list entry, with those `now` read.

    Where the record has `changed`, the hashes from `before` are outdated.
    """
    return {**(dict.fromkeys(before, OUTDATED) if changed else before), **now}
