"""Contract section 2.6: contacts and comments."""

from typing import Any

import httpx2

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import merge_patch

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


def test_clients_include_their_contacts_in_the_tenants_way(sim: RobawsSimulator, api: httpx2.Client) -> None:
    client, lonely = sim.control.add(2)
    contact = sim.control.add_contact(client, {"name": "Jan"})

    def included(owner: str) -> Any:
        listed = api.get("/clients", params={"include": "contacts", "size": 100}).json()["items"]
        (found,) = (item for item in listed if item["id"] == owner)
        single = api.get(f"/clients/{owner}", params={"include": "contacts"}).json()
        assert single.get("contacts", "-") == found.get("contacts", "-")
        return found.get("contacts", "-")

    assert [(person["id"], person["clientId"]) for person in included(client)] == [(contact, client)]
    assert included(lonely) == []
    sim.control.switch(no_contacts="null", contacts_name_client=False)
    assert "clientId" not in included(client)[0]
    assert included(lonely) is None
    sim.control.switch(included_contacts="envelope", no_contacts="[]")
    assert (included(client)["totalItems"], included(lonely)) == (1, {"items": [], "totalItems": 0})
    sim.control.switch(included_contacts="ignored")
    assert included(client) == "-"


def test_a_faulty_tenant_includes_no_contacts(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.add_contact(sim.control.ids()[0])
    sim.control.fault("nobody_included", times=1)
    assert "contacts" not in api.get("/clients").json()["items"][0], "it waits for a request that includes them"
    sick, well = (api.get("/clients", params={"include": "contacts"}).json()["items"] for _ in range(2))
    assert {len(client["contacts"]) for client in sick} == {0}
    assert any(client["contacts"] for client in well)


def test_a_changed_contact_moves_its_clients_updated_at_where_the_tenant_does_so(sim: RobawsSimulator) -> None:
    owner = sim.control.ids()[0]
    contact = sim.control.add_contact(owner)
    before = sim.control.client(owner)["updatedAt"]
    sim.control.change_contact(contact, {"name": "Jan"})
    assert sim.control.client(owner)["updatedAt"] == before
    sim.control.switch(contact_touches_client=True)
    sim.control.change_contact(contact, {"name": "Piet"})
    touched = sim.control.client(owner)["updatedAt"]
    assert touched > before
    sim.control.delete_contact(contact)
    assert sim.control.client(owner)["updatedAt"] >= touched
