"""A login at Zoho that goes wrong ends on the form, with a clear line; nothing is stored."""

from typing import Any

import pytest

from counterfoil.mirror.models import Connection, PendingLogin
from tests.console.asking import fields
from tests.console.zoho_login import ADD, Somebody

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def assert_on_the_form(somebody: Somebody, brought: dict[str, str], said: str) -> None:
    """Coming back with this ends on the form, which says so; nothing is stored or remembered."""
    answer = somebody.come_back(brought)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == ADD
    assert said in shown
    assert "Log in at Zoho" in shown
    assert not Connection.objects.exists()
    assert not PendingLogin.objects.exists()


def test_declining_at_zoho_returns_to_the_form(somebody: Somebody) -> None:
    somebody.sim.control.switch(consent="refuse")
    shown = somebody.connect()
    assert "You declined at Zoho, so nothing was connected." in shown
    assert not Connection.objects.exists()


def test_after_a_failure_the_form_keeps_what_was_typed_except_secrets(somebody: Somebody) -> None:
    typed = {"window_days": "90", "country": "Netherlands", "accounts_url": somebody.sim.accounts_url}
    brought = somebody.consent(somebody.begin(**typed))
    somebody.sim.control.fault("throttled", path="/oauth/v2/token")
    shown = somebody.come_back(brought).content.decode()
    for said in ("books", "90", "NL", somebody.sim.client_id, somebody.sim.accounts_url):
        assert f'value="{said}"' in shown
    assert '<option value="eu" selected>' in shown
    assert somebody.sim.client_secret not in shown
    assert fields(somebody.client, ADD)["name"] == "", "it is said once"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"accounts_url": "accounts.example"}, "does not start with http:// or https://"),
        ({"accounts_url": "javascript://x"}, "does not start with http:// or https://"),
        ({"window_days": "a year"}, "is not a number of days"),
        ({"dc": "mars"}, "Select a valid choice"),
        ({"dc": ""}, "This field is required"),
        ({"client_secret": ""}, "This field is required"),
        ({"country": "Atlantis"}, "is not a country"),
    ],
)
def test_wrong_input_is_explained_before_the_login_starts(
    somebody: Somebody, wrong: dict[str, str], said: str
) -> None:
    answer = somebody.client.post(ADD, somebody.form(**wrong))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not PendingLogin.objects.exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "throttled"}, "too many tokens were requested"),
        ({"kind": "html_error", "status": 503}, "answered with status 503"),
        ({"kind": "interstitial"}, "did not answer in JSON"),
        ({"kind": "oauth_error", "error": "invalid_client"}, "does not know this client id"),
        ({"kind": "oauth_error", "error": "invalid_client_secret"}, "does not accept this client secret"),
        ({"kind": "oauth_error", "error": "general_error"}, "granted no access token (general_error)"),
        ({"kind": "oauth_error", "error": "<b>odd</b>"}, "granted no access token (no reason given)"),
        ({"kind": "dropped"}, "was interrupted"),
    ],
)
def test_problems_at_the_accounts_server_are_shown_on_the_form(
    somebody: Somebody, fault: dict[str, Any], said: str
) -> None:
    brought = somebody.consent(somebody.begin())
    somebody.sim.control.fault(path="/oauth/v2/token", **fault)
    assert_on_the_form(somebody, brought, said)


def test_a_wrong_client_secret_is_shown_on_the_form(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin(client_secret="mistyped-81"))
    assert_on_the_form(somebody, brought, "does not accept this client secret")


def test_an_old_or_used_code_is_shown_on_the_form(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin())
    somebody.sim.control.clock_move(121)
    assert_on_the_form(somebody, brought, "was used before, or it is older than two minutes")


def test_a_wrong_redirect_uri_is_shown_on_the_form(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin(), redirect_uri="http://elsewhere/mirror/connection/login/")
    assert_on_the_form(somebody, brought, "Register exactly the redirect URI that is shown here")


def test_a_missing_refresh_token_is_shown_on_the_form(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin(), access_type="online")
    assert_on_the_form(somebody, brought, "Zoho returned no refresh token")


def test_a_login_that_zoho_ends_is_shown_on_the_form(somebody: Somebody) -> None:
    state = somebody.consent(somebody.begin())["state"]
    assert_on_the_form(somebody, {"state": state, "error": "invalid_scope"}, "without a code (invalid_scope)")


def test_an_unreachable_accounts_server_is_shown_on_the_form(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin())
    somebody.sim.stop()
    assert_on_the_form(somebody, brought, "cannot be reached (connection refused)")


def test_missing_scopes_are_shown_on_the_form(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin(), scope="ZohoBooks.contacts.READ")
    assert_on_the_form(somebody, brought, "lacks a scope or was revoked")


def test_a_name_taken_meanwhile_changes_no_other_connection(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin())
    taken = Connection.objects.create(name="Books", connector="zoho_books", settings={"organization": "1"})
    shown = somebody.come_back(brought).content.decode()
    assert "There is already a connection called “books”" in shown
    assert Connection.objects.get().settings == taken.settings
