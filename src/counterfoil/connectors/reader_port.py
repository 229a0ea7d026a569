"""How a payload is read: the part of the port that mapping and connectors share."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Protocol

import orjson

type Raw = Mapping[str, Any]


type Flat = dict[str, Any]


class Reader(Protocol):
    """How one connector's payload of one resource is read. Stateless."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]]
    only_in_detail: ClassVar[frozenset[str]]
    """Fields and extra keys that list rows do not give: a list row says nothing about them."""

    def flatten(self, external_id: str, raw: Raw) -> Flat:
        """The payload as one level of values by their path ("tel", "address.city", "extraFields.Role").

        Known quirks of the upstream are undone; what is no part of the record (its id, volatile keys) is left out.
        """

    def digest(self, raw: Raw) -> bytes:
        """The canonical SHA-256: keys sorted, volatile ones left out. Tells changed from unchanged."""

    def archived(self, raw: Raw) -> bool:
        """Whether the payload itself says that the record is archived or deleted."""

    def label(self, path: str) -> str:
        """What people call a value that no field takes."""


def canonical_hash(record: Raw, volatile: Iterable[str] = ()) -> bytes:
    """SHA-256 over the record with sorted keys, without the volatile top-level ones."""
    left_out = [key for key in volatile if key in record]
    if left_out:
        record = {key: value for key, value in record.items() if key not in left_out}
    return hashlib.sha256(orjson.dumps(record, _plain, orjson.OPT_SORT_KEYS)).digest()


def _plain(value: object) -> float:
    """An exact amount as the number that JSON makes of it elsewhere."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError
