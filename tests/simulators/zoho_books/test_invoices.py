"""Contract section 4.2: invoices in lists and single reads."""

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import Row, client_of, invoices, page

LISTED = (
    "ach_payment_initiated invoice_id zcrm_potential_id zcrm_potential_name customer_id customer_name "
    "company_name status invoice_number reference_number date due_date issued_date due_days email phone country "
    "project_name billing_address shipping_address created_by total balance payment_expected_date custom_fields "
    "custom_field_hash tags salesperson_id salesperson_name shipping_charge adjustment created_time "
    "last_modified_time updated_time is_viewed_by_client client_viewed_time has_attachment is_emailed color_code "
    "current_sub_status_id current_sub_status currency_id currency_code currency_symbol schedule_time "
    "template_type template_id invoice_url invoice_source sales_channel transaction_type reminders_sent "
    "last_reminder_sent_date last_payment_date documents write_off_amount exchange_rate unprocessed_payment_amount"
)
LIST_ONLY = {
    *("company_name", "country", "created_by", "due_days", "has_attachment", "phone", "project_name"),
    *("transaction_type", "updated_time"),
}
DETAIL_ONLY = {
    *("line_items", "contact_persons", "contact_persons_details", "contact", "payment_made", "credits_applied"),
    *("payment_terms", "sub_total", "tax_total", "notes", "terms", "payment_reminder_enabled"),
    *("next_reminder_date_formatted", "stop_reminder_until_payment_expected_date"),
}


def read(api: httpx2.Client, invoice_id: str) -> Row:
    found: Row = page(api, f"/invoices/{invoice_id}")["invoice"]
    return found


def listed(api: httpx2.Client, invoice_id: str) -> Row:
    [row] = [row for row in invoices(api) if row["invoice_id"] == invoice_id]
    return row


def written(sim: ZohoBooksSimulator, **fields: object) -> str:
    """Make an invoice of 100, sent on the first of March 2026, due at the end of that month."""
    usual = {"date": "2026-03-01", "due_date": "2026-03-31", "total": 100}
    return sim.control.add_invoice(fields=usual | fields)[0]


def test_row_has_the_recorded_keys_no_lines_and_no_persons(api: httpx2.Client) -> None:
    for row in invoices(api):
        without_link = {"invoice_url"} if row["status"] in {"draft", "pending_approval"} else set()
        assert set(row) == set(LISTED.split()) - without_link


def test_detail_has_keys_that_the_row_lacks_and_the_other_way_round(api: httpx2.Client) -> None:
    row = invoices(api, status="sent")[0]
    found = read(api, row["invoice_id"])
    assert row.keys() - found.keys() >= LIST_ONLY
    assert found.keys() - row.keys() >= DETAIL_ONLY


