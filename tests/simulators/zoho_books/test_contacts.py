"""Contract sections 0, 2.1 and 2.2: contacts in lists and single reads."""

import json
import re

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import client_of, contacts, page

LISTED = (
    "contact_id contact_name customer_name vendor_name company_name website language_code "
    "language_code_formatted contact_type contact_type_formatted status customer_sub_type source "
    "is_linked_with_zohocrm payment_terms payment_terms_id payment_terms_label currency_id currency_code "
    "twitter facebook outstanding_receivable_amount outstanding_receivable_amount_bcy "
    "outstanding_payable_amount outstanding_payable_amount_bcy unused_credits_receivable_amount "
    "unused_credits_receivable_amount_bcy unused_credits_payable_amount unused_credits_payable_amount_bcy "
    "first_name last_name email phone mobile portal_status portal_status_formatted track_1099 created_time "
    "last_modified_time created_time_formatted last_modified_time_formatted custom_fields custom_field_hash "
    "contactperson_custom_fields tags ach_supported has_attachment"
)
LIST_ONLY = {
    *(
        "customer_name",
        "vendor_name",
        "contact_type_formatted",
        "portal_status_formatted",
        "created_time_formatted",
    ),
    *("last_modified_time_formatted", "contactperson_custom_fields", "has_attachment"),
}
DETAIL_ONLY = {
    *("contact_persons", "primary_contact_id", "billing_address", "shipping_address", "addresses", "notes"),
    *("payment_reminder_enabled", "is_sms_enabled", "currency_symbol", "price_precision", "default_templates"),
    *("opening_balances", "customer_currency_summaries", "owner_id", "designation", "department"),
    *("contact_salutation", "created_by_id", "last_modified_by_id", "bank_accounts", "cards", "pricebook_id"),
}
ROUND = {"contact_name": "Round Trip"}


def read(api: httpx2.Client, contact_id: str) -> dict[str, object]:
    found: dict[str, object] = page(api, f"/contacts/{contact_id}")["contact"]
    return found


def test_row_has_the_recorded_keys_and_no_persons(api: httpx2.Client) -> None:
    for row in contacts(api):
        assert sorted(row) == sorted(LISTED.split())


def test_detail_has_keys_that_the_row_lacks_and_the_other_way_round(api: httpx2.Client) -> None:
    row = contacts(api)[0]
    found = read(api, row["contact_id"])
    assert row.keys() - found.keys() >= LIST_ONLY
    assert found.keys() - row.keys() >= DETAIL_ONLY
    shared = row.keys() & found.keys()
    assert {name: row[name] for name in shared} == {name: found[name] for name in shared}


def test_ids_are_texts_of_18_digits_or_19(api: httpx2.Client) -> None:
    assert all(re.fullmatch(r"260\d{15}", row["contact_id"]) for row in contacts(api))
    with ZohoBooksSimulator(organizations=2, contacts=2) as sim, client_of(sim, sim.organization_ids[1]) as india:
        assert all(re.fullmatch(r"46\d{17}", row["contact_id"]) for row in contacts(india))


def test_missing_text_is_empty_never_null(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [bare] = sim.control.add_contact(fields=ROUND)
    assert "null" not in api.get("/contacts").text + api.get(f"/contacts/{bare}").text
    found = read(api, bare)
    assert (found["company_name"], found["notes"], found["website"]) == ("", "", "")
    assert (found["contact_persons"], found["primary_contact_id"], found["phone"]) == ([], "", "")


def test_one_name_under_three_keys(api: httpx2.Client) -> None:
    assert all(row["contact_name"] == row["customer_name"] == row["vendor_name"] for row in contacts(api))


def test_flat_fields_are_the_primary_persons(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [customer] = sim.control.add_contact(fields=ROUND)
    first = sim.control.add_person(customer, {"first_name": "Ann", "phone": "555-0100"})
    second = sim.control.add_person(customer, {"first_name": "Bo", "mobile": "555-0222"})
    for person, name, phone, mobile in ((first, "Ann", "555-0100", ""), (second, "Bo", "", "555-0222")):
        sim.control.make_primary(person)
        [row] = contacts(api, contact_name="Round Trip")
        assert (row["first_name"], row["phone"], row["mobile"]) == (name, phone, mobile)
        found = read(api, customer)
        assert (found["primary_contact_id"], found["first_name"]) == (person, name)


def test_persons_stand_in_the_detail_one_of_them_primary(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [customer] = sim.control.add_contact(fields=ROUND)
    people = [sim.control.add_person(customer) for _ in range(3)]
    persons = page(api, f"/contacts/{customer}")["contact"]["contact_persons"]
    assert [person["contact_person_id"] for person in persons] == people
    assert [person["is_primary_contact"] for person in persons] == [True, False, False]
    assert persons[0]["communication_preference"] == {"is_email_enabled": True}


def test_times_carry_the_organizations_offset_and_its_summer_time(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    for moment, shown in (
        ("2026-01-15T17:00:00Z", "2026-01-15T12:00:00-0500"),
        ("2026-06-09T17:15:33Z", "2026-06-09T13:15:33-0400"),
    ):
        [customer] = sim.control.change_contact(n=1, fields=ROUND, modified_at=moment)
        assert read(api, customer)["last_modified_time"] == shown


def test_amounts_are_numbers_whole_or_broken_and_by_switch_texts(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    [customer] = sim.control.add_contact(fields=ROUND)
    sim.control.add_invoice(customer, fields={"total": "149.97"})

    def owed() -> str:
        [row] = json.loads(api.get("/contacts", params={"contact_name": "Round Trip"}).content, parse_float=str)[
            "contacts"
        ]
        return f"{row['outstanding_receivable_amount']!r} {row['unused_credits_receivable_amount']!r}"

    assert owed() == "'149.97' 0"
    sim.control.add_invoice(customer, fields={"total": 150.03})
    assert owed() == "300 0"
    sim.control.switch(money="float")
    assert owed() == "'300.0' '0.0'"
    sim.control.switch(money="text")
    assert owed() == "'300.00' '0.00'"


@pytest.mark.parametrize(("status", "owed"), [("draft", 0), ("void", 0), ("sent", 50), ("viewed", 50)])
def test_only_invoices_that_were_sent_are_owed(
    sim: ZohoBooksSimulator, api: httpx2.Client, status: str, owed: int
) -> None:
    [customer] = sim.control.add_contact(fields=ROUND)
    sim.control.add_invoice(customer, fields={"total": 50, "status": status})
    assert read(api, customer)["outstanding_receivable_amount"] == owed


def test_payment_changes_what_is_owed_and_not_the_contacts_time(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    """Section 0, fact 6."""
    [customer] = sim.control.add_contact(fields=ROUND)
    [invoice] = sim.control.add_invoice(customer, fields={"total": 100})
    before = read(api, customer)
    sim.control.clock_move(60)
    sim.control.pay(invoice, 40)
    after = read(api, customer)
    assert (before["outstanding_receivable_amount"], after["outstanding_receivable_amount"]) == (100, 60)
    assert before["last_modified_time"] == after["last_modified_time"]


def test_indian_rows_carry_tax_numbers() -> None:
    with ZohoBooksSimulator(organizations=2, contacts=40) as sim, client_of(sim, sim.organization_ids[1]) as india:
        rows = contacts(india)
        assert all({"gst_no", "gst_treatment", "pan_no"} <= row.keys() for row in rows)
        assert any(re.fullmatch(r"\d\d[A-Z]{5}\d{4}[A-Z]1Z\d", row["gst_no"]) for row in rows)
        with client_of(sim) as america:
            assert "gst_no" not in contacts(america)[0]
