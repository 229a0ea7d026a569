"""Responses of Zoho's accounts server are judged by their body alone (contract section 1)."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.allowance import AccessToken
from counterfoil.connectors.zoho_books.oauth import DATA_CENTRES, LIFETIME, has_scope, read_grant, read_token
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    RetryLater,
    Throttled,
    Unavailable,
    WrongAddress,
)

HOME = "https://www.zohoapis.eu"
SCOPES = ("ZohoBooks.contacts.READ", "ZohoBooks.contacts.DELETE")


def read(status: int, said: Any) -> AccessToken:
    return read_token(status, json.dumps(said).encode(), HOME)


def test_a_token_names_the_address_of_its_api() -> None:
    said = {"access_token": "1000.a.b", "api_domain": "https://www.zohoapis.com/", "expires_in": 3600}
    assert read(200, said) == AccessToken("1000.a.b", "https://www.zohoapis.com", 3600)
    assert read(200, {"access_token": "1000.a.b"}) == AccessToken("1000.a.b", HOME, LIFETIME)


@pytest.mark.parametrize(
    ("said", "scopes"),
    [
        (
            "ZohoBooks.contacts.READ ZohoBooks.contacts.DELETE",
            ("ZohoBooks.contacts.READ", "ZohoBooks.contacts.DELETE"),
        ),
        (
            "ZohoBooks.contacts.READ,ZohoBooks.contacts.DELETE",
            ("ZohoBooks.contacts.READ", "ZohoBooks.contacts.DELETE"),
        ),
        ("", None),
        (None, None),
        (["ZohoBooks.contacts.READ"], None),
    ],
)
def test_a_token_has_the_scopes_that_its_answer_names(said: Any, scopes: tuple[str, ...] | None) -> None:
    assert read(200, {"access_token": "x", "scope": said}).scopes == scopes


@pytest.mark.parametrize(
    ("granted", "included"),
    [
        (["ZohoBooks.contacts.DELETE"], True),
        (["zohobooks.contacts.delete"], True),
        (["ZohoBooks.contacts.ALL"], True),
        (["ZohoBooks.fullaccess.all"], True),
        (["ZohoBooks.contacts.UPDATE", "ZohoBooks.invoices.DELETE"], False),
        ([], False),
    ],
)
def test_a_scope_may_be_granted_within_a_wider_one(granted: list[str], included: bool) -> None:
    assert has_scope(granted, "ZohoBooks.contacts.DELETE") is included


@pytest.mark.parametrize("expires_in", [7200, 3_600_000, "3600", 0, -1, None, True])
def test_the_lifetime_of_a_token_is_at_most_an_hour(expires_in: Any) -> None:
    assert 0 < read(200, {"access_token": "x", "expires_in": expires_in}).lifetime <= LIFETIME


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"error": "invalid_code"}, CredentialsRefused),
        ({"error": "invalid_client_secret"}, CredentialsRefused),
        ({"error": "invalid_client"}, CredentialsRefused),
        ({"error": "something_new"}, CredentialsRefused),
        ({"error": "Access Denied", "error_description": "You have made too many requests"}, Throttled),
        ({"error": "general", "error_description": "You have made TOO MANY REQUESTS continuously."}, Throttled),
        ({}, CredentialsRefused),
    ],
)
def test_a_token_error_means_the_same_with_any_status(
    status: int, said: Any, kind: type[CounterfoilError]
) -> None:
    with pytest.raises(kind):
        read(status, said)


def test_a_page_of_a_gateway_is_not_a_token_error() -> None:
    for status, kind in ((503, Unavailable), (200, RetryLater), (404, WrongAddress)):
        with pytest.raises(kind):
            read_token(status, b"<html>", HOME)


def test_a_code_is_exchanged_for_an_access_and_a_refresh_token() -> None:
    said = {"access_token": "1000.a.b", "refresh_token": "1000.c.d", "expires_in": 3600}
    assert read_grant(200, json.dumps(said).encode(), HOME) == (AccessToken("1000.a.b", HOME, 3600), "1000.c.d")


@pytest.mark.parametrize("refresh_token", [None, "", 7, ["1000.c.d"]])
def test_a_response_without_a_refresh_token_is_an_error(refresh_token: Any) -> None:
    said = {"access_token": "1000.a.b", "refresh_token": refresh_token}
    with pytest.raises(CredentialsRefused, match="no refresh token"):
        read_grant(200, json.dumps(said).encode(), HOME)


def test_invalid_code_means_different_things_for_tokens_and_codes() -> None:
    with pytest.raises(CredentialsRefused, match="refresh token: it was revoked"):
        read(200, {"error": "invalid_code"})
    with pytest.raises(CredentialsRefused, match="code of this login"):
        read_grant(200, b'{"error": "invalid_code"}', HOME)


@given(st.integers(100, 599), st.binary())
def test_any_response_is_a_token_or_an_error_of_ours(status: int, body: bytes) -> None:
    try:
        found = read_token(status, body, HOME)
    except CounterfoilError as error:
        assert error.message  # noqa: PT017  either way is right
    else:
        assert found.secret


@given(st.text(min_size=1))
def test_an_unknown_error_is_repeated_only_if_it_is_a_plain_word(said: str) -> None:
    with pytest.raises(CounterfoilError) as raised:
        read(200, {"error": said})
    assert said not in str(raised.value) or said.isascii()


def test_no_host_is_built_from_the_letters_of_a_country() -> None:
    assert DATA_CENTRES["ca"].accounts_url == "https://accounts.zohocloud.ca"
    for code, centre in DATA_CENTRES.items():
        for url in (centre.accounts_url, centre.api_url):
            assert urlsplit(url).scheme == "https", code
            assert "zoho" in (urlsplit(url).hostname or ""), code