def test_postal_code_has_another_key_in_the_detail(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    address = {"city": "New York", "zip": "10001"}
    [customer] = sim.control.add_contact(fields={"contact_name": "Placed", "billing_address": address})
    [invoice] = sim.control.add_invoice(customer)
    assert listed(api, invoice)["billing_address"]["zipcode"] == "10001"
    assert "zip" not in listed(api, invoice)["billing_address"]
    assert read(api, invoice)["billing_address"]["zip"] == "10001"


def test_dates_have_no_zone_and_times_have_the_organizations(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.clock_freeze("2026-03-02T03:30:00Z")
    [invoice] = sim.control.add_invoice()
    row = sim.control.invoice(invoice)
    assert (row["date"], row["created_time"]) == ("2026-03-01", "2026-03-01T22:30:00-0500")


def test_amounts_are_numbers_or_by_switch_texts(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    invoice = written(sim, total="149.97")
    assert (listed(api, invoice)["total"], listed(api, invoice)["shipping_charge"]) == (149.97, 0)
    sim.control.switch(money="text")
    assert (listed(api, invoice)["total"], listed(api, invoice)["balance"]) == ("149.97", "149.97")


def test_becomes_overdue_after_the_due_date_in_its_zone_and_no_modified_time_moves(
    sim: ZohoBooksSimulator,
) -> None:
    """Section 4.2: an incremental read misses it."""
    sim.control.clock_freeze("2026-03-02T12:00:00Z")
    invoice = written(sim)
    before = sim.control.invoice(invoice)
    assert (before["status"], before["due_days"]) == ("sent", "Due in 29 days")
    sim.control.clock_set("2026-04-01T03:59:59Z")
    assert (sim.control.invoice(invoice)["status"], sim.control.invoice(invoice)["due_days"]) == (
        "sent",
        "Due Today",
    )
    sim.control.clock_set("2026-04-01T04:00:00Z")
    after = sim.control.invoice(invoice)
    assert (after["status"], after["due_days"]) == ("overdue", "Overdue by 1 days")
    assert after["last_modified_time"] == before["last_modified_time"]


@pytest.mark.parametrize("status", ["draft", "paid", "void", "pending_approval", "approved"])
def test_only_what_waits_for_money_becomes_overdue(sim: ZohoBooksSimulator, status: str) -> None:
    sim.control.clock_freeze("2027-01-01T00:00:00Z")
    row = sim.control.invoice(written(sim, status=status))
    assert (row["status"], row["due_days"]) == (status, "")


def test_void_and_draft_keep_their_balance(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    invoice = written(sim, status="draft")
    assert (listed(api, invoice)["balance"], listed(api, invoice)["issued_date"]) == (100, "")
    assert "invoice_url" not in listed(api, invoice)
    sim.control.send(invoice)
    assert listed(api, invoice)["issued_date"] == "2026-03-01"
    sim.control.pay(invoice, 50)
    sim.control.void(invoice)
    assert (listed(api, invoice)["status"], listed(api, invoice)["balance"]) == ("void", 50)


@pytest.mark.parametrize(("silently", "moved"), [(False, True), (True, False)])
def test_payment_moves_the_invoices_time_unless_balances_move_silently(
    sim: ZohoBooksSimulator, silently: bool, moved: bool
) -> None:
    sim.control.clock_freeze("2026-03-02T12:00:00Z")
    sim.control.switch(balances_move_silently=silently)
    invoice = written(sim)
    before = sim.control.invoice(invoice)
    sim.control.clock_move(3600)
    part, whole = sim.control.pay(invoice, "40.50"), sim.control.pay(invoice)
    assert (part["status"], part["balance"], part["last_payment_date"]) == ("partially_paid", 59.5, "2026-03-02")
    assert (whole["status"], whole["balance"]) == ("paid", 0)
    assert (whole["last_modified_time"] > before["last_modified_time"]) == moved


def test_balance_can_change_with_no_trace_in_any_time(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.switch(invoice_url="stable")
    invoice = written(sim)
    sim.control.clock_move(60)
    before = sim.control.invoice(invoice)
    sim.control.set_balance(invoice, 12.34)
    assert sim.control.invoice(invoice) == before | {"balance": 12.34}


def test_customer_that_is_gone_leaves_its_invoices(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [customer] = sim.control.add_contact()
    [invoice] = sim.control.add_invoice(customer)
    sim.control.delete_contact(customer)
    row = listed(api, invoice)
    assert (row["customer_id"], row["billing_address"]) == (customer, {})
    assert read(api, invoice)["contact_persons"] == []


def test_phone_of_a_row_is_empty_or_by_switch_the_primary_persons(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    [customer] = sim.control.add_contact(fields={"contact_name": "Called"})
    sim.control.add_person(customer, {"phone": "555-0100", "email": "a@b.example"})
    [invoice] = sim.control.add_invoice(customer)
    assert (listed(api, invoice)["phone"], listed(api, invoice)["email"]) == ("", "")
    sim.control.switch(invoice_phone="primary")
    assert (listed(api, invoice)["phone"], listed(api, invoice)["email"]) == ("555-0100", "a@b.example")


def test_19_digit_ids() -> None:
    with ZohoBooksSimulator(organizations=2, contacts=3) as sim, client_of(sim, sim.organization_ids[1]) as india:
        row = invoices(india)[0]
        assert {len(row["invoice_id"]), len(row["customer_id"])} == {19}
        assert read(india, row["invoice_id"])["invoice_number"] == row["invoice_number"]
