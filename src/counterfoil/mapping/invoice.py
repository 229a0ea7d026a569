"""Map an upstream's record to an invoice: plain dates, exact amounts, the status as it is. Pure."""

from typing import Any

import msgspec
import orjson

from counterfoil.connectors.reader_port import Flat, Raw, Reader
from counterfoil.mapping.fields import CUSTOMER_OF_INVOICE, INVOICE_FIELDS
from counterfoil.mapping.mapper import Mapped, Mapper, MappingConfig
from counterfoil.normalize.money import money, number
from counterfoil.normalize.name import name_key
from counterfoil.normalize.value import text

_DATES = tuple(field.name for field in INVOICE_FIELDS if field.kind == "date")
AMOUNTS = tuple(field.name for field in INVOICE_FIELDS if field.kind == "money")
_OF_CUSTOMER = frozenset(field.name for field in CUSTOMER_OF_INVOICE)
_read_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class InvoiceMapper(Mapper):
    """Maps one connection's invoices. A date or an amount that cannot be read is null, and `invalid` says why."""

    def __init__(self, config: MappingConfig, reader: Reader) -> None:
        texts = [field.name for field in INVOICE_FIELDS if field.kind == "text"]
        super().__init__(config, reader, {**reader.default_sources, **config.sources}, texts)
        self._customers_by_name = config.customers_by_name
        self._kept = _OF_CUSTOMER & config.sources.keys()
        self._amounts = frozenset(path for name in AMOUNTS for path in self._sources.get(name, ()))

    def decode(self, raw: bytes) -> Raw:
        """Decode a payload with its amounts as they are written: a float has no exact cents, and few digits."""
        record = orjson.loads(raw)
        if not isinstance(record, dict):
            return record  # type: ignore[no-any-return]  # mapping reports that it is no object
        parts = _read_parts(raw)
        for path in self._amounts & record.keys():
            if type(record[path]) is float:
                record[path] = number(bytes(parts[path]).decode()) or record[path]
        return record

    def _read(self, raw: Raw, flat: Flat, name_before: str) -> tuple[dict[str, Any], dict[str, str]]:
        values = self._read_texts(flat)
        if values["customer_external_id"] is None and self._customers_by_name:
            name = text(self._first("customer_name", flat) or flat.get("customer_name"))
            values["customer_external_id"] = self._customers_by_name.get(name_key(name)) if name else None
        invalid: dict[str, str] = {}
        for name in _DATES:
            self._read_date(name, flat, values, invalid)
        self._read_amounts(flat, values, invalid)
        self._read_time("upstream_created_at", flat, values, invalid)
        return values, invalid

    def _derive(self, external_id: str, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> Mapped:
        extra = self._extra(flat)
        for name in self._kept:
            if (said := text(self._first(name, flat))) is not None:
                extra[name] = said
        return Mapped(values, extra, invalid)

    def _read_amounts(self, flat: Flat, values: dict[str, Any], invalid: dict[str, str]) -> None:
        for name in AMOUNTS:
            values[name], reason = money(self._first(name, flat), self._forms.get(name, ""))
            if reason:
                invalid[name] = reason
