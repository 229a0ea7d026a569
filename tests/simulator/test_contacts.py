"""Contract section 2.6: contacts and comments."""

import httpx2

from counterfoil.simulator.robaws import RobawsSimulator
from tests.simulator.asking import merge_patch

FIELDS = {
    "id",
    "clientId",
    "title",
    "name",
    "surname",
    "function",
    "email",
    "tel",
    "gsm",
    "createdAt",
    "updatedAt",
}


def test_contact_is_created_read_changed_and_deleted(sim: RobawsSimulator, api: httpx2.Client) -> None:
    owner = sim.control.ids()[0]
    answer = api.post(f"/clients/{owner}/contacts", json={"name": "Jan", "surname": "Peeters", "isPrimary": True})
    assert answer.status_code == 201
    contact = answer.json()
    assert set(contact) == FIELDS
    assert (contact["name"], contact["surname"], contact["clientId"]) == ("Jan", "Peeters", owner)
    path = f"/clients/{owner}/contacts/{contact['id']}"
    assert merge_patch(api, path, '{"gsm": "0475 55 11 22"}').status_code == 204
    assert api.get(path).json()["gsm"] == "0475 55 11 22"
    assert api.get(f"/contacts/{contact['id']}").json()["name"] == "Jan"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_contacts_of_a_client_come_in_the_envelope_or_bare(sim: RobawsSimulator, api: httpx2.Client) -> None:
    owner = sim.control.add()[0]
    sim.control.add_contact(owner, {"name": "A"})
    sim.control.add_contact(owner, {"name": "A"})
    body = api.get(f"/clients/{owner}/contacts", params={"page": 0, "size": 100}).json()
    assert (body["totalItems"], [item["name"] for item in body["items"]]) == (2, ["A", "A"])
    sim.control.switch(contact_list_shape="array")
    assert api.get(f"/clients/{owner}/contacts").json() == body["items"]


def test_all_contacts_carry_client_id_and_the_client_only_when_included(
    sim: RobawsSimulator, api: httpx2.Client
) -> None:
    sim.control.add_contact(sim.control.ids()[0])
    plain = api.get("/contacts").json()["items"][0]
    assert "client" not in plain
    included = api.get("/contacts", params={"include": "client"}).json()["items"][0]
    assert included["client"]["id"] == plain["clientId"]


def test_email_does_not_filter_contacts(sim: RobawsSimulator, api: httpx2.Client) -> None:
    total = api.get("/contacts").json()["totalItems"]
    assert total > 0
    assert api.get("/contacts", params={"email": "nobody@x.example"}).json()["totalItems"] == total


def test_contacts_sort_by_surname_and_name(sim: RobawsSimulator, api: httpx2.Client) -> None:
    owner = sim.control.add()[0]
    for name, surname in (("B", "X"), ("A", "Y"), ("C", "X")):
        sim.control.add_contact(owner, {"name": name, "surname": surname})
    answer = api.get(f"/clients/{owner}/contacts", params={"sort": "surname:asc,name:desc"})
    assert [item["name"] for item in answer.json()["items"]] == ["C", "B", "A"]


def test_deleting_a_client_takes_its_contacts_along(sim: RobawsSimulator, api: httpx2.Client) -> None:
    owner = sim.control.add()[0]
    contact = sim.control.add_contact(owner)
    sim.control.delete(owner)
    assert api.get(f"/contacts/{contact}").status_code == 404
    assert api.get(f"/clients/{owner}/contacts").status_code == 404


def test_comment_is_posted_to_a_client(sim: RobawsSimulator, api: httpx2.Client) -> None:
    path = f"/clients/{sim.control.ids()[0]}/comments"
    answer = api.post(path, json={"content": "Called back"})
    assert answer.status_code == 201
    assert api.get(path).json()["items"] == [answer.json()]
    assert api.post(path, json={}).status_code == 400
