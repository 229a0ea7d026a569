"""Invoices that name their customer only by name."""

from counterfoil.mapping.mapper import Mapped, MappingConfig
from counterfoil.mapping.mappers import mapper

CONFIRMED = {"bakker": "7"}


def read(row: dict[str, object], **sources: str) -> Mapped:
    config = MappingConfig(
        "zoho_books", sources={name: (path,) for name, path in sources.items()}, customers_by_name=CONFIRMED
    )
    return mapper(config, "invoice")("1", row)


def test_a_confirmed_name_stands_for_the_id_of_its_customer() -> None:
    for name in ("Bakker", "BAKKER B.V.", "  bakker nv"):
        assert read({"customer_name": name}).values["customer_external_id"] == "7"
    assert read({"customer_name": "Bakker Gent"}).values["customer_external_id"] is None


def test_an_id_on_the_invoice_is_stronger_than_its_name() -> None:
    assert read({"customer_id": "12", "customer_name": "Bakker"}).values["customer_external_id"] == "12"


def test_a_column_mapped_to_the_name_stays_findable() -> None:
    mapped = read({"Klant": "Bakker BV", "Plaats": "Gent"}, customer_name="Klant")
    assert mapped.values["customer_external_id"] == "7"
    assert mapped.extra == {"customer_name": "Bakker BV", "Plaats": "Gent"}
