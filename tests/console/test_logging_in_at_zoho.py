"""Connecting Zoho Books by logging in there: over real HTTP to the simulated Zoho, with its accounts server."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from counterfoil.connections import connect, encryption
from counterfoil.connectors.zoho_books import oauth
from counterfoil.connectors.zoho_books.oauth import DataCentre
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Connection, PendingLogin, Token
from counterfoil.worker.loop import Worker
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.console.asking import page
from tests.console.people import logged_in, person
from tests.console.zoho_login import ADD, BACK, Somebody

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def unfinished(answer: Any) -> str:
    """Check for the page that ends a login this session has not started."""
    assert answer.status_code == 400
    assert not Connection.objects.exists()
    shown: str = answer.content.decode()
    assert "Nothing was connected" in shown
    assert "Start again" in shown
    return shown


def test_the_page_shows_the_redirect_uri_that_is_registered_and_sent(somebody: Somebody) -> None:
    shown = page(somebody.client, ADD)
    assert "http://testserver/mirror/connection/login/" in shown
    assert "authorised redirect URI" in shown
    sent = dict(parse_qsl(urlsplit(somebody.begin()).query))
    assert sent["redirect_uri"] == "http://testserver/mirror/connection/login/"


def test_the_browser_is_sent_to_the_data_centre_to_grant_the_scopes(
    somebody: Somebody,
) -> None:
    address = somebody.begin()
    assert address.startswith(f"{somebody.sim.accounts_url}/oauth/v2/auth?")
    sent = dict(parse_qsl(urlsplit(address).query))
    assert (sent["response_type"], sent["access_type"], sent["prompt"]) == ("code", "offline", "consent")
    assert sent["client_id"] == somebody.sim.client_id
    assert sent["scope"] == ",".join(oauth.SCOPES)
    assert {scope for scope in oauth.SCOPES if not scope.endswith(".READ")} == {
        "ZohoBooks.contacts.CREATE",
        "ZohoBooks.contacts.UPDATE",
        "ZohoBooks.contacts.DELETE",
    }
    assert len(sent["state"]) >= 43, "256 bits"
    assert dict(parse_qsl(urlsplit(somebody.begin()).query))["state"] != sent["state"]


def test_a_login_connects_the_only_organisation_with_its_country(somebody: Somebody) -> None:
    shown = somebody.connect(window_days="90")
    organization = somebody.sim.control.organizations()[0]
    made = Connection.objects.get()
    assert made.settings == {
        "dc": "eu",
        "client_id": somebody.sim.client_id,
        "window_days": "90",
        "organization": organization["organization_id"],
    }
    assert (made.name, made.owner, made.country) == ("books", None, organization["country_code"])
    assert encryption.unseal(made.secrets).keys() == {"client_secret", "refresh_token"}
    assert f"organisation {organization['name']}" in shown
    assert "as in Zoho Books" in shown


def test_a_chosen_country_stays(somebody: Somebody) -> None:
    somebody.connect(country="Netherlands")
    assert Connection.objects.get().country == "NL"


def test_the_token_of_the_login_is_used_and_no_other_requested(somebody: Somebody) -> None:
    somebody.connect()
    made = Connection.objects.get()
    assert Token.objects.get().connection_id == made.pk
    connect.check_connection(made)
    assert somebody.sim.control.stats()["tokens_issued"] == 1


def test_the_refresh_token_of_the_login_works_when_the_token_expires(somebody: Somebody) -> None:
    somebody.connect()
    somebody.sim.control.expire_tokens()
    assert "Zoho Books answers" in connect.check_connection(Connection.objects.get())


def test_of_several_organisations_one_is_chosen(busy: Somebody) -> None:
    shown = busy.connect()
    assert not Connection.objects.exists()
    organizations = busy.sim.control.organizations()
    assert all(organization["name"] in shown for organization in organizations)
    choice = next(address for address in busy.seen if "/connections/login/" in address)
    nothing = busy.client.post(choice)
    assert "Choose one, then press Connect." in nothing.content.decode()
    another = busy.client.post(choice, {"tenant": "60000000001"})
    assert "Choose one, then press Connect." in another.content.decode()
    assert not Connection.objects.exists()

    wanted = organizations[1]
    done = busy.client.post(choice, {"tenant": wanted["organization_id"]}, follow=True)
    made = Connection.objects.get()
    assert (made.settings["organization"], made.country) == (wanted["organization_id"], wanted["country_code"])
    assert f"organisation {wanted['name']}" in done.content.decode()
    assert busy.sim.control.stats()["tokens_issued"] == 1
    assert unknown_choice(busy.client, choice)


def unknown_choice(client: Client, choice: str) -> bool:
    """Whether there is nothing to choose any more."""
    return client.get(choice).status_code == 400 and client.post(choice, {"tenant": "1"}).status_code == 400


def test_another_user_cannot_make_the_choice(busy: Somebody) -> None:
    busy.connect()
    choice = next(address for address in busy.seen if "/connections/login/" in address)
    other = logged_in(User.objects.create_superuser("boss"))
    assert unknown_choice(other, choice)
    assert page(busy.client, choice)
    PendingLogin.objects.update(until=timezone.now())
    assert unknown_choice(busy.client, choice)


def test_a_state_can_be_used_once(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin())
    somebody.come_back(brought)
    Connection.objects.all().delete()
    unfinished(somebody.come_back(brought))


@pytest.mark.parametrize("state", [None, "", "guessed", "\0", "ü" * 3000])
def test_without_the_right_state_no_call_is_made_to_zoho(somebody: Somebody, state: str | None) -> None:
    brought = somebody.consent(somebody.begin())
    del brought["state"]
    unfinished(somebody.come_back(brought if state is None else {**brought, "state": state}))
    assert somebody.sim.control.stats()["tokens_issued"] == 0


def test_a_login_expires_after_ten_minutes(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin())
    waits = PendingLogin.objects.get().until - timezone.now()
    assert timedelta(minutes=9) < waits <= timedelta(minutes=10)
    PendingLogin.objects.update(until=timezone.now())
    unfinished(somebody.come_back(brought))
    somebody.begin()
    assert PendingLogin.objects.count() == 1, "the old one is forgotten, with its secrets"


def test_a_worker_deletes_expired_logins(somebody: Somebody) -> None:
    somebody.begin()
    worker = Worker()
    worker._clean_up()
    assert PendingLogin.objects.exists()
    PendingLogin.objects.update(until=timezone.now())
    worker._clean_up()
    assert not PendingLogin.objects.exists()


def test_another_session_cannot_finish_a_login(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin())
    boss = Somebody(logged_in(User.objects.create_superuser("boss")), somebody.sim)
    unfinished(boss.come_back(brought))
    same_person = Somebody(logged_in(User.objects.get(username="owner")), somebody.sim)
    unfinished(same_person.come_back(brought))
    assert somebody.sim.control.stats()["tokens_issued"] == 0
    somebody.come_back(brought)
    assert Connection.objects.get().name == "books"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CLERK, Role.OPERATOR])
def test_users_without_permission_reach_no_step(somebody: Somebody, role: Role) -> None:
    brought = somebody.consent(somebody.begin())
    lesser = Somebody(logged_in(person(role)), somebody.sim)
    assert lesser.client.post(ADD, lesser.form()).status_code == 403
    assert lesser.come_back(brought).status_code == 403
    assert lesser.client.get("/connections/login/1/").status_code == 403
    assert Client().get(BACK)["Location"].startswith("/login/")


def test_a_permission_removed_meanwhile_counts(somebody: Somebody) -> None:
    brought = somebody.consent(somebody.begin())
    user = User.objects.get(username="owner")
    user.groups.clear()
    assert somebody.come_back(brought).status_code == 403
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "named", ["{other}", "{other}/accounts", "https://accounts.zoho.evil", "zoho.com", "{home}.x"]
)
def test_the_client_secret_is_never_sent_to_an_unknown_server(somebody: Somebody, named: str) -> None:
    with ZohoBooksSimulator(contacts=0, seed=9) as other:
        brought = somebody.consent(somebody.begin())
        brought["accounts-server"] = named.format(other=other.url, home=somebody.sim.accounts_url)
        shown = somebody.come_back(brought).content.decode()
        assert "of no known data centre" in shown
        assert other.control.stats()["requests"] == 0
    assert somebody.sim.control.stats()["tokens_issued"] == 0
    assert not Connection.objects.exists()


def test_an_account_in_another_data_centre_is_connected_there(
    somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zoho sends the browser on to where the account is, and says so when it comes back."""
    sim = somebody.sim
    monkeypatch.setitem(oauth.DATA_CENTRES, "us", DataCentre(sim.other_accounts_url, "http://127.0.0.1:9"))
    address = somebody.begin(dc="us")
    assert address.startswith(sim.other_accounts_url)
    somebody.come_back(somebody.consent(address.replace(sim.other_accounts_url, sim.accounts_url)))
    made = Connection.objects.get()
    assert made.settings["dc"] == "eu"
    assert "Zoho Books answers" in connect.check_connection(made)


