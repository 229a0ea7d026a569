"""Contract section 2.5: POST, PUT, PATCH, DELETE."""

from typing import Any

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import MERGE_PATCH, merge_patch

ROLE = {"type": "SELECT", "group": None, "stringValue": "FORWARDER"}


def _create(api: httpx2.Client, **fields: Any) -> dict[str, Any]:
    answer = api.post("/clients", json={"name": "Example Cars BV", **fields})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def test_post_needs_a_name_and_answers_201_with_the_resource(api: httpx2.Client) -> None:
    created = _create(api, extraFields={"Contact via": {"stringValue": "Social media"}})
    assert created == api.get(f"/clients/{created['id']}").json()
    assert created["extraFields"]["Contact via"]["stringValue"] == "Social media"
    for body in ({}, {"name": None}, {"name": " "}):
        assert api.post("/clients", json=body).status_code == 400


def test_new_id_is_the_next_number(sim: RobawsSimulator, api: httpx2.Client) -> None:
    assert int(_create(api)["id"]) == int(sim.control.ids()[-1])
    assert int(_create(api)["id"]) == int(sim.control.ids()[-2]) + 1


def test_put_replaces_everything_and_answers_204(api: httpx2.Client) -> None:
    created = _create(api, tel="+32 3 555 00 00", extraFields={"Role": {"stringValue": "POV"}})
    answer = api.put(f"/clients/{created['id']}", json={"name": "New BV", "email": "new@x.example"})
    assert (answer.status_code, answer.content) == (204, b"")
    body = api.get(f"/clients/{created['id']}").json()
    assert (body["name"], body["email"], body["tel"], body["extraFields"]) == (
        "New BV",
        "new@x.example",
        None,
        {},
    )


def test_put_of_the_read_body_unchanged_changes_nothing(sim: RobawsSimulator, api: httpx2.Client) -> None:
    for client_id in sim.control.ids():
        body = api.get(f"/clients/{client_id}").json()
        assert api.put(f"/clients/{client_id}", json=body).status_code == 204
        assert api.get(f"/clients/{client_id}").json() == body


def test_merge_patch_changes_what_it_names_and_null_clears(api: httpx2.Client) -> None:
    created = _create(api, tel="1", gsm="2", address={"city": "Gent", "country": "BE"})
    answer = merge_patch(api, f"/clients/{created['id']}", '{"tel": null, "address": {"city": "Aalst"}}')
    assert answer.status_code == 204
    body = api.get(f"/clients/{created['id']}").json()
    assert (body["tel"], body["gsm"]) == (None, "2")
    assert (body["address"]["city"], body["address"]["country"]) == ("Aalst", "BE")


def test_merge_patch_of_one_extra_field_leaves_the_others(api: httpx2.Client) -> None:
    fields = {"Role": {"stringValue": "POV"}, "PRICING": {"stringValue": "TIER A"}}
    path = f"/clients/{_create(api, extraFields=fields)['id']}"
    merge_patch(api, path, '{"extraFields": {"Role": {"stringValue": "FORWARDER"}}}')
    extra = api.get(path).json()["extraFields"]
    assert extra["Role"] == ROLE
    assert extra["PRICING"]["stringValue"] == "TIER A"
    merge_patch(api, path, '{"extraFields": {"Role": null}}')
    assert list(api.get(path).json()["extraFields"]) == ["PRICING"]


def test_tick_shown_as_number_becomes_a_boolean_when_written(sim: RobawsSimulator, api: httpx2.Client) -> None:
    odd = {"type": "CHECKBOX", "group": None, "numberValue": 1}
    [number] = sim.control.add(fields={"name": "X", "extraFields": {"WhatsApp": odd}})
    merge_patch(api, f"/clients/{number}", '{"tel": "1"}')
    assert api.get(f"/clients/{number}").json()["extraFields"]["WhatsApp"] == odd
    merge_patch(api, f"/clients/{number}", '{"extraFields": {"WhatsApp": {"booleanValue": false}}}')
    assert api.get(f"/clients/{number}").json()["extraFields"]["WhatsApp"] == {
        "type": "CHECKBOX",
        "group": None,
        "booleanValue": False,
    }


