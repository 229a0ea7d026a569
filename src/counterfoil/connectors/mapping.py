"""From an upstream's record to ours: sources per field, role overrides, normalising. Pure.

The configuration is data (field map, role overrides, default country) and belongs to one connection, so the
same stored payload can be mapped again, without a call, whenever the configuration changes.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, NamedTuple, Protocol

import orjson

from counterfoil.connectors.fields import CUSTOMER_FIELDS, MAPPABLE
from counterfoil.errors import BadRecord, WrongSetting
from counterfoil.normalize.country import country
from counterfoil.normalize.email import email
from counterfoil.normalize.name import name_key
from counterfoil.normalize.phone import digits, phone
from counterfoil.normalize.text import fold, words
from counterfoil.normalize.value import boolean, day, text
from counterfoil.normalize.vat import vat
from counterfoil.normalize.website import website

type Raw = Mapping[str, Any]
type Flat = dict[str, Any]


class Reader(Protocol):
    """How one connector's payload is read. Stateless; one per connector."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]]

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


@dataclass(frozen=True, slots=True)
class RoleOverride:
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
    role_overrides: tuple[RoleOverride, ...] = ()
    left_out: tuple[str, ...] = ()
    version: int = 1


class Mapped(NamedTuple):
    """A record in our terms. `values` has every name of `fields.COLUMNS`."""

    values: dict[str, Any]
    extra: dict[str, Any]
    invalid: dict[str, str]
    name_words: str
    other_words: str


def canonical_hash(record: Raw, volatile: Iterable[str] = ()) -> bytes:
    """SHA-256 over the record with sorted keys, without the volatile top-level ones."""
    left_out = [key for key in volatile if key in record]
    if left_out:
        record = {key: value for key, value in record.items() if key not in left_out}
    return hashlib.sha256(orjson.dumps(record, option=orjson.OPT_SORT_KEYS)).digest()


class Mapper:
    """Maps one connection's payloads. Build once, call for each record; safe to use from several threads."""

    def __init__(self, config: MappingConfig, reader: Reader) -> None:
        unknown = sorted(set(config.sources) - MAPPABLE)
        if unknown:
            raise WrongSetting(
                f"There is no customer field called {', '.join(unknown)}.",
                f"Fields are: {', '.join(sorted(MAPPABLE))}.",
            )
        sources = {**reader.default_sources, **config.sources}
        self._reader = reader
        self._country = config.country
        self._sources = sources
        self._texts = [
            (f.name, sources.get(f.name, ()))
            for f in CUSTOMER_FIELDS
            if f.kind == "text" and f.name != "upstream_role"
        ]
        self._used = frozenset(path for paths in sources.values() for path in paths).union(config.left_out)
        self._roles_by_id = {o.pattern: o.role for o in config.role_overrides if o.by == "id"}
        self._roles_by_name = [(fold(o.pattern), o.role) for o in config.role_overrides if o.by == "name"]

    def digest(self, raw: Raw) -> bytes:
        """See `Reader.digest`."""
        return self._reader.digest(raw)

    def __call__(self, external_id: str, raw: Raw) -> Mapped:
        """Map one payload. Raises BadRecord when it cannot be a customer."""
        flat = self._reader.flatten(external_id, raw)
        values = self._read_texts(flat)
        name = values["name"]
        if name is None:
            values["name"] = name = self._no_name(flat)
        role = text(self._first("upstream_role", flat))
        values["upstream_role"] = role = role.upper() if role else None
        values["role"] = self._role(external_id, name, role)
        values["whatsapp"] = boolean(self._first("whatsapp", flat))
        values["peppol"] = boolean(self._first("peppol", flat))
        active = boolean(self._first("is_active", flat))
        values["is_active"] = active is not False and not self._reader.archived(raw)
        invalid: dict[str, str] = {} if name else {"name": "the upstream gives no name"}
        self._normalise(values, invalid, flat)
        return Mapped(
            values=values,
            extra=self._others(flat),
            invalid=invalid,
            name_words=" ".join(words(name)),
            other_words=self._other_words(external_id, values),
        )

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

    def _no_name(self, flat: Flat) -> str:
        for path in self._sources.get("name", ()):
            if any(other.startswith(f"{path}.") for other in flat):
                raise BadRecord("The name is an object instead of text.")
            if flat.get(path):
                raise BadRecord("The name is a list instead of text.")
        return ""

    def _role(self, external_id: str, name: str, role: str | None) -> str | None:
        if external_id in self._roles_by_id:
            return self._roles_by_id[external_id]
        if self._roles_by_name:
            folded = fold(name)
            for pattern, override in self._roles_by_name:
                if pattern in folded:
                    return override
        return role

    def _normalise(self, values: dict[str, Any], invalid: dict[str, str], flat: Flat) -> None:
        code = country(values["country"])
        region = code.value or self._country
        due = day(self._first("follow_up_date", flat))
        for source, target, (value, reason) in (
            ("country", "country_code", code),
            ("phone", "phone_e164", phone(values["phone"], region)),
            ("mobile", "mobile_e164", phone(values["mobile"], region)),
            ("vat_number", "vat_normalized", vat(values["vat_number"], region)),
            ("email", "email_normalized", email(values["email"])),
            ("website", "website_normalized", website(values["website"])),
        ):
            values[target] = value
            if reason:
                invalid[source] = reason
        for source, outcome in (("billing_email", email(values["billing_email"])), ("follow_up_date", due)):
            if outcome.reason:
                invalid[source] = outcome.reason
        values["follow_up_date"] = date.fromisoformat(due.value) if due.value else None
        values["name_key"] = name_key(values["name"])

    def _other_words(self, external_id: str, values: Mapping[str, Any]) -> str:
        region = values["country_code"] or self._country
        said = (external_id, values["email"], values["city"], values["vat_number"])
        found = dict.fromkeys(words(" ".join(filter(None, said))))
        checked = values["vat_normalized"]
        if checked:
            found[checked.lower()] = found[checked[2:].lower()] = None
        for name in ("phone_e164", "mobile_e164"):
            if values[name]:
                found.update(dict.fromkeys(digits(values[name], region)))
        return " ".join(found)