def test_another_accounts_server_can_be_given_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator, or a proxy: none of Zoho's own."""
    with ZohoBooksSimulator(contacts=5, seed=2) as sim:
        somebody = Somebody(logged_in(person(Role.OWNER)), sim)
        somebody.connect(accounts_url=sim.accounts_url + "/")
        made = Connection.objects.get()
        assert (made.settings["accounts_url"], made.settings["dc"]) == (sim.accounts_url, "eu")
        assert "api_url" not in made.settings, "Zoho says where its API is"
        assert "Zoho Books answers" in connect.check_connection(made)


def test_secrets_are_in_no_address_no_page_and_encrypted_in_tables(
    busy: Somebody, caplog: pytest.LogCaptureFixture
) -> None:
    busy.connect()
    stored = [session.get_decoded() for session in Session.objects.all()] + list(PendingLogin.objects.values())
    choice = next(address for address in busy.seen if "/connections/login/" in address)
    login = encryption.unseal(PendingLogin.objects.get().sealed)["login"]
    busy.seen.append(busy.client.post(choice, {"tenant": busy.sim.organization_ids[0]}).content.decode())
    made = Connection.objects.get()
    secrets = [*encryption.unseal(made.secrets).values(), *encryption.unseal(Token.objects.get().sealed).values()]
    assert len(secrets) == 3
    assert all(secret in login for secret in secrets), "the row that was looked at held them all"
    asked = [f"{request['path']} {request['query']}" for request in busy.sim.control.requests()]
    shown = "".join([*busy.seen, *asked, str(stored), str(made.settings), caplog.text])
    for secret in secrets:
        assert secret not in shown
    assert not PendingLogin.objects.exists()
    assert "connect_again" not in str([session.get_decoded() for session in Session.objects.all()])
