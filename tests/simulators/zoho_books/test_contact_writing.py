"""Contract sections 2.3 and 5.2: POST, PUT and DELETE of contacts."""

from typing import Any

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import Row, client_of, failure

PERSON = {"first_name": "Will", "last_name": "Smith", "email": "will@x.example", "phone": "555-0188"}


def create(api: httpx2.Client, **fields: Any) -> Row:
    answer = api.post("/contacts", json={"contact_name": "Acme Corp", **fields})
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()["contact"]
    return made


def read(api: httpx2.Client, contact_id: str) -> Row:
    found: Row = api.get(f"/contacts/{contact_id}").json()["contact"]
    return found


def test_post_needs_a_name_and_answers_201_with_the_whole_contact(api: httpx2.Client) -> None:
    made = create(api, billing_address={"city": "Boston", "country": "USA"}, contact_persons=[PERSON])
    assert made == read(api, made["contact_id"])
    assert (made["contact_type"], made["status"], made["billing_address"]["city"]) == (
        "customer",
        "active",
        "Boston",
    )
    assert made["billing_address"]["country_code"] == "US"
    assert (made["phone"], made["contact_persons"][0]["is_primary_contact"]) == ("555-0188", True)
    for body in ({}, {"contact_name": None}, {"contact_name": " "}):
        assert failure(api.post("/contacts", json=body)) == (400, 6)


def test_one_of_several_persons_is_the_primary_one(api: httpx2.Client) -> None:
    other = {"first_name": "Ann", "is_primary_contact": True, "phone": "1"}
    made = create(api, contact_persons=[PERSON, other])
    assert [one["is_primary_contact"] for one in made["contact_persons"]] == [False, True]
    assert made["phone"] == "1"


