"""Map an upstream's record to ours: sources per field, normal forms, everything else kept as extra. Pure.

The configuration is data (field map, role overrides, default country) and belongs to one connection, so the
same stored payload can be mapped again, without an API call, whenever the configuration changes. What is special
about a resource is in `mapping/customer.py`, `mapping/contact_person.py` and `mapping/invoice.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from counterfoil.connectors.reader_port import Flat, Raw, Reader
from counterfoil.mapping import overlay
from counterfoil.mapping.composition import Composition
from counterfoil.mapping.list_value import first_object, first_value
from counterfoil.normalize.column_form import IN_DOUBT, WrittenForm, form_of_date
from counterfoil.normalize.spreadsheet_number import without_decimals
from counterfoil.normalize.value import DAY_OR_MONTH, day, instant, text


@dataclass(frozen=True, slots=True)
class RoleRule:
    """A role override. `by` is "id" (equal) or "name" (contains, accents and case folded)."""

    by: str
    pattern: str
    role: str


@dataclass(frozen=True, slots=True)
class MappingConfig:
    """How one connection's payloads are mapped.

    `left_out` are paths that are not kept as extra (a file's own id column); `version` grows with every change of
    the rest. A time with an offset falls on a day of `zone`, a name of the IANA database. `customers_by_name` are
    the ids of those whom invoices name only by name, by name key. `forms` are the forms of amounts and dates that
    people have written, by field (see `normalize.column_form`). `of_spreadsheet`: its texts may be numbers that a
    spreadsheet or a program has written, as "9120.0".
    """

    connector: str
    country: str = "BE"
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    role_overrides: tuple[RoleRule, ...] = ()
    left_out: tuple[str, ...] = ()
    version: int = 1
    zone: str = "UTC"
    customers_by_name: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    of_spreadsheet: bool = False


class Mapped(NamedTuple):
    """A mapped record.

    `values` has every column of its resource, the words are there only where the resource is searched. `spelled`
    are the words of which a search may mistype one. `theirs` are the upstream's values of the fields that an edit
    replaces.
    """

    values: dict[str, Any]
    extra: dict[str, Any]
    invalid: dict[str, str]
    name_words: str = ""
    other_words: str = ""
    theirs: Mapping[str, Any] = overlay.NOTHING
    spelled: Sequence[str] = ()


class Mapper(ABC):
    """Maps one connection's payloads of one resource.

    Build it once, call it for each record. It is safe to use from several threads.
    """

    def __init__(
        self, config: MappingConfig, reader: Reader, sources: Mapping[str, tuple[str, ...]], texts: Iterable[str]
    ) -> None:
        """Take `sources`, the paths of each field in order of preference, and `texts`, the plain text fields."""
        self._reader = reader
        self._country = config.country
        self._zone = ZoneInfo(config.zone)
        self._forms = config.forms
        self._of_spreadsheet = config.of_spreadsheet
        self._sources = sources
        self._texts = [(name, sources.get(name, ())) for name in texts]
        self._composition = Composition(
            sources, config.sources, config.left_out, has_empty_words=reader.has_empty_words
        )
        self._objects = [(path.partition(".")[0], path) for path in sorted(self._composition.paths) if "." in path]

    def decode(self, raw: bytes) -> Raw:
        """Decode a payload as this mapper reads it. Raises orjson.JSONDecodeError."""
        record: Raw = orjson.loads(raw)
        return record

    def digest(self, raw: Raw) -> bytes:
        """Compute the canonical hash: see `Reader.digest`."""
        return self._reader.digest(raw)

    def __call__(
        self, external_id: str, raw: Raw, edits: Mapping[str, Any] | None = None, name_before: str = ""
    ) -> Mapped:
        """Map one decoded payload: read it, lay `edits` (our values by field) over it, derive the rest.

        A customer without a name keeps `name_before`. Raises BadRecord where it is no record of this resource.
        """
        flat = self._reader.flatten(external_id, raw)
        for parent, path in self._objects:
            if type(flat.get(parent)) is list:  # one object is expected, as an address
                flat.setdefault(path, first_object(flat[parent]).get(path.removeprefix(f"{parent}.")))
        self._composition.complete(flat)
        values, invalid = self._read(raw, flat, name_before)
        theirs = overlay.apply(values, invalid, edits)
        return self._derive(external_id, flat, values, invalid)._replace(theirs=theirs)

    @abstractmethod
    def _read(self, raw: Raw, flat: Flat, name_before: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Read the upstream's values by field, and the reasons why some of them cannot be read."""

    @abstractmethod
    def _derive(self, external_id: str, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> Mapped:
        """Add what is derived from the values: normal forms, the effective role, the words to search by."""

    def _read_texts(self, flat: Flat) -> dict[str, Any]:
        """Read every text field from the first of its sources that has a value. The hot loop of a first mirror.

        Of a list the first usable value counts; all of it is kept as extra.
        """
        values: dict[str, Any] = {}
        get = flat.get
        for name, paths in self._texts:
            value = None
            for path in paths:
                value = get(path)
                if value is not None and value != "":
                    printable = type(value) is str and value.isprintable()
                    value = value.strip() if printable else text(first_value(value))
                    if value:
                        break
            values[name] = value or None
        if self._of_spreadsheet:
            for name in _NUMBERS.intersection(values):
                values[name] = values[name] and without_decimals(values[name])
        return values

    def _first(self, name: str, flat: Flat) -> Any:
        for path in self._sources.get(name, ()):
            value = flat.get(path)
            if value is not None and value != "":
                return first_value(value)
        return None

    def _read_date(self, name: str, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> None:
        """Read a day; one that cannot be read is null, and `invalid` says why."""
        iso_date, reason = day(self._first(name, flat), self._zone, self._forms.get(name, ""))
        values[name] = date.fromisoformat(iso_date) if iso_date else None
        if reason:
            invalid[name] = reason

    def _read_time(self, name: str, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> None:
        """Read a time in UTC; one that cannot be read is null, and `invalid` says why."""
        found = self._first(name, flat)
        form = self._forms.get(name, "")
        values[name] = None if found is None else instant(found, form)
        if found is not None and values[name] is None:
            open_form = form in IN_DOUBT and form_of_date(found) == WrittenForm.OPEN
            invalid[name] = DAY_OR_MONTH if open_form else "not a time"

    def _extra(self, flat: Flat) -> dict[str, Any]:
        """Collect every value that no field uses, so that nothing is hidden. Nulls and empty text are left out.

        Lists and objects are among them even where a field uses their first value.
        """
        used, label = self._composition.used(flat), self._reader.label
        return {
            label(path): value
            for path, value in flat.items()
            if value is not None and value != "" and (path not in used or (value and type(value) in _SEVERAL))
        }


_NUMBERS = frozenset(["phone", "mobile", "vat_number", "postal_code"])
"""Texts that are numbers to a spreadsheet. An API's text stays as it is, since an API writes what it means."""
_SEVERAL = (list, dict)
