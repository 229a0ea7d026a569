"""Merge the payloads of one record in different shapes, so that what only one of them has is kept. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from counterfoil.connectors.partial_decoder import REFUSED

OUTDATED = ""
"""Instead of the hash of a shape that has not been read since the record changed."""

_read = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def shared_objects(only_in_detail: Iterable[str]) -> frozenset[str]:
    """Return the objects whose keys are spread over shapes, as an address with the zip code in only one."""
    return frozenset(path.partition(".")[0] for path in only_in_detail if "." in path)


def merge_payloads(stored: bytes, incoming: bytes, objects: Iterable[str] = ()) -> bytes:
    """Overlay the stored payload with the keys of a newer one, also within these `objects`.

    Values keep their exact text. An incoming payload that is not an object is returned as it is: mapping reports
    what is wrong with it.
    """
    try:
        before, after = _read(stored), _read(incoming)
    except REFUSED:
        return incoming
    merged = {
        name: _merge_object(before[name], after[name]) for name in objects if name in before and name in after
    }
    return msgspec.json.encode({**before, **after, **merged})


def _merge_object(stored: msgspec.Raw, incoming: msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(merge_payloads(bytes(stored), bytes(incoming)))


def other_hashes(before: Mapping[str, str], now: Mapping[str, str], *, changed: bool) -> dict[str, str]:
    """Return the hashes of shapes other than the list entry, with those `now` read.

    Where the record has `changed`, the hashes from `before` are outdated.
    """
    return {**(dict.fromkeys(before, OUTDATED) if changed else before), **now}
