"""Contract section 3: POST, PUT and DELETE of contact persons."""

from typing import Any

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import Row, failure

SAVED = "Contact person's information has been saved."


@pytest.fixture
def contact(sim: ZohoBooksSimulator) -> str:
    """Add a contact without persons."""
    return sim.control.add_contact(fields={"contact_name": "Alone"})[0]


def add(api: httpx2.Client, contact: str, **fields: Any) -> Row:
    answer = api.post("/contacts/contactpersons", json={"contact_id": contact, "first_name": "Will", **fields})
    assert (answer.status_code, answer.json()["message"]) == (201, SAVED)
    made: Row = answer.json()["contact_person"]
    return made


def test_the_first_person_is_the_primary_one_and_no_other(api: httpx2.Client, contact: str) -> None:
    first, second = add(api, contact, phone="1"), add(api, contact, phone="2", is_primary_contact=True)
    assert (first["is_primary_contact"], second["is_primary_contact"]) == (True, False)
    assert api.get(f"/contacts/{contact}").json()["contact"]["phone"] == "1"
    answer = api.post(f"/contacts/contactpersons/{second['contact_person_id']}/primary")
    assert answer.json()["message"] == "This contact person has been marked as your primary contact person."
    assert api.get(f"/contacts/{contact}").json()["contact"]["phone"] == "2"


@pytest.mark.parametrize(("switch", "last_name"), [("partial", "Smith"), ("replace", "")])
def test_put_changes_what_it_names_and_what_it_does_not_stays_or_goes(
    sim: ZohoBooksSimulator, api: httpx2.Client, contact: str, switch: str, last_name: str
) -> None:
    sim.control.switch(person_written=switch)
    path = f"/contacts/contactpersons/{add(api, contact, last_name='Smith')['contact_person_id']}"
    answer = api.put(path, json={"first_name": "Bill", "mobile": "3"})
    assert (answer.status_code, answer.json()["message"]) == (200, SAVED)
    found = api.get(f"/contacts/{contact}").json()["contact"]
    assert (found["first_name"], found["mobile"], found["last_name"]) == ("Bill", "3", last_name)


def test_the_answer_holds_an_object_or_a_list(sim: ZohoBooksSimulator, api: httpx2.Client, contact: str) -> None:
    path = f"/contacts/contactpersons/{add(api, contact)['contact_person_id']}"
    sim.control.switch(person_answer="list")
    assert [one["contact_id"] for one in api.put(path, json={"phone": "1"}).json()["contact_person"]] == [contact]


def test_what_must_be_there_and_what_cannot_be(api: httpx2.Client, contact: str) -> None:
    assert failure(api.post("/contacts/contactpersons", json={"first_name": "Will"})) == (400, 6)
    assert failure(api.post("/contacts/contactpersons", json={"contact_id": contact})) == (400, 6)
    nobody = {"contact_id": "1", "first_name": "Will"}
    assert failure(api.post("/contacts/contactpersons", json=nobody)) == (404, 1002)
    path = f"/contacts/contactpersons/{add(api, contact)['contact_person_id']}"
    assert failure(api.put(path, json={"first_name": ""})) == (400, 6)
    assert failure(api.put(path, json={"email": "a@b@c"})) == (400, 4)
    assert failure(api.put(path, json={"salutation": "x" * 26})) == (400, 4)
    assert failure(api.put("/contacts/contactpersons/1", json={"phone": "1"})) == (404, 1002)


def test_a_deleted_person_is_gone_and_the_next_takes_its_place(api: httpx2.Client, contact: str) -> None:
    first, second = add(api, contact), add(api, contact, phone="2")
    path = f"/contacts/contactpersons/{first['contact_person_id']}"
    assert api.delete(path).json() == {"code": 0, "message": "The contact person has been deleted."}
    assert failure(api.delete(path)) == (404, 1002)
    found = api.get(f"/contacts/{contact}").json()["contact"]
    assert (found["primary_contact_id"], found["phone"]) == (second["contact_person_id"], "2")


@pytest.mark.parametrize("touches", [True, False])
def test_a_written_person_moves_its_contacts_time_where_zoho_does_so(
    sim: ZohoBooksSimulator, api: httpx2.Client, contact: str, *, touches: bool
) -> None:
    sim.control.switch(person_edit_touches_contact=touches)
    path = f"/contacts/contactpersons/{add(api, contact)['contact_person_id']}"
    before = sim.control.contact(contact)["last_modified_time"]
    sim.control.clock_move(60)
    api.put(path, json={"phone": "9"})
    assert (sim.control.contact(contact)["last_modified_time"] > before) == touches
