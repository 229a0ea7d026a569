"""A contact person from an upstream's record. Pure."""

from collections.abc import Mapping
from typing import Any

from counterfoil.connectors.reader_port import Raw, Reader
from counterfoil.mapping.fields import PERSON_FIELDS
from counterfoil.mapping.mapper import Mapped, Mapper, MappingConfig
from counterfoil.normalize.email import email
from counterfoil.normalize.phone import phone
from counterfoil.normalize.value import boolean


class PersonMapper(Mapper):
    """Maps one connection's contact persons. They need not have a name; phones without a country are read as from
    the connection's."""

    def __init__(self, config: MappingConfig, reader: Reader) -> None:
        texts = [field.name for field in PERSON_FIELDS if field.kind == "text"]
        super().__init__(config, reader, reader.default_sources, texts)

    def __call__(self, external_id: str, raw: Raw, edits: Mapping[str, Any] | None = None) -> Mapped:
        """See `Mapper`."""
        flat = self._reader.flatten(external_id, raw)
        values = self._read_texts(flat)
        values["is_primary"] = boolean(self._first("is_primary", flat)) is True
        values["name"] = " ".join(filter(None, (values["first_name"], values["last_name"])))
        invalid: dict[str, str] = {}
        for source, target, (value, reason) in (
            ("phone", "phone_e164", phone(values["phone"], self._country)),
            ("mobile", "mobile_e164", phone(values["mobile"], self._country)),
            ("email", "email_normalized", email(values["email"])),
        ):
            values[target] = value
            if reason:
                invalid[source] = reason
        return Mapped(values, self._others(flat), invalid)
