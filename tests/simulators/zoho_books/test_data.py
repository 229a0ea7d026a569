"""The invented records: identical on the same day on every machine, with unusual ones among them."""

import hashlib
from collections import Counter

import orjson
import pytest

from counterfoil_simulators.data.odd_names import ODD_NAMES
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from counterfoil_simulators.zoho_books.books import Content
from counterfoil_simulators.zoho_books.data.dataset import Size, make_content
from counterfoil_simulators.zoho_books.data.organizations import organization_ids, profiles
from counterfoil_simulators.zoho_books.invoice_rows import shown_status
from counterfoil_simulators.zoho_books.zones import today

MIDNIGHT = 1_772_323_200  # 2026-03-01T00:00Z
NEW_YORK, INDIA, _, NEW_YORK_AGAIN = profiles(4)


@pytest.fixture(scope="module")
def large() -> Content:
    """Make an organisation of the documented size."""
    return make_content(NEW_YORK, Size(1000, 50, 1500, 3000), 1, MIDNIGHT)


def _digest(seed: int, day: int = MIDNIGHT) -> str:
    made = make_content(INDIA, Size(40, 2, 60, 120), seed, day)
    rows = [*made.contacts, *made.persons, *made.invoices]
    return hashlib.sha256(orjson.dumps(rows, default=str)).hexdigest()[:16]


def test_same_seed_and_day_give_the_same_records_on_every_machine() -> None:
    """After an intended change, put the new digest here; otherwise something is not deterministic."""
    assert _digest(7) == "4d1e16e2e1373008"
    assert len({_digest(7), _digest(8), _digest(7, MIDNIGHT + 86_400)}) == 3


def test_the_counts_are_as_requested(large: Content) -> None:
    kinds = Counter(contact.body["contact_type"] for contact in large.contacts)
    assert (kinds, len(large.persons), len(large.invoices)) == ({"customer": 1000, "vendor": 50}, 1500, 3000)


@pytest.mark.parametrize("size", [(0, 0, 0, 0), (1, 0, 0, 1), (3, 1, 9, 2), (0, 0, 5, 4)])
def test_small_organizations_work_too(size: tuple[int, int, int, int]) -> None:
    made = make_content(NEW_YORK, Size(*size), 1, MIDNIGHT)
    assert (len(made.contacts), len(made.invoices)) == (size[0] + size[1], size[3])


def test_ids_are_one_sequence_and_never_meet_between_organizations(large: Content) -> None:
    found = [one.id for kind in (large.contacts, large.persons, large.invoices) for one in kind]
    assert found == sorted(set(found))
    assert found[-1] <= str(large.last_id)
    other = make_content(NEW_YORK_AGAIN, Size(1000, 50, 1500, 3000), 1, MIDNIGHT)
    assert {len(one.id) for one in other.contacts} == {18}
    assert not {one.id for one in other.contacts} & set(found)
    assert {len(one.id) for one in make_content(INDIA, Size(9, 0, 0, 0), 1, MIDNIGHT).contacts} == {19}
    assert len(set(organization_ids(1, 50))) == 50


def test_nothing_is_dated_after_the_day(large: Content) -> None:
    dates = [(one.created, one.modified) for one in large.contacts]
    dates += [(one.created, one.modified) for one in large.invoices]
    assert all(created <= modified < MIDNIGHT for created, modified in dates)


def test_many_contacts_have_no_person_and_some_of_these_a_phone_in_their_address(large: Content) -> None:
    with_person = Counter(person.contact_id for person in large.persons)
    alone = [contact for contact in large.contacts if contact.id not in with_person]
    assert 0.2 < len(alone) / len(large.contacts) < 0.4
    phones = [contact.body["billing_address"]["phone"] for contact in large.contacts]
    assert {bool(contact.body["billing_address"]["phone"]) for contact in alone} == {True, False}
    assert sum(map(bool, phones)) == sum(bool(contact.body["billing_address"]["phone"]) for contact in alone)
    assert max(with_person.values()) > 3
    primary = Counter(person.contact_id for person in large.persons if person.is_primary)
    assert primary == dict.fromkeys(with_person, 1)


def test_phones_are_typed_as_people_type_them(large: Content) -> None:
    phones = {person.body["phone"] for person in large.persons} | {
        person.body["mobile"] for person in large.persons
    }
    assert "" in phones
    assert any(phone.startswith("+1 ") for phone in phones)
    assert any("(" in phone for phone in phones)
    assert {"n/a", "???", "-"} & phones


def test_customers_can_be_inactive_and_their_names_are_odd_and_different(large: Content) -> None:
    assert {contact.body["status"] for contact in large.contacts} == {"active", "inactive"}
    names = [contact.name for contact in large.contacts]
    assert set(ODD_NAMES) <= set(names)
    assert len(names) == len(set(names))


def test_every_status_and_old_debts_are_included(large: Content) -> None:
    day = today(MIDNIGHT, NEW_YORK.zone)
    shown = Counter(shown_status(invoice, day) for invoice in large.invoices)
    assert set(shown) == {
        *("draft", "sent", "viewed", "overdue", "partially_paid", "paid", "void"),
        *("pending_approval", "approved"),
    }
    old = [
        one for one in large.invoices if one.body["date"] < "2025-02-28" and shown_status(one, day) == "overdue"
    ]
    assert len(old) > 5
    assert all(one.balance == 0 for one in large.invoices if one.body["status"] == "paid")
    assert any(0 < one.balance < one.total for one in large.invoices if one.body["status"] == "void")


def test_even_a_small_organization_has_one_of_each(sim: ZohoBooksSimulator) -> None:
    shown = Counter(sim.control.invoice(one)["status"] for one in sim.control.invoice_ids())
    assert len(shown) == 9
    owners = {sim.control.invoice(one)["customer_id"] for one in sim.control.invoice_ids()}
    assert owners - set(sim.control.contact_ids(None))
    assert owners & set(sim.control.contact_ids())


def test_some_invoices_are_of_customers_that_are_gone(large: Content) -> None:
    known = {contact.id for contact in large.contacts if contact.is_customer}
    gone = [invoice for invoice in large.invoices if invoice.customer_id not in known]
    assert 10 < len(gone) < 100
    assert all(invoice.body["customer_name"].endswith("(deleted)") for invoice in gone)


def test_terms_may_be_negative_and_their_labels_vary_in_case(large: Content) -> None:
    terms = {contact.body["payment_terms"]: contact.body["payment_terms_label"] for contact in large.contacts}
    assert terms[-3] == "Due end of next month"
    assert {"Net 30", "net 30"} <= {contact.body["payment_terms_label"] for contact in large.contacts}


def test_invented_addresses_cannot_reach_anybody(large: Content) -> None:
    assert all(person.body["email"].endswith(".example") for person in large.persons if person.body["email"])
