"""Contract section 1: the consent page as a browser sees it."""

from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import access_token, failure, refreshed, send

BACK = "http://127.0.0.1:9/back?from=zoho"


def consent(sim: ZohoBooksSimulator, accounts_url: str | None = None, **other: str) -> httpx2.Response:
    query = {
        "response_type": "code",
        "client_id": sim.client_id,
        "redirect_uri": BACK,
        "scope": "ZohoBooks.contacts.READ,ZohoBooks.settings.READ",
        "access_type": "offline",
        "prompt": "consent",
        "state": "a state/with+signs",
    }
    return send("GET", (accounts_url or sim.accounts_url) + "/oauth/v2/auth", params=query | other)


def sent_back(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(BACK)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def exchanged(sim: ZohoBooksSimulator, code: str, **other: str) -> httpx2.Response:
    return refreshed(sim, **{"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | other)


def test_browser_comes_back_with_code_state_location_and_server(sim: ZohoBooksSimulator) -> None:
    back = sent_back(consent(sim))
    assert set(back) == {"from", "state", "code", "location", "accounts-server"}
    assert (back["state"], back["location"]) == ("a state/with+signs", "us")
    assert back["accounts-server"] == sim.accounts_url


def test_a_code_is_exchanged_once_for_both_tokens_with_the_requested_scopes(sim: ZohoBooksSimulator) -> None:
    code = sent_back(consent(sim))["code"]
    body = exchanged(sim, code).json()
    assert body["scope"] == "ZohoBooks.contacts.READ ZohoBooks.settings.READ"
    headers = {"authorization": f"Zoho-oauthtoken {body['access_token']}"}
    assert send("GET", f"{sim.base_url}/contacts", headers=headers).status_code == 200
    assert failure(send("GET", f"{sim.base_url}/invoices", headers=headers)) == (401, 57)
    assert access_token(sim, refresh_token=body["refresh_token"]) != body["access_token"]
    assert exchanged(sim, code).json() == {"error": "invalid_code"}


def test_online_access_gets_no_refresh_token(sim: ZohoBooksSimulator) -> None:
    code = sent_back(consent(sim, access_type="online"))["code"]
    assert "refresh_token" not in exchanged(sim, code).json()


def test_code_is_good_for_two_minutes_and_for_its_own_address(sim: ZohoBooksSimulator) -> None:
    elsewhere = exchanged(sim, sent_back(consent(sim))["code"], redirect_uri="http://127.0.0.1:9/other")
    assert elsewhere.json() == {"error": "invalid_redirect_uri"}
    code = sent_back(consent(sim))["code"]
    sim.control.clock_move(121)
    assert exchanged(sim, code).json() == {"error": "invalid_code"}


def test_person_may_refuse(sim: ZohoBooksSimulator) -> None:
    sim.control.switch(consent="refuse")
    assert sent_back(consent(sim)) == {"from": "zoho", "state": "a state/with+signs", "error": "access_denied"}


def test_unknown_client_stays_on_the_page(sim: ZohoBooksSimulator) -> None:
    assert "Invalid Client ID" in consent(sim, client_id="1000.NOBODY").text
    assert "Invalid Client ID" in consent(sim, sim.other_accounts_url).text


def test_only_a_registered_address_is_sent_back_to(sim: ZohoBooksSimulator) -> None:
    sim.control.switch(redirect_uri=BACK)
    assert "code" in sent_back(consent(sim))
    assert "Invalid Redirect Uri" in consent(sim, redirect_uri="http://127.0.0.1:9/other").text


@pytest.mark.parametrize("scope", ["", "everything", "ZohoBooks.contacts.READ ZohoBooks.invoices.READ"])
def test_only_scopes_of_zoho_books_are_granted(sim: ZohoBooksSimulator, scope: str) -> None:
    assert "Invalid OAuth Scope" in consent(sim, scope=scope).text


@pytest.mark.parametrize(("button", "brings"), [("accept", "code"), ("refuse", "error")])
def test_the_consent_page_may_show_buttons(sim: ZohoBooksSimulator, button: str, brings: str) -> None:
    sim.control.switch(consent="ask")
    page = consent(sim)
    assert page.status_code == 200
    assert f'value="{button}"' in page.text
    assert brings in sent_back(send("POST", str(page.url), data={"consent": button}))
    assert consent(sim, consent=button).status_code == 200, "a link presses no button"


def test_five_new_refresh_tokens_a_minute(sim: ZohoBooksSimulator) -> None:
    codes = [sent_back(consent(sim))["code"] for _ in range(6)]
    assert [exchanged(sim, code).status_code for code in codes] == [200] * 5 + [400]


@pytest.mark.parametrize(("method", "path"), [("GET", "/oauth/v2/token"), ("GET", "/oauth/v2/elsewhere")])
def test_other_addresses_answer_html(sim: ZohoBooksSimulator, method: str, path: str) -> None:
    answer = send(method, sim.accounts_url + path)
    assert answer.status_code in {404, 405}
    assert answer.headers["content-type"].startswith("text/html")
