"""Contract section 3: contact persons."""

import httpx2

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import failure, page

KEYS = (
    "contact_id contact_name contact_person_id salutation first_name last_name email phone mobile department "
    "designation skype fax currency_code created_time is_primary_contact contactperson_custom_fields"
)


def test_all_persons_are_listed_with_their_contacts_and_without_a_time_of_change(api: httpx2.Client) -> None:
    body = page(api, "/contacts/contactpersons")
    assert len(body["contact_persons"]) == 37
    assert all(list(row) == KEYS.split() for row in body["contact_persons"])
    assert body["page_context"] == {
        "page": 1,
        "per_page": 200,
        "has_more_page": False,
        "report_name": "Contact Persons",
        "sort_column": "contact_person_id",
        "sort_order": "A",
    }


def test_creation_is_shown_as_people_read_it(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.clock_freeze("2026-10-10T02:00:00Z")
    sim.control.expire_tokens()
    person = sim.control.add_person(sim.control.contact_ids()[0])
    rows = {row["contact_person_id"]: row for row in sim.control.persons(sim.control.contact_ids()[0])}
    assert rows[person]["created_time"] == "09 Oct 2026"


def test_vendors_people_are_among_them(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [vendor] = sim.control.add_contact(kind="vendor")
    person = sim.control.add_person(vendor)
    rows = page(api, "/contacts/contactpersons", contact_type="customer")["contact_persons"]
    assert rows[-1]["contact_person_id"] == person


def test_order_is_by_id_and_pages_hold_everybody_once(api: httpx2.Client) -> None:
    found = [
        row["contact_person_id"]
        for number in range(1, 5)
        for row in page(api, "/contacts/contactpersons", page=number, per_page=10)["contact_persons"]
    ]
    assert len(found) == 37
    assert found == sorted(set(found))


def test_persons_of_one_contact(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    customer = sim.control.contact_ids()[0]
    for _ in range(2):
        sim.control.add_person(customer)
    rows = page(api, f"/contacts/{customer}/contactpersons")["contact_persons"]
    assert rows == sim.control.persons(customer)
    assert {row["contact_id"] for row in rows} == {customer}
    assert failure(api.get("/contacts/1/contactpersons")) == (404, 1002)


def test_the_list_of_all_may_not_exist(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.switch(all_persons_listed=False)
    assert failure(api.get("/contacts/contactpersons")) == (404, 1002)


def test_edit_of_a_person_moves_the_contact_unless_switched(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    customer = sim.control.contact_ids()[0]
    person = sim.control.add_person(customer)
    sim.control.change_contact(customer, fields={}, modified_at="2025-01-01T00:00:00Z")
    sim.control.switch(person_edit_touches_contact=False)
    sim.control.change_person(person, {"phone": "555-0199"})
    assert sim.control.contact(customer)["last_modified_time"] == "2024-12-31T19:00:00-0500"
    sim.control.switch(person_edit_touches_contact=True)
    sim.control.change_person(person, {"phone": "555-0198"})
    assert sim.control.contact(customer)["last_modified_time"] > "2026"


def test_next_person_takes_the_place_of_a_primary_one_that_goes(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    [customer] = sim.control.add_contact(fields={"contact_name": "Two of them"})
    first, second = (sim.control.add_person(customer) for _ in range(2))
    sim.control.delete_person(first)
    [left] = page(api, f"/contacts/{customer}/contactpersons")["contact_persons"]
    assert (left["contact_person_id"], left["is_primary_contact"]) == (second, True)
    assert page(api, f"/contacts/{customer}")["contact"]["primary_contact_id"] == second