def test_put_changes_what_it_names_and_leaves_the_rest(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    for contact_id in sim.control.contact_ids():
        before = read(api, contact_id)
        answer = api.put(f"/contacts/{contact_id}", json={"notes": "Call at noon"})
        assert (answer.status_code, answer.json()["message"]) == (200, "Contact information has been saved.")
        after = read(api, contact_id)
        assert after == answer.json()["contact"]
        times = {"last_modified_time": after["last_modified_time"]}
        assert after == before | {"notes": "Call at noon"} | times


def test_an_empty_text_clears(api: httpx2.Client) -> None:
    made = create(api, website="https://acme.example", contact_persons=[PERSON])
    api.put(f"/contacts/{made['contact_id']}", json={"website": ""})
    assert read(api, made["contact_id"])["website"] == ""


def test_unknown_keys_and_a_status_are_ignored(api: httpx2.Client) -> None:
    made = create(api, phone="555-0199", nonsense=1, status="inactive")
    assert (made["phone"], made["status"]) == ("", "active")
    assert "nonsense" not in made


def test_named_persons_replace_those_there_were_and_known_ones_keep_the_rest(api: httpx2.Client) -> None:
    made = create(api, contact_persons=[PERSON, {"first_name": "Ann"}])
    will, ann = made["contact_persons"]
    kept = {"contact_person_id": will["contact_person_id"], "phone": "2"}
    api.put(f"/contacts/{made['contact_id']}", json={"contact_persons": [kept, {"first_name": "Eve"}]})
    after = read(api, made["contact_id"])["contact_persons"]
    assert after[0] == will | {"phone": "2"}
    assert after[1]["first_name"] == "Eve"
    assert ann["contact_person_id"] not in {one["contact_person_id"] for one in after}


@pytest.mark.parametrize(("switch", "city"), [("replace", ""), ("merge", "Boston")])
def test_what_an_address_does_not_name_goes_or_stays(
    sim: ZohoBooksSimulator, api: httpx2.Client, switch: str, city: str
) -> None:
    sim.control.switch(address_written=switch)
    made = create(api, billing_address={"city": "Boston", "zip": "02110"})
    api.put(f"/contacts/{made['contact_id']}", json={"billing_address": {"zip": "02111"}})
    after = read(api, made["contact_id"])["billing_address"]
    assert (after["zip"], after["city"]) == ("02111", city)
    assert after["address_id"] == made["billing_address"]["address_id"]


@pytest.mark.parametrize(("switch", "left"), [("merge", ["North", "B"]), ("replace", ["B"])])
def test_custom_fields_are_found_by_id_or_label(
    sim: ZohoBooksSimulator, api: httpx2.Client, switch: str, left: list[str]
) -> None:
    sim.control.switch(custom_fields_written=switch)
    fields = [
        {"customfield_id": "71", "label": "Region", "value": "North"},
        {"customfield_id": "72", "label": "Tier", "value": "A"},
    ]
    [one] = sim.control.add_contact(fields={"contact_name": "Custom", "custom_fields": fields})
    answer = api.put(f"/contacts/{one}", json={"custom_fields": [{"label": "Tier", "value": "B"}, {"label": "?"}]})
    assert [field["value"] for field in answer.json()["contact"]["custom_fields"]] == left
    api.put(f"/contacts/{one}", json={"custom_fields": [{"customfield_id": "72", "value": "C"}]})
    assert read(api, one)["custom_fields"][-1] == {"customfield_id": "72", "label": "Tier", "value": "C"}


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("contact_name", {"contact_name": "x" * 201}),
        ("contact_name", {"contact_name": ["Acme"]}),
        ("website", {"website": {"url": "x"}}),
        ("zip", {"billing_address": {"zip": []}}),
        ("billing_address", {"billing_address": "Main St"}),
        ("email", {"contact_persons": [{"first_name": "Ann", "email": "no address"}]}),
        ("phone", {"contact_persons": [{"first_name": "Ann", "phone": "5" * 51}]}),
        ("contact_persons", {"contact_persons": ["Ann"]}),
        ("payment_terms", {"payment_terms": "soon"}),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(
    sim: ZohoBooksSimulator, api: httpx2.Client, field: str, body: Row
) -> None:
    made = create(api)
    for style, code, message in (
        ("4", 4, f"Invalid value passed for {field}"),
        ("2", 2, f"Invalid value passed for {field}"),
        ("words", 4, "Please enter a valid value."),
    ):
        sim.control.switch(refused_value=style)
        answer = api.put(f"/contacts/{made['contact_id']}", json=body)
        assert (failure(answer), answer.json()["message"]) == ((400, code), message)
    assert read(api, made["contact_id"]) == made


def test_a_name_twice_is_allowed_or_refused(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    first = create(api)
    create(api)
    sim.control.switch(duplicate_name="3062")
    assert failure(api.post("/contacts", json={"contact_name": "ACME corp"})) == (400, 3062)
    other = create(api, contact_name="Other")
    assert failure(api.put(f"/contacts/{other['contact_id']}", json={"contact_name": "Acme Corp"})) == (400, 3062)
    sim.control.delete_contact(first["contact_id"])
    assert api.put(f"/contacts/{other['contact_id']}", json={"contact_name": "Other"}).status_code == 200


def test_delete_is_refused_where_there_are_invoices(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    made = create(api)["contact_id"]
    assert api.delete(f"/contacts/{made}").json() == {"code": 0, "message": "The customer has been deleted."}
    assert failure(api.delete(f"/contacts/{made}")) == (404, 1002)
    owing = api.get("/invoices").json()["invoices"][0]["customer_id"]
    assert failure(api.delete(f"/contacts/{owing}")) == (400, 3000)
    assert read(api, owing)["contact_id"] == owing


def test_contacts_are_marked_inactive_and_active_again(api: httpx2.Client) -> None:
    made = create(api)["contact_id"]
    answer = api.post(f"/contacts/{made}/inactive")
    assert (answer.status_code, answer.json()["message"]) == (200, "The contact has been marked as inactive.")
    assert read(api, made)["status"] == "inactive"
    api.post(f"/contacts/{made}/active")
    assert read(api, made)["status"] == "active"


def test_a_write_moves_the_time_unless_nothing_changed(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    made = create(api, website="https://acme.example")
    path = f"/contacts/{made['contact_id']}"
    sim.control.clock_move(60)
    same = api.put(path, json={"website": "https://acme.example"}).json()["contact"]
    assert same["last_modified_time"] == made["last_modified_time"]
    sim.control.switch(noop_write_touches=True)
    moved = api.put(path, json={"website": "https://acme.example"}).json()["contact"]
    assert moved["last_modified_time"] > made["last_modified_time"]


@pytest.mark.parametrize(
    ("missing", "method", "path"),
    [
        ("CREATE", "POST", "/contacts"),
        ("UPDATE", "PUT", "/contacts/{id}"),
        ("DELETE", "DELETE", "/contacts/{id}"),
        ("CREATE", "POST", "/contacts/{id}/inactive"),
        ("CREATE", "POST", "/contacts/contactpersons"),
        ("UPDATE", "PUT", "/contacts/contactpersons/{id}"),
        ("DELETE", "DELETE", "/contacts/contactpersons/{id}"),
        ("CREATE", "POST", "/contacts/contactpersons/{id}/primary"),
    ],
)
def test_every_write_needs_its_scope(sim: ZohoBooksSimulator, missing: str, method: str, path: str) -> None:
    scopes = [
        f"ZohoBooks.contacts.{right}" for right in ("READ", "CREATE", "UPDATE", "DELETE") if right != missing
    ]
    path = path.replace("{id}", "1")
    with client_of(sim, refresh_token=sim.control.grant(scopes)) as api:
        assert failure(api.request(method, path, json={"contact_name": "X"})) == (401, 57)
        assert api.get("/contacts").status_code == 200
    with client_of(sim, refresh_token=sim.control.grant([f"ZohoBooks.contacts.{missing}"])) as api:
        assert failure(api.request(method, path, json={}))[0] in {400, 404}


def test_json_may_stand_in_a_form_as_older_clients_send_it(api: httpx2.Client) -> None:
    answer = api.post("/contacts", data={"JSONString": '{"contact_name": "By form"}'})
    assert answer.json()["contact"]["contact_name"] == "By form"
    assert failure(api.post("/contacts", content=b"{")) == (400, 2)
    assert failure(api.post("/contacts", json=[])) == (400, 2)


def test_a_vat_number_is_kept_or_ignored(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    assert create(api, vat_reg_no="BE0123456749")["vat_reg_no"] == "BE0123456749"
    sim.control.switch(vat_numbers="ignored")
    assert "vat_reg_no" not in create(api, vat_reg_no="BE0123456749")
