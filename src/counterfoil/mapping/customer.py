"""Map an upstream's record to a customer: role overrides, normal forms, the words to search it by. Pure."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from counterfoil import messages
from counterfoil.connectors.field_source import paths
from counterfoil.connectors.reader_port import Flat, Raw, Reader
from counterfoil.errors import BadRecord, InvalidSetting
from counterfoil.mapping.fields import CUSTOMER_FIELDS, MAPPABLE
from counterfoil.mapping.list_value import first_value
from counterfoil.mapping.mapper import Mapped, Mapper, MappingConfig
from counterfoil.normalize.activity import is_inactive
from counterfoil.normalize.country import country
from counterfoil.normalize.email import email
from counterfoil.normalize.name import name_key
from counterfoil.normalize.phone import phone
from counterfoil.normalize.postcode import missing_zero
from counterfoil.normalize.search_words import (
    phone_words,
    record_words,
    texts_of,
    vat_words,
    without_scheme,
    words_of_all,
)
from counterfoil.normalize.text import fold, is_blank
from counterfoil.normalize.value import boolean, text
from counterfoil.normalize.vat import vat
from counterfoil.normalize.website import website

MOST_WORDS = 1_000
"""Words besides the name by which a customer is found: a text of a megabyte is stored, its end is not searched."""
_SEARCHED = ("email", "billing_email", "street2", "postal_code")
"""Text fields by which a customer is found, besides those below and its numbers."""
_SPELLED = ("company_name", "street", "city")
"""The fields, besides the name, whose words a search may mistype."""
NO_NAME = "no name given"
NAME_KEPT = "no name given; the earlier name is kept"


class CustomerMapper(Mapper):
    """Maps one connection's customers, by its field map and role overrides."""

    def __init__(self, config: MappingConfig, reader: Reader) -> None:
        unknown = sorted(set(config.sources) - MAPPABLE)
        if unknown:
            raise InvalidSetting(
                messages.ingest.UNKNOWN_FIELD(fields=", ".join(unknown)),
                messages.ingest.FIELDS_ARE(fields=", ".join(sorted(MAPPABLE))),
            )
        sources = {**reader.default_sources, **config.sources}
        texts = [f.name for f in CUSTOMER_FIELDS if f.kind == "text" and f.name != "upstream_role"]
        super().__init__(config, reader, sources, texts)
        self._spelled, self._searched = itemgetter(*_SPELLED), itemgetter(*_SEARCHED)
        self._roles_by_id = {o.pattern: o.role for o in config.role_overrides if o.by == "id"}
        self._roles_by_name = [(fold(o.pattern), o.role) for o in config.role_overrides if o.by == "name"]

    def _read(self, raw: Raw, flat: Flat, name_before: str) -> tuple[dict[str, Any], dict[str, str]]:
        values, invalid = self._read_texts(flat), dict[str, str]()
        if values["name"] is None or is_blank(values["name"]):
            self._check_nameless(flat, name_before)
            values["name"] = name_before
            if name_before:
                invalid["name"] = NAME_KEPT
        role = text(self._first("upstream_role", flat))
        values["upstream_role"] = role.upper() if role else None
        values["whatsapp"] = boolean(self._first("whatsapp", flat))
        values["peppol"] = boolean(self._first("peppol", flat))
        values["is_active"] = self._is_active(flat) and not self._reader.archived(raw)
        self._read_date("follow_up_date", flat, values, invalid)
        self._read_time("upstream_created_at", flat, values, invalid)
        return values, invalid

    def _derive(self, external_id: str, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> Mapped:
        name = values["name"]
        values["role"] = self._role(external_id, name, values["upstream_role"])
        values["name_key"] = name_key(name)
        if not name:
            invalid["name"] = NO_NAME
        self._normalise(values, invalid)
        extra, name_words = self._extra(flat), record_words(name)
        spelled = words_of_all(self._spelled(values))[:MOST_WORDS]
        return Mapped(
            values=values,
            extra=extra,
            invalid=invalid,
            name_words=" ".join(name_words),
            other_words=self._other_words(external_id, values, extra, spelled),
            spelled=(*name_words, *spelled),
        )

    def _normalise(self, values: dict[str, Any], invalid: dict[str, str]) -> None:
        code = country(values["country"])
        region = code.value or self._country
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
        billing = email(values["billing_email"])
        if billing.reason:
            invalid["billing_email"] = billing.reason
        if lost := missing_zero(values["postal_code"], region):
            invalid["postal_code"] = lost

    def _is_active(self, flat: Flat) -> bool:
        """Return False where any source says so. Of a status only words count: 0 and 1 can mean anything."""
        statuses = self._sources.get("status", ())
        for source in self._sources.get("is_active", ()):
            value = first_value(flat.get(source))
            if is_inactive(value) or (source not in statuses and boolean(value) is False):
                return False
        return True

    def _check_nameless(self, flat: Flat, name_before: str) -> None:
        """Raise BadRecord where the name of a record is no text, or blank on a record that had none before."""
        for source in self._sources.get("name", ()):
            if any(other.startswith(f"{path}.") for path in paths(source, flat) for other in flat):
                raise BadRecord(messages.ingest.NAME_IS_OBJECT())
            if (said := flat.get(source)) and not isinstance(said, str):
                raise BadRecord(messages.ingest.NAME_IS_LIST())
            if said and not name_before:
                raise BadRecord(messages.ingest.NAME_IS_BLANK())

    def _role(self, external_id: str, name: str, role: str | None) -> str | None:
        if external_id in self._roles_by_id:
            return self._roles_by_id[external_id]
        if self._roles_by_name:
            folded = fold(name)
            for pattern, override in self._roles_by_name:
                if pattern in folded:
                    return override
        return role

    def _other_words(
        self, external_id: str, values: Mapping[str, Any], extra: Mapping[str, Any], spelled: Iterable[str]
    ) -> str:
        """Join all words besides the name's by which the customer is found."""
        texts = [
            external_id,
            without_scheme(values["website"]),
            *self._searched(values),
            *texts_of(extra.values()),
        ]
        found = [*spelled, *words_of_all(texts)[:MOST_WORDS]]
        region = values["country_code"] or self._country
        if values["vat_number"]:
            found += vat_words(values["vat_number"], values["vat_normalized"])
        for name, e164 in (("phone", "phone_e164"), ("mobile", "mobile_e164")):
            if values[name]:
                found += phone_words(values[name], values[e164], region)
        return " ".join(dict.fromkeys(found))
