"""From an upstream's record to ours: sources per field, normalising, everything else kept. Pure.

The configuration is data (field map, role overrides, default country) and belongs to one connection, so the
same stored payload can be mapped again, without a call, whenever the configuration changes. What is particular to
one resource stands in `mapping/customer.py`, `mapping/contact_person.py` and `mapping/invoice.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from counterfoil.connectors.reader_port import Flat, Raw, Reader
from counterfoil.mapping import overlay
from counterfoil.normalize.value import text


@dataclass(frozen=True, slots=True)
class RoleRule:
    """`by` is "id" (equal) or "name" (contains, accents and case folded)."""

    by: str
    pattern: str
    role: str


@dataclass(frozen=True, slots=True)
class MappingConfig:
    """One connection's way of mapping. `left_out` are paths that say nothing (a file's own id column); `version`
    grows with every change of the rest."""

    connector: str
    country: str = "BE"
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    role_overrides: tuple[RoleRule, ...] = ()
    left_out: tuple[str, ...] = ()
    version: int = 1


class Mapped(NamedTuple):
    """A record in our terms. `values` has every column of its resource; words only where it is searched. `theirs`
    is what the upstream says of fields that an edit of ours stands before."""

    values: dict[str, Any]
    extra: dict[str, Any]
    invalid: dict[str, str]
    name_words: str = ""
    other_words: str = ""
    theirs: Mapping[str, Any] = overlay.NOTHING


class Mapper(ABC):
    """Maps one connection's payloads of one resource. Build once, call for each record; safe to use from several
    threads."""

    def __init__(
        self, config: MappingConfig, reader: Reader, sources: Mapping[str, tuple[str, ...]], texts: Iterable[str]
    ) -> None:
        """`texts` are the fields that are simply text."""
        self._reader = reader
        self._country = config.country
        self._sources = sources
        self._texts = [(name, sources.get(name, ())) for name in texts]
        self._used = frozenset(path for paths in sources.values() for path in paths).union(config.left_out)

    def decode(self, raw: bytes) -> Raw:
        """A payload as this mapper reads it. Raises orjson.JSONDecodeError."""
        record: Raw = orjson.loads(raw)
        return record

    def digest(self, raw: Raw) -> bytes:
        """See `Reader.digest`."""
        return self._reader.digest(raw)

    def __call__(self, external_id: str, raw: Raw, edits: Mapping[str, Any] | None = None) -> Mapped:
        """Map one decoded payload: read it, lay `edits` over it (values of ours by field), derive the rest. Raises
        BadRecord when it cannot be a record of this resource."""
        flat = self._reader.flatten(external_id, raw)
        values, invalid = self._read(raw, flat)
        theirs = overlay.apply(values, invalid, edits)
        return self._derive(external_id, flat, values, invalid)._replace(theirs=theirs)

    @abstractmethod
    def _read(self, raw: Raw, flat: Flat) -> tuple[dict[str, Any], dict[str, str]]:
        """Read the fields as the upstream says them, and why some of them cannot be read."""

    @abstractmethod
    def _derive(self, external_id: str, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> Mapped:
        """Add what follows from the fields: normal forms, the effective role, the words to search by."""

    def _read_texts(self, flat: Flat) -> dict[str, Any]:
        """Every text field: the first of its sources that says something. The hot loop of a first mirror."""
        values: dict[str, Any] = {}
        get = flat.get
        for name, paths in self._texts:
            value = None
            for path in paths:
                value = get(path)
                if value is not None and value != "":
                    value = value.strip() if type(value) is str and value.isprintable() else text(value)
                    break
            values[name] = value or None
        return values

    def _first(self, name: str, flat: Flat) -> Any:
        for path in self._sources.get(name, ()):
            value = flat.get(path)
            if value is not None and value != "":
                return value
        return None

    def _others(self, flat: Flat) -> dict[str, Any]:
        """Everything that no field took, so that nothing the upstream says is hidden; nulls are left out."""
        used, label = self._used, self._reader.label
        return {
            label(path): value
            for path, value in flat.items()
            if path not in used and value is not None and value != ""
        }
