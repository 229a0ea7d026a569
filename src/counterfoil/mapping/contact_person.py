"""Map an upstream's record to a contact person. Pure."""

from collections.abc import Iterable
from typing import Any

from counterfoil.connectors.reader_port import Flat, Raw, Reader
from counterfoil.mapping.fields import PERSON_FIELDS
from counterfoil.mapping.mapper import Mapped, Mapper, MappingConfig
from counterfoil.normalize.email import email
from counterfoil.normalize.phone import phone
from counterfoil.normalize.search_words import phone_words, record_words
from counterfoil.normalize.text import words
from counterfoil.normalize.value import boolean

MOST_WORDS = 1_000
"""Words of all contact persons of one customer by which it is found."""


def search_words(
    name: str, address: str | None, numbers: Iterable[tuple[str | None, str | None]], region: str | None
) -> list[str]:
    """Return the words of a contact person by which its customer is found.

    `numbers` are pairs: as written, and in E.164 where it is valid.
    """
    found = [*record_words(name), *record_words(address)]
    return [*found, *(form for written, e164 in numbers for form in phone_words(written, e164, region))]


class PersonMapper(Mapper):
    """Maps one connection's contact persons.

    They need not have a name. Phone numbers without a country code are read as the connection's country's.
    """

    def __init__(self, config: MappingConfig, reader: Reader) -> None:
        texts = [field.name for field in PERSON_FIELDS if field.kind == "text"]
        super().__init__(config, reader, {**reader.default_sources, **config.sources}, texts)

    def _read(self, raw: Raw, flat: Flat, name_before: str) -> tuple[dict[str, Any], dict[str, str]]:
        values = self._read_texts(flat)
        values["is_primary"] = boolean(self._first("is_primary", flat)) is True
        return values, {}

    def _derive(self, external_id: str, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> Mapped:
        values["name"] = " ".join(filter(None, (values["first_name"], values["last_name"])))
        for source, target, (value, reason) in (
            ("phone", "phone_e164", phone(values["phone"], self._country)),
            ("mobile", "mobile_e164", phone(values["mobile"], self._country)),
            ("email", "email_normalized", email(values["email"])),
        ):
            values[target] = value
            if reason:
                invalid[source] = reason
        return Mapped(values, self._extra(flat), invalid, spelled=words(values["name"]))
