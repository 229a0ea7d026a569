"""Payloads of one record in different shapes: what only one of them says stays known. Pure."""

from collections.abc import Mapping

import msgspec

OUTDATED = ""
"""Stands for the hash of a shape that was seen, but not since the record changed."""

_read = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def united(held: bytes, arriving: bytes) -> bytes:
    """What was held, with everything that the newer payload says; values keep the very text they had. An arriving
    payload that is no object stands as it is: mapping will say what is wrong with it."""
    try:
        return msgspec.json.encode({**_read(held), **_read(arriving)})
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return arriving


def seen(before: Mapping[str, str], now: Mapping[str, str], *, moved: bool) -> dict[str, str]:
    """The hashes of other shapes than the list row after one more look; where the record has `moved`, those known
    before are outdated."""
    return {**(dict.fromkeys(before, OUTDATED) if moved else before), **now}
