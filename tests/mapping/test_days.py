"""A time with an offset falls on the same day for every way in: connectors, files, imports (law 12)."""

import json
from datetime import date
from typing import Any

import pytest

from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.registry import reader
from counterfoil.mapping.imported_row import RowReader
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mapping.mappers import mapper

AT_NIGHT = "2025-03-30T23:30:00-0800"


def invoice(of: Reader, raw: dict[str, Any], zone: str) -> dict[str, Any]:
    read = InvoiceMapper(MappingConfig("zoho_books", zone=zone), of)
    return read("1", read.decode(json.dumps(raw).encode())).values


@pytest.mark.parametrize(("zone", "day"), [("Europe/Brussels", 31), ("America/Los_Angeles", 31), ("UTC", 31),
                                           ("Pacific/Honolulu", 30)])  # fmt: skip
def test_law_12_invoices_of_a_connector_and_of_an_import_have_the_same_day(zone: str, day: int) -> None:
    theirs = invoice(reader("zoho_books", "invoice"), {"date": AT_NIGHT, "last_payment_date": AT_NIGHT}, zone)
    legacy = invoice(
        RowReader({"date": "invoiceDate", "due_date": "due"}), {"invoiceDate": AT_NIGHT, "due": AT_NIGHT}, zone
    )
    assert {theirs["date"], theirs["paid_on"], legacy["date"], legacy["due_date"]} == {date(2025, 3, day)}


@pytest.mark.parametrize(
    ("connector", "raw"),
    [
        ("file", {"Naam": "Acme", "volgende": AT_NIGHT}),
        ("robaws", {"name": "Acme", "followUpDate": AT_NIGHT}),
    ],
)
def test_law_12_and_so_have_customers(connector: str, raw: dict[str, Any]) -> None:
    sources = {"follow_up_date": ("followUpDate", "volgende")}
    config = MappingConfig(connector, zone="Pacific/Honolulu", sources=sources)
    assert mapper(config)("1", raw).values["follow_up_date"] == date(2025, 3, 30)
