"""Payloads of one record in different shapes: what only one of them says stays known. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

OUTDATED = ""
"""Stands for the hash of a shape that was seen, but not since the record changed."""

_read = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def shared_objects(only_in_detail: Iterable[str]) -> frozenset[str]:
    """The objects of which each shape says some keys, as an address with its zip code in one of them only."""
    return frozenset(path.partition(".")[0] for path in only_in_detail if "." in path)


def merge_payloads(held: bytes, arriving: bytes, objects: Iterable[str] = ()) -> bytes:
    """What was held, with everything that the newer payload says; values keep the very text they had. So are these
    `objects` in it. An arriving payload that is no object stands as it is: mapping will say what is wrong with
    it."""
    try:
        before, after = _read(held), _read(arriving)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return arriving
    inside = {name: _inside(before[name], after[name]) for name in objects if name in before and name in after}
    return msgspec.json.encode({**before, **after, **inside})


def _inside(held: msgspec.Raw, arriving: msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(merge_payloads(bytes(held), bytes(arriving)))


def other_hashes(before: Mapping[str, str], now: Mapping[str, str], *, moved: bool) -> dict[str, str]:
    """The hashes of other shapes than the list row after one more look; where the record has `moved`, those known
    before are outdated."""
    return {**(dict.fromkeys(before, OUTDATED) if moved else before), **now}
