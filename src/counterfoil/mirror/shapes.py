"""Payloads of one record in different shapes: what only one of them says stays known. Pure."""

import msgspec

_read = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def united(held: bytes, arriving: bytes) -> bytes:
    """What was held, with everything that the newer payload says; values keep the very text they had. An arriving
    payload that is no object stands as it is: mapping will say what is wrong with it."""
    try:
        return msgspec.json.encode({**_read(held), **_read(arriving)})
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return arriving
