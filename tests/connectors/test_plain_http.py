"""Keys never travel unencrypted to another machine, unless the connection allows it."""

from datetime import UTC, datetime

import pytest

from counterfoil.connectors.allowance import AccessToken
from counterfoil.connectors.http.client import HttpClient
from counterfoil.connectors.http.deadline import _proxy
from counterfoil.connectors.http.error_rules import KeyAndSecret
from counterfoil.connectors.http.oauth_tokens import MemoryTokens
from counterfoil.connectors.http.plain_http import is_this_machine
from counterfoil.connectors.login import Settings
from counterfoil.connectors.robaws.connector import Robaws
from counterfoil.connectors.robaws.error_rules import RobawsErrorRules
from counterfoil.connectors.zoho_books.access import request_token
from counterfoil.connectors.zoho_books.connector import ZohoBooks
from counterfoil.connectors.zoho_books.login import ZohoLogin
from counterfoil.errors import CounterfoilError, Unreachable, WrongAddress
from tests.support.upstream import Notes

ELSEWHERE = "http://nowhere.invalid"


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "localhost.", "app.localhost", "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"],
)
def test_this_machine_is_always_allowed(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host", ["robaws", "10.0.0.1", "localhost.example", "127.0.0.1.example", "128.0.0.1", "fe80::1", ""]
)
def test_every_other_name_is_another_machine(host: str) -> None:
    assert not is_this_machine(host)


@pytest.mark.parametrize(
    "address", [ELSEWHERE, "HTTP://Nowhere.invalid:80/api", " http://10.1.2.3/", "http://[fe80::1]/"]
)
def test_a_client_refuses_it_before_anything_is_sent(address: str) -> None:
    with pytest.raises(WrongAddress, match="is another machine, and by http:// the key would travel"):
        HttpClient(address, KeyAndSecret("key", "secret"), Notes(), RobawsErrorRules())


def robaws(**settings: object) -> None:
    Robaws(Settings({"base_url": ELSEWHERE, **settings}, {"api_key": "k", "api_secret": "s"}), Notes()).close()


def test_robaws_refuses_it_unless_the_connection_allows_it() -> None:
    with pytest.raises(WrongAddress, match="--plain-http"):
        robaws()
    with pytest.raises(WrongAddress):
        robaws(plain_http=False)
    robaws(plain_http=True)


@pytest.mark.parametrize("where", ["accounts_url", "api_url"])
def test_zoho_books_refuses_it_for_both_of_its_addresses(where: str) -> None:
    values = {"accounts_url": "https://nowhere.invalid", "api_url": "https://nowhere.invalid", "organization": "1"}
    secrets = {"client_secret": "s", "refresh_token": "r"}

    def check(**more: object) -> CounterfoilError:
        tokens = MemoryTokens("Zoho Books", lambda: datetime.now(UTC))
        books = ZohoBooks(Settings({**values, where: ELSEWHERE, **more}, secrets, tokens), Notes(), patient=False)
        with pytest.raises(CounterfoilError) as failed:
            books.check()
        books.close()
        return failed.value

    if where == "accounts_url":
        assert isinstance(check(), WrongAddress)
    assert isinstance(check(plain_http=True), Unreachable)


def test_nobody_is_sent_to_log_in_where_the_answer_could_not_be_used() -> None:
    values = {"accounts_url": ELSEWHERE, "client_id": "c"}
    with pytest.raises(WrongAddress, match="another machine"):
        ZohoLogin().authorization_url(values, "https://here.example/", "state")
    assert ZohoLogin().authorization_url({**values, "plain_http": True}, "https://here.example/", "state")


def test_a_token_request_refuses_it() -> None:
    with pytest.raises(WrongAddress, match="another machine"):
        request_token(ELSEWHERE, {}, plain_http=False)


def test_an_api_address_that_zoho_names_is_checked_too() -> None:
    named = AccessToken("token", ELSEWHERE, 3600.0)
    tokens = MemoryTokens("Zoho Books", lambda: datetime.now(UTC), named)
    books = ZohoBooks(Settings({"dc": "eu", "organization": "1"}, {"refresh_token": "r"}, tokens), Notes())
    with pytest.raises(WrongAddress, match="another machine"):
        books.check()


def test_a_proxy_never_gets_what_is_meant_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert _proxy("http://robaws.invalid/") == "http://proxy.invalid:3128"
    assert _proxy("http://localhost:8000/") is None
    assert _proxy("http://[::1]:8000/") is None
