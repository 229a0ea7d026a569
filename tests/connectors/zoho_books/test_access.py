"""Access to Zoho Books: few shared tokens, renewed once, and clear errors for what a user has to fix."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from counterfoil.connectors.http.oauth_tokens import MemoryTokens
from counterfoil.connectors.page import PageRequest
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    InvalidSetting,
    NeedsPerson,
    QuotaExhausted,
    Unavailable,
    WrongAddress,
)
from tests.connectors.zoho_books.books import Books

FIRST = PageRequest(0, 200)


def issued(books: Books) -> int:
    """Access tokens that were given."""
    return int(books.sim.control.stats()["tokens_issued"])


def refusal(books: Books) -> CounterfoilError:
    """Send a request and return its error."""
    with pytest.raises(CounterfoilError) as raised:
        books.contacts.fetch(FIRST)
    return raised.value


def test_one_token_serves_all_requests(books: Books) -> None:
    books.connector.check()
    books.listed(books.contacts)
    books.listed(books.persons)
    books.listed(books.invoices)
    assert issued(books) == 1


def test_the_address_of_the_api_comes_with_the_token(books: Books) -> None:
    """No address of an API is given here."""
    assert len(books.contacts.fetch(FIRST).items) == 200
    elsewhere = Books.of(books.sim, tokens=books.tokens, api_url="http://127.0.0.1:9")
    assert "127.0.0.1 cannot be reached" in str(refusal(elsewhere))


def test_an_expired_token_is_renewed_once_and_the_request_repeated(books: Books) -> None:
    books.contacts.fetch(FIRST)
    books.sim.control.expire_tokens()
    books.sim.control.reset_stats()
    assert len(books.contacts.fetch(FIRST).items) == 200
    assert issued(books) == 2
    assert [request["status"] for request in books.asked("/contacts")] == [401, 200]


def test_a_token_is_renewed_before_it_expires(books: Books) -> None:
    now = datetime.now(UTC)
    books = Books.of(books.sim, tokens=MemoryTokens("Zoho Books", lambda: now))
    books.contacts.fetch(FIRST)
    now += timedelta(minutes=54)
    books.contacts.fetch(FIRST)
    assert issued(books) == 1
    now += timedelta(minutes=2)
    books.contacts.fetch(FIRST)
    assert issued(books) == 2
    assert all(request["status"] == 200 for request in books.asked("/contacts"))


def test_a_missing_scope_costs_one_token_and_does_not_loop(books: Books) -> None:
    """Code 57 is the same answer for a dead token and for a missing scope."""
    scopeless = books.sim.control.grant(scopes=["ZohoBooks.settings.READ"])
    made = Books.of(books.sim, secrets={"refresh_token": scopeless})
    error = refusal(made)
    assert isinstance(error, CredentialsRefused)
    assert "lacks a scope or was revoked" in error.message
    assert "ZohoBooks.contacts.READ" in error.advice
    assert issued(made) == 2
    for _ in range(5):
        assert "lacks a scope or was revoked" in refusal(made).message
    assert issued(made) == 2, "a token that took the place of a refused one is not replaced at once"


def test_a_revoked_refresh_token_is_reported(books: Books) -> None:
    books.contacts.fetch(FIRST)
    books.sim.control.revoke()
    error = refusal(books)
    assert isinstance(error, CredentialsRefused)
    assert "does not accept this refresh token" in error.message


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"secrets": {"refresh_token": "1000.dead"}}, "does not accept this refresh token"),
        ({"secrets": {"client_secret": "wrong"}}, "does not accept this client secret"),
        ({"client_id": "1000.UNKNOWN"}, "does not know this client id"),
    ],
)
def test_each_wrong_credential_is_told_apart(books: Books, wrong: dict[str, Any], words: str) -> None:
    error = refusal(Books.of(books.sim, **wrong))
    assert isinstance(error, CredentialsRefused)
    assert words in error.message


def test_another_data_centre_does_not_know_the_client(books: Books) -> None:
    error = refusal(Books.of(books.sim, accounts_url=books.sim.other_accounts_url))
    assert "another data centre" in error.message


@pytest.mark.parametrize("status", [200, 400])
def test_too_many_token_requests_are_recognised_and_not_repeated(books: Books, status: int) -> None:
    books.sim.control.switch(token_throttle_status=status)
    books.sim.control.fault("throttled")
    error = refusal(books)
    assert isinstance(error, QuotaExhausted)
    assert error.until > datetime.now(UTC) + timedelta(minutes=25)
    books.sim.control.clear_faults()
    books.sim.control.reset_stats()
    assert isinstance(refusal(books), QuotaExhausted)
    assert issued(books) == 0
    assert books.sim.control.stats()["requests"] == 0


def test_a_failing_accounts_server_is_not_a_wrong_credential(books: Books) -> None:
    books.sim.control.fault("html_error", path="/oauth/v2/token", status=503)
    assert isinstance(refusal(books), Unavailable)
    books.sim.control.clear_faults()
    assert len(books.contacts.fetch(FIRST).items) == 200


def test_no_error_repeats_a_secret(books: Books) -> None:
    errors = [
        refusal(Books.of(books.sim, secrets={"refresh_token": "1000.secret-one"})),
        refusal(Books.of(books.sim, secrets={"client_secret": "secret-two"})),
    ]
    for error in errors:
        assert "secret-" not in f"{error} {error.__cause__!r} {error.__context__!r}"


def test_the_check_names_the_organisation_with_one_call(books: Books) -> None:
    answer = books.connector.check().sentence
    organization = books.sim.control.organizations()[0]
    assert organization["name"] in answer
    assert organization["organization_id"] in answer
    assert books.notes.drawn == 1
    assert "organization_id" not in books.asked("/organizations")[0]["query"]


def test_a_wrong_organisation_is_reported_with_the_existing_ones(books: Books) -> None:
    made = Books.of(books.sim, organization="60000000001")
    with pytest.raises(InvalidSetting) as raised:
        made.connector.check()
    assert "organisation or the data centre is wrong" in raised.value.message
    there = books.sim.control.organizations()[0]
    assert f"{there['organization_id']} ({there['name']})" in raised.value.advice
    error = refusal(made)
    assert isinstance(error, InvalidSetting)
    assert "does not belong to this organisation (code 6041)" in error.message


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"dc": "mars"}, "'mars' is not a data centre"),
        ({"dc": "", "accounts_url": ""}, "data centre is missing"),
        ({"organization": "Acme"}, "only digits"),
        ({"organization": ""}, "only digits"),
        ({"window_days": "0"}, "not a number of days"),
        ({"window_days": "a year"}, "not a number of days"),
        ({"window_days": "1e9"}, "not a number of days"),
    ],
)
def test_unusable_settings_are_reported_before_anything_is_sent(
    books: Books, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidSetting, match=words):
        Books.of(books.sim, **settings)
    assert books.sim.control.stats()["requests"] == 0


def test_an_address_that_is_not_the_api_is_reported(books: Books) -> None:
    books.sim.control.fault("interstitial", path="/organizations")
    with pytest.raises(WrongAddress, match="does not answer as the Zoho Books API does"):
        books.connector.check()
    books.sim.control.clear_faults()
    nowhere = Books.of(books.sim, api_url=f"{books.sim.url}/nothing")
    with pytest.raises(NeedsPerson):
        nowhere.connector.check()
