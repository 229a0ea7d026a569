"""Mapping Zoho's records: nothing is hidden, guessed, or lost between shapes."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors import registry
from counterfoil.connectors.zoho_books import contact_record, invoice_record, person_record
from counterfoil.errors import BadRecord
from counterfoil.mapping.fields import COLUMNS_OF, LABELS_OF, TITLE_OF
from counterfoil.mapping.mapper import Mapped, MappingConfig
from counterfoil.mapping.mappers import mapper

CONTACT: dict[str, Any] = {
    "contact_id": "260000000000097001",
    "contact_name": "Acme Corp",
    "customer_name": "Acme Corp",
    "vendor_name": "Acme Corp",
    "company_name": "Acme Holding",
    "contact_type": "customer",
    "contact_type_formatted": "Customer",
    "status": "active",
    "payment_terms_label": "Due on Receipt",
    "currency_code": "EUR",
    "outstanding_receivable_amount": 149.97,
    "first_name": "Will",
    "last_name": "Smith",
    "email": "Will@Example.com",
    "phone": "+32 2 555 12 12",
    "mobile": "",
    "language_code": "nl",
    "gst_no": "",
    "created_time": "2026-06-09T09:45:19-0400",
    "last_modified_time": "2026-06-09T13:15:33-0400",
    "custom_fields": [{"customfield_id": "1", "label": "Region", "value": "North"}],
    "custom_field_hash": {"cf_region": "North"},
    "contactperson_custom_fields": [],
    "tags": [],
    "has_attachment": False,
}
INVOICE: dict[str, Any] = {
    "invoice_id": "260000000000101011",
    "customer_id": "260000000000097001",
    "customer_name": "Acme Corp",
    "status": "sent",
    "invoice_number": "INV-000003",
    "reference_number": "PO 7",
    "date": "2026-06-09",
    "due_date": "2026-07-09",
    "due_days": "Due in 30 days",
    "email": "",
    "phone": "",
    "country": "USA",
    "total": 149.97,
    "balance": 100,
    "currency_code": "USD",
    "exchange_rate": 1,
    "last_modified_time": "2026-06-09T13:15:36-0400",
    "updated_time": "2026-06-09T13:15:36-0400",
}
PERSON: dict[str, Any] = {
    "contact_id": "260000000000097001",
    "contact_name": "Acme Corp",
    "contact_person_id": "260000000000166029",
    "salutation": "Dr",
    "first_name": "Probe",
    "last_name": "",
    "email": "probe@example.com",
    "phone": "0475 12 34 56",
    "mobile": "nothing",
    "department": "Sales",
    "designation": "",
    "created_time": "09 Oct 2026",
    "is_primary_contact": True,
}


def mapped(resource: str, raw: dict[str, Any] | str, country: str = "BE") -> Mapped:
    """From the bytes of a payload, as the engine does it."""
    map_one = mapper(MappingConfig("zoho_books", country), resource)
    text = raw if isinstance(raw, str) else json.dumps(raw)
    return map_one("1", map_one.decode(text.encode()))


@pytest.mark.parametrize(
    ("resource", "raw"), [("customer", CONTACT), ("contact_person", PERSON), ("invoice", INVOICE)]
)
def test_a_mapped_record_has_every_column_of_its_resource(resource: str, raw: dict[str, Any]) -> None:
    assert set(mapped(resource, raw).values) == set(COLUMNS_OF[resource]) <= set(LABELS_OF[resource])
    assert TITLE_OF[resource] in COLUMNS_OF[resource]


def test_a_customer_needs_no_contact_persons_in_its_list_row() -> None:
    found = mapped("customer", CONTACT)
    said = {name: value for name, value in found.values.items() if value is not None}
    assert said == {
        "name": "Acme Corp",
        "company_name": "Acme Holding",
        "phone": "+32 2 555 12 12",
        "email": "Will@Example.com",
        "status": "active",
        "is_active": True,
        "language": "nl",
        "currency": "EUR",
        "upstream_created_at": datetime(2026, 6, 9, 13, 45, 19, tzinfo=UTC),
        "phone_e164": "+3225551212",
        "email_normalized": "will@example.com",
        "name_key": "acme",
    }
    assert found.extra == {
        "payment_terms_label": "Due on Receipt",
        "outstanding_receivable_amount": 149.97,
        "first_name": "Will",
        "last_name": "Smith",
        "Region": "North",
    }


def test_a_customer_has_its_company_name_creation_and_indian_tax_number() -> None:
    found = mapped("customer", CONTACT | {"gst_no": "27AAPFU0939F1ZV", "vat_reg_no": "other"}, "IN")
    assert found.values["company_name"] == "Acme Holding"
    assert found.values["upstream_created_at"] == datetime(2026, 6, 9, 13, 45, 19, tzinfo=UTC)
    assert (found.values["vat_number"], found.values["vat_normalized"]) == (
        "27AAPFU0939F1ZV",
        "IN27AAPFU0939F1ZV",
    )
    assert not {"company_name", "created_time", "gst_no"} & found.extra.keys()
    assert "acme holding" in f"{found.name_words} {found.other_words}"


def test_what_an_upstream_does_not_say_is_unknown() -> None:
    silent = {key: value for key, value in CONTACT.items() if key not in {"company_name", "created_time"}}
    values = mapped("customer", silent).values
    assert (values["company_name"], values["upstream_created_at"]) == (None, None)
    invoice = mapped("invoice", {key: value for key, value in INVOICE.items() if key != "created_time"})
    assert (invoice.values["paid_on"], invoice.values["upstream_created_at"], invoice.invalid) == (None, None, {})


def test_an_invoice_has_the_day_of_its_last_payment_and_its_creation() -> None:
    found = mapped(
        "invoice", INVOICE | {"last_payment_date": "2026-07-01", "created_time": "2026-06-09T09:46:27-0400"}
    )
    assert found.values["paid_on"] == date(2026, 7, 1)
    assert found.values["upstream_created_at"] == datetime(2026, 6, 9, 13, 46, 27, tzinfo=UTC)


def test_an_unreadable_time_of_creation_is_null_with_a_reason() -> None:
    found = mapped("customer", CONTACT | {"created_time": "some day in June"})
    assert (found.values["upstream_created_at"], found.invalid["upstream_created_at"]) == (None, "not a time")


def test_an_inactive_contact_is_an_inactive_customer_and_not_missing() -> None:
    raw = {**CONTACT, "status": "inactive"}
    assert mapped("customer", raw).values["is_active"] is False
    assert not registry.reader("zoho_books", "customer").archived(raw)


def test_custom_fields_can_be_sources_by_their_label() -> None:
    map_one = mapper(MappingConfig("zoho_books", sources={"upstream_role": ("custom_fields.Region",)}))
    assert map_one("1", CONTACT).values["role"] == "NORTH"


def test_an_invoice_keeps_its_dates_without_a_zone_and_its_amounts_exact() -> None:
    found = mapped("invoice", INVOICE)
    assert found.invalid == {}
    assert found.values == {
        "customer_external_id": "260000000000097001",
        "number": "INV-000003",
        "reference": "PO 7",
        "status": "sent",
        "date": date(2026, 6, 9),
        "due_date": date(2026, 7, 9),
        "currency": "USD",
        "total": Decimal("149.97"),
        "balance": Decimal(100),
        "email": None,
        "paid_on": None,
        "upstream_created_at": None,
    }
    assert found.extra == {"exchange_rate": 1}


@given(st.decimals(-(10**15) + 1, 10**15 - 1, places=6), st.booleans())
def test_an_amount_is_read_from_its_text_and_never_through_a_float(amount: Decimal, as_text: bool) -> None:
    written = f'"{amount:f}"' if as_text else f"{amount:f}"
    found = mapped("invoice", f'{{"invoice_id":"1","total":{written},"balance":0.1}}')
    assert found.values["total"] == amount
    assert found.values["balance"] == Decimal("0.1")


@pytest.mark.parametrize("wrong", ['"n/a"', '"1.234,50"', "true", "[]", "{}", "1e300", '"12 EUR"', "0.00000001"])
def test_an_unreadable_amount_is_null_with_a_reason(wrong: str) -> None:
    found = mapped("invoice", f'{{"invoice_id":"1","total":{wrong},"balance":1}}')
    assert found.values["total"] is None
    assert found.values["balance"] == 1
    assert ("total" in found.invalid) == (wrong not in {"[]", "{}"})


@pytest.mark.parametrize("status", ["viewed", "pending_approval", "approved", "something_new", "void", "paid"])
def test_an_unknown_status_is_kept(status: str) -> None:
    assert mapped("invoice", {**INVOICE, "status": status}).values["status"] == status


@pytest.mark.parametrize("wrong", ["31/02/2026", "soon", 12])
def test_an_unreadable_date_is_null_with_a_reason(wrong: Any) -> None:
    found = mapped("invoice", {**INVOICE, "due_date": wrong})
    assert found.values["due_date"] is None
    assert "due_date" in found.invalid


def test_a_person_belongs_to_its_customer_and_has_checked_numbers() -> None:
    found = mapped("contact_person", PERSON)
    assert found.values["customer_external_id"] == "260000000000097001"
    assert found.values["name"] == "Probe"
    assert found.values["is_primary"] is True
    assert (found.values["phone_e164"], found.values["mobile_e164"]) == ("+32475123456", None)
    assert found.invalid == {"mobile": "no digits in it"}
    assert (found.name_words, found.other_words) == ("", "")


@given(st.sampled_from(["due_days", "color_code", "total_formatted", "status_formatted"]), st.text())
def test_display_texts_do_not_change_a_record(key: str, words: str) -> None:
    reader = registry.reader("zoho_books", "invoice")
    assert reader.digest({**INVOICE, key: words}) == reader.digest({**INVOICE, key: "x"})
    assert mapped("invoice", {**INVOICE, key: words}) == mapped("invoice", INVOICE)


def test_a_changed_balance_changes_the_record() -> None:
    reader = registry.reader("zoho_books", "customer")
    assert reader.digest({**CONTACT, "outstanding_receivable_amount": 0}) != reader.digest(CONTACT)


@pytest.mark.parametrize("key", ["contact_id", "contact_name", "phone", "mobile", "email", "last_modified_time"])
def test_the_hash_covers_every_value_that_matters(key: str) -> None:
    reader = registry.reader("zoho_books", "customer")
    assert reader.digest({**CONTACT, key: "another"}) != reader.digest(CONTACT)


def test_the_hash_is_the_same_whichever_way_a_payload_was_decoded() -> None:
    raw = orjson.dumps(INVOICE)
    map_one = mapper(MappingConfig("zoho_books"), "invoice")
    assert map_one.digest(map_one.decode(raw)) == registry.reader("zoho_books", "invoice").digest(
        orjson.loads(raw)
    )


def test_details_hold_addresses_and_notes_that_list_rows_lack() -> None:
    address = {"address": "Kade 1", "city": "Amsterdam", "zip": "1012", "country": "Netherlands", "fax": ""}
    found = mapped("customer", {**CONTACT, "phone": "020 555 1212", "notes": "Late.", "billing_address": address})
    assert (found.values["street"], found.values["city"]) == ("Kade 1", "Amsterdam")
    assert (found.values["postal_code"], found.values["country_code"]) == ("1012", "NL")
    assert found.values["phone_e164"] == "+31205551212", "a number is read as from the customer's country"
    assert found.extra["notes"] == "Late."
    only = registry.reader("zoho_books", "customer").only_in_detail
    assert {"street", "city", "postal_code", "country", "notes", "shipping_address.city"} <= only
    assert not only & {"name", "phone", "mobile", "email", "status", "currency", "company_name"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("resource", "usual"), [("customer", CONTACT), ("contact_person", PERSON), ("invoice", INVOICE)]
)
@given(data=st.data())
def test_any_field_content_is_mapped_or_rejected_with_a_reason(
    resource: str, usual: dict[str, Any], data: st.DataObject
) -> None:
    raw = {**usual, **data.draw(st.dictionaries(st.sampled_from(sorted(usual)), JSON, max_size=4))}
    try:
        found = mapped(resource, orjson.dumps(raw).decode())
    except BadRecord as error:
        assert resource == "customer" and "name" in error.message  # noqa: PT017, PT018  either way is right
    else:
        assert set(found.values) == set(COLUMNS_OF[resource])
        assert orjson.dumps(found.extra)


IDENTIFY = {
    "contact_id": contact_record.identify,
    "contact_person_id": person_record.identify,
    "invoice_id": invoice_record.identify,
}


@pytest.mark.parametrize("key", IDENTIFY)
@given(st.integers(10**17, 10**19 - 1), st.booleans())
def test_ids_of_19_digits_are_kept_exactly(key: str, number: int, as_number: bool) -> None:
    raw = orjson.dumps({key: number if as_number else str(number)})
    assert IDENTIFY[key](raw).external_id == str(number)


@pytest.mark.parametrize("key", IDENTIFY)
@pytest.mark.parametrize("raw", [b'""', b"null", b"{}", b'{"%s":""}', b'{"%s":null}', b'{"%s":[]}', b"{", b"\xff"])
def test_an_entry_without_an_id_is_rejected_with_a_reason(key: str, raw: bytes) -> None:
    with pytest.raises(BadRecord, match="This entry"):
        IDENTIFY[key](raw.replace(b"%s", key.encode()))


def test_the_modified_time_is_read_with_any_offset() -> None:
    winter = contact_record.identify(
        b'{"contact_id":"1","last_modified_time":"2026-01-01T00:30:00-0500"}'
    ).modified
    summer = contact_record.identify(
        b'{"contact_id":"1","last_modified_time":"2026-01-01T01:30:00-0400"}'
    ).modified
    assert winter == summer
    assert contact_record.identify(b'{"contact_id":"1","last_modified_time":""}').modified is None
