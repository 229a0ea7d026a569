"""What either database can store and index of a record: one verdict for both. Pure, and free of Django.

PostgreSQL stores no NUL, and indexes no text of more than some 2,700 bytes; both read JSON to a limited depth.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from counterfoil import messages
from counterfoil.connectors.json_outline import is_deeper
from counterfoil.errors import BadRecord

DEEPEST = 200
"""Lists and objects within one another. orjson writes 254, SQLite reads 1,000."""
LONGEST_INDEXED = 2_500
"""Bytes of all texts in one entry of an index. PostgreSQL takes 2,704, with the entry's other columns."""
INDEXED_TOGETHER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "customer": (
        ("name", "role", "country_code"),
        ("vat_normalized",),
        ("email_normalized",),
        ("phone_e164",),
        ("name_key",),
    ),
    "contact_person": (("customer_external_id",),),
    "invoice": (("number",), ("reference",), ("customer_external_id",), ("status",)),
}
"""The mapped texts that stand in one entry of some index, by resource."""
_NUL, _ESCAPED_NUL = "\x00", b"\\u0000"
_LONGEST_KEY = 60
_SURELY_SHORT = 500
"""Characters: no more than LONGEST_INDEXED bytes, with the reasons why values are invalid."""


def require_shallow(raw: bytes) -> None:
    """Raise BadRecord for a payload that nests too deep, before anything decodes it."""
    if is_deeper(raw, DEEPEST):
        raise BadRecord(messages.ingest.NESTED_TOO_DEEP(deepest=DEEPEST))


def require_storable(
    resource: str, raw: bytes, record: Any, values: Mapping[str, Any], invalid: Mapping[str, str]
) -> None:
    """Raise BadRecord for a mapped record that cannot be stored: its payload, or a text of its columns."""
    if _ESCAPED_NUL in raw and isinstance(record, dict) and (key := key_with_nul(record)) is not None:
        raise BadRecord(messages.ingest.NUL_CHARACTER(key=key))
    for together in INDEXED_TOGETHER[resource]:
        characters = 0
        for name in together:
            if text := values[name]:
                characters += len(text)
        if characters > _SURELY_SHORT:
            _require_short(together, values, invalid)


def _require_short(together: tuple[str, ...], values: Mapping[str, Any], invalid: Mapping[str, str]) -> None:
    sizes = {name: len(text.encode()) for name in together if (text := values[name])}
    beside = len(orjson.dumps(invalid)) if together[0] == "name" else 0  # an index holds both
    if sum(sizes.values()) + beside > LONGEST_INDEXED:
        longest = max(sizes, key=lambda name: sizes[name])
        raise BadRecord(messages.ingest.TOO_LONG(field=longest, size=sizes[longest]))


def key_with_nul(record: Mapping[str, Any]) -> str | None:
    """Find a top-level key with a NUL character, in itself or anywhere below it. None where no key has one."""
    for key, value in record.items():
        if _NUL in key or any(_NUL in text for text in _texts(value)):
            return key.replace(_NUL, "")[:_LONGEST_KEY]
    return None


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts and keys in a decoded value, however deep."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