def test_json_patch_is_the_other_way(api: httpx2.Client) -> None:
    path = f"/clients/{_create(api, tel='1')['id']}"
    headers = {"content-type": "application/json-patch+json"}
    patch = (
        '[{"op": "test", "path": "/tel", "value": "1"}, {"op": "move", "from": "/tel", "path": "/gsm"},'
        ' {"op": "add", "path": "/extraFields/Role", "value": {"stringValue": "FORWARDER"}}]'
    )
    assert api.patch(path, content=patch, headers=headers).status_code == 204
    body = api.get(path).json()
    assert (body["tel"], body["gsm"], body["extraFields"]["Role"]) == (None, "1", ROLE)
    failing = (
        '[{"op": "replace", "path": "/email", "value": "a@b.example"},'
        ' {"op": "test", "path": "/gsm", "value": "9"}]'
    )
    assert api.patch(path, content=failing, headers=headers).status_code == 400
    assert api.get(path).json() == body


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "application/json")],
        [("content-type", "application/json"), ("content-type", "application/merge-patch+json")],
        [("content-type", "application/json, application/merge-patch+json")],
        [("content-type", "text/plain")],
        [],
    ],
)
def test_patch_with_another_or_a_doubled_content_type_is_415(
    api: httpx2.Client, headers: list[tuple[str, str]]
) -> None:
    path = f"/clients/{_create(api)['id']}"
    assert api.patch(path, content=b'{"tel": "9"}', headers=headers).status_code == 415
    assert api.get(path).json()["tel"] is None


def test_unknown_top_level_properties_are_silently_ignored(api: httpx2.Client) -> None:
    created = _create(api, vatNumber="BE1", vat="BE1", clientType="company", street="Kaai", vatIdNumber="BE2")
    assert created["vatIdNumber"] == "BE2"
    assert not {"vatNumber", "vat", "clientType", "street"} & set(created)


def test_unknown_extra_field_is_400_or_ignored_by_switch(sim: RobawsSimulator, api: httpx2.Client) -> None:
    body = {"name": "X", "extraFields": {"Rolle": {"stringValue": "POV"}}}
    assert api.post("/clients", json=body).status_code == 400
    sim.control.switch(unknown_extra_field="ignore")
    assert api.post("/clients", json=body).json()["extraFields"] == {}
    sim.control.define_extra_field("Rolle")
    assert "Rolle" in api.post("/clients", json=body).json()["extraFields"]


def test_integer_relation_ids_are_silently_ignored_and_texts_checked(api: httpx2.Client) -> None:
    path = f"/clients/{_create(api, vatTariffId='4')['id']}"
    assert merge_patch(api, path, '{"vatTariffId": 7}').status_code == 204
    assert api.get(path).json()["vatTariffId"] == "4"
    assert merge_patch(api, path, '{"vatTariffId": "undefined"}').status_code == 400
    assert merge_patch(api, path, '{"vatTariffId": "7"}').status_code == 204
    assert api.get(path).json()["vatTariffId"] == "7"


def test_address_as_an_empty_array_is_400(api: httpx2.Client) -> None:
    assert api.post("/clients", json={"name": "X", "address": []}).status_code == 400


def test_read_only_properties_in_a_body_are_ignored(api: httpx2.Client) -> None:
    created = _create(api, id="1", createdAt="2000-01-01T00:00:00.000Z", archivedAt="2000-01-01T00:00:00.000Z")
    assert created["id"] != "1"
    assert created["createdAt"] > "2001"
    assert created["archivedAt"] is None


def test_delete_answers_204_and_then_404(api: httpx2.Client) -> None:
    path = f"/clients/{_create(api)['id']}"
    assert (api.delete(path).status_code, api.get(path).status_code, api.delete(path).status_code) == (
        204,
        404,
        404,
    )


def test_write_moves_updated_at_unless_nothing_changed(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.clock_freeze("2026-03-01T10:00:00Z")
    created = _create(api, tel="1")
    assert created["updatedAt"] == "2026-03-01T10:00:00.000Z"
    path = f"/clients/{created['id']}"
    sim.control.clock_move(60)
    merge_patch(api, path, '{"tel": "1"}')
    assert api.get(path).json()["updatedAt"] == "2026-03-01T10:00:00.000Z"
    merge_patch(api, path, '{"tel": "2"}')
    assert api.get(path).json()["updatedAt"] == "2026-03-01T10:01:00.000Z"


def test_put_and_patch_may_answer_200_with_the_resource(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(write_answers_body=True)
    answer = merge_patch(api, f"/clients/{_create(api)['id']}", '{"tel": "3"}')
    assert (answer.status_code, answer.json()["tel"]) == (200, "3")


def test_body_that_is_no_json_is_400(api: httpx2.Client) -> None:
    json = {"content-type": "application/json"}
    assert api.post("/clients", content=b"{", headers=json).status_code == 400
    assert api.post("/clients", content=b"[]", headers=json).status_code == 400
    assert api.patch("/clients/1", content=b"[]", headers=MERGE_PATCH).status_code == 400


def test_very_long_extra_field_text_answers_500(api: httpx2.Client) -> None:
    body = {"name": "X", "extraFields": {"Assignee": {"stringValue": "x" * 5001}}}
    assert api.post("/clients", json=body).status_code == 500
