"""Contract sections 2.4, 2.6, 3 and 7: the form of a client."""

import re

import httpx2

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import ids, page

FIELDS = {
    *(
        "id",
        "name",
        "email",
        "invoiceEmail",
        "tel",
        "gsm",
        "vatIdNumber",
        "vatTariffId",
        "language",
        "currency",
    ),
    *(
        "status",
        "website",
        "clientSince",
        "address",
        "invoiceAddress",
        "extraFields",
        "createdAt",
        "updatedAt",
    ),
    "archivedAt",
}
ADDRESS = {"addressLine1", "addressLine2", "postalCode", "city", "country", "latitude", "longitude"}


def test_single_client_is_the_bare_resource_with_the_confirmed_fields(api: httpx2.Client) -> None:
    [listed] = page(api, size=1)["items"]
    body = api.get(f"/clients/{listed['id']}").json()
    assert set(body) == FIELDS
    assert set(body["address"]) == ADDRESS
    assert body == listed


def test_id_is_a_string_of_digits_and_dates_have_milliseconds_and_z(api: httpx2.Client) -> None:
    for item in page(api, size=100)["items"]:
        assert re.fullmatch(r"\d+", item["id"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item["updatedAt"])


def test_missing_client_is_404_in_springs_shape(api: httpx2.Client) -> None:
    answer = api.get("/clients/999999")
    assert answer.status_code == 404
    body = answer.json()
    assert list(body) == ["timestamp", "status", "error", "path", "correlationId", "serverVersion"]
    assert (body["status"], body["error"], body["path"]) == (404, "Not Found", "/api/v2/clients/999999")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", body["timestamp"])


def test_id_that_is_no_number_is_400(api: httpx2.Client) -> None:
    assert api.get("/clients/undefined").status_code == 400


def test_extra_fields_are_always_there_contacts_only_when_included(
    sim: RobawsSimulator, api: httpx2.Client
) -> None:
    owner = sim.control.ids()[0]
    sim.control.add_contact(owner, {"name": "Jan", "surname": "Peeters"})
    plain = api.get(f"/clients/{owner}").json()
    assert "contacts" not in plain
    assert "extraFields" in plain
    included = api.get(f"/clients/{owner}", params={"include": "contacts,extraFields"}).json()
    assert included["contacts"][-1]["surname"] == "Peeters"
    assert page(api, include="contacts")["items"][0]["contacts"] == included["contacts"]


def test_unknown_include_is_ignored_or_400_by_switch(sim: RobawsSimulator, api: httpx2.Client) -> None:
    assert page(api, include="nothing")["totalItems"] == 25
    sim.control.switch(unknown_include="400")
    assert api.get("/clients", params={"include": "nothing"}).status_code == 400


def test_name_carries_the_id_on_some_tenants(sim: RobawsSimulator, api: httpx2.Client) -> None:
    owner = sim.control.ids()[0]
    sim.control.add_contact(owner)
    name = sim.control.client(owner)["name"]
    sim.control.switch(name_with_id="detail")
    assert page(api)["items"][0]["name"] == name
    assert api.get(f"/clients/{owner}").json()["name"] == f"{name} - {owner}"
    [contact] = api.get(f"/clients/{owner}/contacts", params={"include": "client"}).json()["items"][-1:]
    assert contact["client"]["name"] == f"{name} - {owner}"


def test_timestamp_style_and_omitted_list_fields_are_switchable(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(timestamp_style="offset", list_omits=["extraFields"])
    [item] = page(api, size=1)["items"]
    assert item["updatedAt"].endswith("+00:00")
    assert "extraFields" not in item
    assert "extraFields" in api.get(f"/clients/{item['id']}").json()


def test_unknown_path_is_404_and_wrong_method_405(api: httpx2.Client) -> None:
    assert api.get("/nothing").status_code == 404
    assert api.delete("/clients").status_code == 405


def test_outside_the_api_a_login_page_answers_in_html(sim: RobawsSimulator) -> None:
    answer = httpx2.get(f"{sim.url}/documents/1")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_head_is_get_without_a_body(api: httpx2.Client) -> None:
    answer = api.head("/clients")
    assert (answer.status_code, answer.content) == (200, b"")


def test_replica_lags_behind_and_catches_up(sim: RobawsSimulator, api: httpx2.Client) -> None:
    """Section 4: the replica is eventually consistent."""
    sim.control.clock_freeze()
    sim.control.switch(replica_lag_seconds=30)
    replica = {"headers": {"Database-Mode": "replica"}}
    victim, kept = sim.control.ids()[:2]
    before = sim.control.client(kept)["tel"]
    sim.control.delete(victim)
    sim.control.change(kept, fields={"tel": "+32 3 555 99 99"})
    [added] = sim.control.add()
    assert api.get(f"/clients/{victim}").status_code == 404
    assert api.get(f"/clients/{victim}", **replica).status_code == 200  # type: ignore[arg-type]
    assert api.get(f"/clients/{kept}?database-mode=replica").json()["tel"] == before
    assert added not in ids(api.get("/clients?size=100", **replica).json())  # type: ignore[arg-type]
    sim.control.clock_move(30)
    assert api.get(f"/clients/{victim}?database-mode=replica").status_code == 404
    assert added in ids(api.get("/clients?size=100&database-mode=replica").json())
