"""Payloads that a strict parser refuses, or that not every database can store: one record of them at a time."""

from collections.abc import Callable
from typing import Literal

import orjson

type Oddity = Literal[
    "surrogate",
    "nan",
    "infinity",
    "raw_tab",
    "raw_quote",
    "bad_escape",
    "trailing_comma",
    "nested",
    "nested_objects",
    "nul_value",
    "nul_deep",
    "nul_key",
    "nul_name",
    "long_name",
]
"""Why a payload is odd. The last five are JSON; the others are none, or nest too deep for most parsers."""

NESTED = 10_000
LONG_NAME = "".join(f" {at * 7919 % 99_991:x}" for at in range(800))
"""Over three kilobytes that hardly compress."""


def _with_member(member: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body[:-1] + b"," + member + b"}"


def _with_name(suffix: str) -> Callable[[bytes], bytes]:
    def renamed(body: bytes) -> bytes:
        record = orjson.loads(body)
        name = next(key for key in record if key == "name" or key.endswith("_name"))
        record[name] = f"{record[name]}{suffix}"
        return orjson.dumps(record)

    return renamed


SPOIL: dict[str, Callable[[bytes], bytes]] = {
    "surrogate": _with_member(rb'"odd":"half \ud83d"'),
    "nan": _with_member(b'"odd":NaN'),
    "infinity": _with_member(b'"odd":1e400'),
    "raw_tab": _with_member(b'"odd":"one\ttwo"'),
    "raw_quote": _with_member(b'"odd":"the "old" mill"'),
    "bad_escape": _with_member(rb'"odd":"C:\windows"'),
    "trailing_comma": lambda body: body[:-1] + b",}",
    "nested": _with_member(b'"odd":' + b"[" * NESTED + b"]" * NESTED),
    "nested_objects": _with_member(b'"odd":' + b'{"a":' * 250 + b"1" + b"}" * 250),
    "nul_value": _with_member(rb'"odd":"a\u0000b"'),
    "nul_deep": _with_member(rb'"odd":[{"a":["b\u0000"]}]'),
    "nul_key": _with_member(rb'"o\u0000dd":"x"'),
    "nul_name": _with_name("\x00 NV"),
    "long_name": _with_name(LONG_NAME),
}


def spoil(body: bytes, oddity: str) -> bytes:
    """Make one encoded record odd; "" leaves it as it is."""
    return SPOIL[oddity](body) if oddity else body
