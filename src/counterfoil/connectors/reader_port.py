"""How a payload is read: the part of the port that mapping and connectors share."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Protocol

import orjson

type Raw = Mapping[str, Any]
"""A decoded payload."""

type Flat = dict[str, Any]
"""Its values by path, in one level."""


class Reader(Protocol):
    """Reads one connector's payloads of one resource. Stateless; built without arguments."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]]
    """Paths by our field name (`mapping/fields.py`), in order of preference: the first with a value is used."""
    only_in_detail: ClassVar[frozenset[str]]
    """Fields and extra keys that list rows lack."""
    complete_keys: ClassVar[frozenset[str] | None]
    """Top-level keys whose value, where it is there, is all there is: what it lacks is cleared. Any other key that
    a payload lacks is not said, and what is stored of it stays. None: payloads are complete, as rows of a file."""
    noise: ClassVar[frozenset[str]]
    """Top-level keys that differ from answer to answer and mean nothing, such as a link with a new token: no
    part of the hash and of the values, so never a reason to write."""
    silent: ClassVar[frozenset[str] | None]
    """Fields and extra keys that are known to change although the modified time stands still. Others that do are
    reported; with None nothing is, because records have no modified time of their own."""

    of_primary_person: ClassVar[frozenset[str]]
    """Fields of a customer that are its primary contact person's: an edit of one is written to that person."""

    has_empty_words: ClassVar[bool]
    """Whether a text such as `NULL` or "n/a" may stand for nothing: in a file, never in an answer of an API."""

    def flatten(self, external_id: str, raw: Raw) -> Flat:
        """Return the values by path, as "tel", "address.city" or "extraFields.Role".

        Undo known quirks of the upstream, and leave out what is no part of the record: its id, volatile keys.
        """

    def digest(self, raw: Raw) -> bytes:
        """Return the canonical SHA-256: keys sorted, volatile ones left out. It tells changed from unchanged."""

    def archived(self, raw: Raw) -> bool:
        """Return whether the payload itself marks the record as archived or deleted."""

    def label(self, path: str) -> str:
        """Return the name that people read for a value without a field of ours."""


def canonical_hash(record: Raw, volatile: Iterable[str] = ()) -> bytes:
    """Hash a record by SHA-256 with sorted keys, without the `volatile` top-level ones."""
    left_out = [key for key in volatile if key in record]
    if left_out:
        record = {key: value for key, value in record.items() if key not in left_out}
    return hashlib.sha256(orjson.dumps(record, _plain, orjson.OPT_SORT_KEYS)).digest()


def _plain(value: object) -> float:
    # An exact amount hashes like the JSON number that other shapes have in its place.
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError
