"""Contract sections 1 and 5.2: authentication and scopes."""

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import access_token, client_of, contacts, failure, ids, page, send


@pytest.mark.parametrize("header", [None, "Zoho-oauthtoken", "Basic abc"])
def test_missing_or_malformed_authorization_is_code_14(sim: ZohoBooksSimulator, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    assert failure(send("GET", f"{sim.base_url}/contacts", headers=headers)) == (401, 14)


def test_dead_token_and_missing_scope_look_the_same(sim: ZohoBooksSimulator) -> None:
    dead = send("GET", f"{sim.base_url}/contacts", headers={"authorization": "Zoho-oauthtoken 1000.dead"})
    token = sim.control.grant(scopes=["ZohoBooks.settings.READ"])
    with client_of(sim, refresh_token=token) as api:
        assert api.get("/organizations").status_code == 200
        scopeless = api.get("/contacts")
    assert failure(dead) == failure(scopeless) == (401, 57)
    assert dead.content == scopeless.content


def test_full_access_opens_everything(sim: ZohoBooksSimulator) -> None:
    token = sim.control.grant(scopes=["ZohoBooks.fullaccess.all"])
    with client_of(sim, refresh_token=token) as api:
        assert [api.get(path).status_code for path in ("/organizations", "/contacts", "/invoices")] == [200] * 3


def test_bearer_works_unless_switched_off(sim: ZohoBooksSimulator) -> None:
    headers = {"authorization": f"Bearer {access_token(sim)}"}
    assert send("GET", f"{sim.base_url}/contacts", headers=headers).status_code == 200
    sim.control.switch(bearer_accepted=False)
    assert failure(send("GET", f"{sim.base_url}/contacts", headers=headers)) == (401, 14)


def test_organizations_are_listed_without_naming_one(sim: ZohoBooksSimulator) -> None:
    headers = {"authorization": f"Zoho-oauthtoken {access_token(sim)}"}
    [row] = send("GET", f"{sim.base_url}/organizations", headers=headers).json()["organizations"]
    assert row["organization_id"] == sim.organization_ids[0]
    assert (row["time_zone"], row["currency_code"]) == ("America/New_York", "USD")
    assert (row["is_default_org"], row["org_settings"]) == (True, {"is_org_active": True})


def test_an_organization_of_another_user_is_code_6041(api: httpx2.Client) -> None:
    answer = api.get("/contacts", params={"organization_id": "1"})
    assert failure(answer) == (400, 6041)
    assert answer.json()["message"] == "This user is not associated with the CompanyID/CompanyName:1."


def test_without_an_organization_the_first_answers_unless_switched(sim: ZohoBooksSimulator) -> None:
    headers = {"authorization": f"Zoho-oauthtoken {access_token(sim)}"}
    assert send("GET", f"{sim.base_url}/contacts", headers=headers).status_code == 200
    sim.control.switch(missing_organization="400")
    assert failure(send("GET", f"{sim.base_url}/contacts", headers=headers)) == (400, 6041)
    assert send("GET", f"{sim.base_url}/organizations", headers=headers).status_code == 200


def test_organizations_keep_apart_and_share_the_token() -> None:
    with ZohoBooksSimulator(organizations=3, contacts=5, rate=None) as sim:
        listed, token = [], access_token(sim)
        for organization in sim.organization_ids:
            with client_of(sim, organization) as api:
                api.headers["authorization"] = f"Zoho-oauthtoken {token}"
                listed.append(ids(contacts(api)))
                stranger = listed[0][0]
                assert api.get(f"/contacts/{stranger}").status_code == (200 if len(listed) == 1 else 404)
        assert len(set().union(*listed)) == 3 * 6


def test_wrong_addresses_and_methods(api: httpx2.Client) -> None:
    assert failure(api.get("/settings/branches")) == (404, 5)
    assert failure(api.get("/contacts/1/2/3")) == (404, 5)
    assert failure(api.post("/invoices", json={})) == (405, 37)


@pytest.mark.parametrize(("path", "noun"), [("/contacts/1", "Contact"), ("/invoices/1", "Invoice")])
def test_unknown_id_is_code_1002(sim: ZohoBooksSimulator, api: httpx2.Client, path: str, noun: str) -> None:
    answer = api.get(path)
    assert (failure(answer), answer.json()["message"]) == ((404, 1002), f"{noun} does not exist.")
    sim.control.switch(not_found_status=200)
    assert failure(api.get(path)) == (200, 1002)


def test_every_answer_carries_the_simulators_date(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.clock_freeze("2026-03-01T12:00:00Z")
    assert api.get("/contacts").headers["date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert page(api, "/organizations")["organizations"]
