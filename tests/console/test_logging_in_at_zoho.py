"""Connecting Zoho Books by logging in there: over real HTTP to the simulated Zoho, with its accounts server."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from counterfoil.connectors.zoho_books import oauth
from counterfoil.connectors.zoho_books.oauth import DataCentre
from counterfoil.console.roles import Role
from counterfoil.mirror import connections, vault
from counterfoil.mirror.models import Allowance, Connection, PendingLogin, Token
from counterfoil.mirror.worker import Worker
from counterfoil.simulator.zoho_books import ZohoBooksSimulator
from tests.console.asking import fields, page
from tests.console.people import belongs_to, logged_in, person
from tests.console.zoho_login import ADD, BACK, Somebody

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZohoBooksSimulator]:
    """A user of one organisation, at the data centre "eu"."""
    with ZohoBooksSimulator(contacts=5, seed=2) as simulator:
        monkeypatch.setitem(oauth.DATA_CENTRES, "eu", DataCentre(simulator.accounts_url, simulator.api_url))
        yield simulator


@pytest.fixture
def owner(sim: ZohoBooksSimulator) -> Somebody:
    """Somebody with the role that connects."""
    return Somebody(logged_in(person(Role.OWNER)), sim)


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Somebody]:
    """The same, as a user of three organisations."""
    with ZohoBooksSimulator(organizations=3, contacts=5, seed=2) as simulator:
        monkeypatch.setitem(oauth.DATA_CENTRES, "eu", DataCentre(simulator.accounts_url, simulator.api_url))
        yield Somebody(logged_in(person(Role.OWNER)), simulator)


def key_of(connection: Connection) -> str:
    """Where its address and key are changed."""
    return f"/mirror/connection/{connection.pk}/key/"


def unfinished(answer: Any) -> str:
    """The plain page on which a login ends that this session has not begun."""
    assert answer.status_code == 400
    assert not Connection.objects.exists()
    shown: str = answer.content.decode()
    assert "Nothing was connected" in shown
    assert "Begin it again" in shown
    return shown


def test_the_page_shows_the_redirect_uri_that_is_registered_and_sent(owner: Somebody) -> None:
    shown = page(owner.client, ADD)
    assert "http://testserver/mirror/connection/login/" in shown
    assert "authorised redirect URI" in shown
    sent = dict(parse_qsl(urlsplit(owner.begin()).query))
    assert sent["redirect_uri"] == "http://testserver/mirror/connection/login/"


def test_they_are_sent_to_their_data_centre_to_give_leave_to_read(owner: Somebody) -> None:
    address = owner.begin()
    assert address.startswith(f"{owner.sim.accounts_url}/oauth/v2/auth?")
    sent = dict(parse_qsl(urlsplit(address).query))
    assert (sent["response_type"], sent["access_type"], sent["prompt"]) == ("code", "offline", "consent")
    assert sent["client_id"] == owner.sim.client_id
    assert sent["scope"] == ",".join(oauth.SCOPES)
    assert all(scope.endswith(".READ") for scope in oauth.SCOPES)
    assert len(sent["state"]) >= 43, "256 bits"
    assert dict(parse_qsl(urlsplit(owner.begin()).query))["state"] != sent["state"]


def test_a_login_connects_the_only_organisation_with_its_country(owner: Somebody) -> None:
    shown = owner.connect(window_days="90")
    organization = owner.sim.control.organizations()[0]
    made = Connection.objects.get()
    assert made.settings == {
        "dc": "eu",
        "client_id": owner.sim.client_id,
        "window_days": "90",
        "organization": organization["organization_id"],
    }
    assert (made.name, made.owner, made.country) == ("books", None, organization["country_code"])
    assert vault.unseal(made.secrets).keys() == {"client_secret", "refresh_token"}
    assert f"organisation {organization['name']}" in shown
    assert "as Zoho Books says" in shown


def test_a_country_that_somebody_chose_stays(owner: Somebody) -> None:
    owner.connect(country="Netherlands")
    assert Connection.objects.get().country == "NL"


def test_the_token_of_the_login_is_kept_and_no_other_one_asked_for(owner: Somebody) -> None:
    owner.connect()
    made = Connection.objects.get()
    assert Token.objects.get().connection_id == made.pk
    connections.check(made)
    assert owner.sim.control.stats()["tokens_issued"] == 1


def test_the_refresh_token_of_the_login_goes_on_when_that_token_has_ended(owner: Somebody) -> None:
    owner.connect()
    owner.sim.control.expire_tokens()
    assert "Zoho Books answers" in connections.check(Connection.objects.get())


def test_of_several_organisations_one_is_chosen(busy: Somebody) -> None:
    shown = busy.connect()
    assert not Connection.objects.exists()
    organizations = busy.sim.control.organizations()
    assert all(organization["name"] in shown for organization in organizations)
    choice = next(address for address in busy.seen if address.startswith(BACK))
    nothing = busy.client.post(choice)
    assert "Choose one of them" in nothing.content.decode()
    another = busy.client.post(choice, {"tenant": "60000000001"})
    assert "Choose one of them" in another.content.decode()
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


def test_a_choice_is_nobody_elses(busy: Somebody) -> None:
    busy.connect()
    choice = next(address for address in busy.seen if address.startswith(BACK))
    other = logged_in(User.objects.create_superuser("boss"))
    assert unknown_choice(other, choice)
    assert page(busy.client, choice)
    PendingLogin.objects.update(until=timezone.now())
    assert unknown_choice(busy.client, choice)


def test_a_state_is_good_for_one_return(owner: Somebody) -> None:
    brought = owner.consent(owner.begin())
    owner.come_back(brought)
    Connection.objects.all().delete()
    unfinished(owner.come_back(brought))


@pytest.mark.parametrize("state", [None, "", "guessed", "\0", "ü" * 3000])
def test_without_the_right_state_nothing_is_asked_of_zoho(owner: Somebody, state: str | None) -> None:
    brought = owner.consent(owner.begin())
    del brought["state"]
    unfinished(owner.come_back(brought if state is None else {**brought, "state": state}))
    assert owner.sim.control.stats()["tokens_issued"] == 0


def test_a_login_waits_for_ten_minutes(owner: Somebody) -> None:
    brought = owner.consent(owner.begin())
    waits = PendingLogin.objects.get().until - timezone.now()
    assert timedelta(minutes=9) < waits <= timedelta(minutes=10)
    PendingLogin.objects.update(until=timezone.now())
    unfinished(owner.come_back(brought))
    owner.begin()
    assert PendingLogin.objects.count() == 1, "the old one is forgotten, with its secrets"


def test_a_worker_forgets_a_login_that_nobody_came_back_from(owner: Somebody) -> None:
    owner.begin()
    worker = Worker()
    worker._work()
    assert PendingLogin.objects.exists()
    PendingLogin.objects.update(until=timezone.now())
    worker._work()
    assert not PendingLogin.objects.exists()


def test_another_session_cannot_finish_a_login(owner: Somebody) -> None:
    brought = owner.consent(owner.begin())
    boss = Somebody(logged_in(User.objects.create_superuser("boss")), owner.sim)
    unfinished(boss.come_back(brought))
    same_person = Somebody(logged_in(User.objects.get(username="owner")), owner.sim)
    unfinished(same_person.come_back(brought))
    assert owner.sim.control.stats()["tokens_issued"] == 0
    owner.come_back(brought)
    assert Connection.objects.get().name == "books"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CLERK, Role.OPERATOR])
def test_whoever_may_not_connect_reaches_no_step(owner: Somebody, role: Role) -> None:
    brought = owner.consent(owner.begin())
    somebody = Somebody(logged_in(person(role)), owner.sim)
    assert somebody.client.post(ADD, somebody.form()).status_code == 403
    assert somebody.come_back(brought).status_code == 403
    assert somebody.client.get(f"{BACK}1/").status_code == 403
    assert Client().get(BACK)["Location"].startswith("/login/")


def test_leave_that_was_taken_away_meanwhile_counts(owner: Somebody) -> None:
    brought = owner.consent(owner.begin())
    user = User.objects.get(username="owner")
    user.groups.clear()
    assert owner.come_back(brought).status_code == 403
    assert not Connection.objects.exists()


def test_saying_no_at_zoho_is_taken_kindly(owner: Somebody) -> None:
    owner.sim.control.switch(consent="refuse")
    shown = owner.connect()
    assert "You said no at Zoho, so nothing was connected." in shown
    assert not Connection.objects.exists()


def test_after_a_failure_the_form_says_again_what_was_typed_but_for_secrets(owner: Somebody) -> None:
    typed = {"window_days": "90", "country": "Netherlands", "accounts_url": owner.sim.accounts_url}
    brought = owner.consent(owner.begin(**typed))
    owner.sim.control.fault("throttled", path="/oauth/v2/token")
    shown = owner.come_back(brought).content.decode()
    for said in ("books", "90", "NL", owner.sim.client_id, owner.sim.accounts_url):
        assert f'value="{said}"' in shown
    assert '<option value="eu" selected>' in shown
    assert owner.sim.client_secret not in shown
    assert fields(owner.client, ADD)["name"] == "", "it is said once"


@pytest.mark.parametrize(
    "named", ["{other}", "{other}/accounts", "https://accounts.zoho.evil", "zoho.com", "{home}.x"]
)
def test_the_client_secret_is_sent_to_no_server_that_is_not_known(owner: Somebody, named: str) -> None:
    with ZohoBooksSimulator(contacts=0, seed=9) as other:
        brought = owner.consent(owner.begin())
        brought["accounts-server"] = named.format(other=other.url, home=owner.sim.accounts_url)
        shown = owner.come_back(brought).content.decode()
        assert "none of its known data centres" in shown
        assert other.control.stats()["requests"] == 0
    assert owner.sim.control.stats()["tokens_issued"] == 0
    assert not Connection.objects.exists()


def test_an_account_in_another_data_centre_is_connected_there(
    owner: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zoho sends the browser on to where the account is, and says so when it comes back."""
    sim = owner.sim
    monkeypatch.setitem(oauth.DATA_CENTRES, "us", DataCentre(sim.other_accounts_url, "http://127.0.0.1:9"))
    address = owner.begin(dc="us")
    assert address.startswith(sim.other_accounts_url)
    owner.come_back(owner.consent(address.replace(sim.other_accounts_url, sim.accounts_url)))
    made = Connection.objects.get()
    assert made.settings["dc"] == "eu"
    assert "Zoho Books answers" in connections.check(made)


def test_another_accounts_server_can_be_given_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator, or a proxy: none of Zoho's own."""
    with ZohoBooksSimulator(contacts=5, seed=2) as sim:
        somebody = Somebody(logged_in(person(Role.OWNER)), sim)
        somebody.connect(accounts_url=sim.accounts_url + "/")
        made = Connection.objects.get()
        assert (made.settings["accounts_url"], made.settings["dc"]) == (sim.accounts_url, "eu")
        assert "api_url" not in made.settings, "Zoho says where its API is"
        assert "Zoho Books answers" in connections.check(made)


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
def test_what_cannot_work_is_said_before_anybody_is_sent_away(
    owner: Somebody, wrong: dict[str, str], said: str
) -> None:
    answer = owner.client.post(ADD, owner.form(**wrong))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not PendingLogin.objects.exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "throttled"}, "too many tokens were asked for"),
        ({"kind": "html_error", "status": 503}, "answered with status 503"),
        ({"kind": "interstitial"}, "not in JSON"),
        ({"kind": "oauth_error", "error": "invalid_client"}, "does not know this client id"),
        ({"kind": "oauth_error", "error": "invalid_client_secret"}, "does not accept this client secret"),
        ({"kind": "oauth_error", "error": "general_error"}, "gives no access token (general_error)"),
        ({"kind": "oauth_error", "error": "<b>odd</b>"}, "gives no access token (no reason given)"),
        ({"kind": "dropped"}, "broke off"),
    ],
)
def test_what_goes_wrong_at_the_accounts_server_is_a_line_on_the_form(
    owner: Somebody, fault: dict[str, Any], said: str
) -> None:
    brought = owner.consent(owner.begin())
    owner.sim.control.fault(path="/oauth/v2/token", **fault)
    assert_on_the_form(owner, brought, said)


def test_a_wrong_client_secret_is_a_line_on_the_form(owner: Somebody) -> None:
    brought = owner.consent(owner.begin(client_secret="mistyped-81"))
    assert_on_the_form(owner, brought, "does not accept this client secret")


def test_a_code_that_is_old_or_used_is_a_line_on_the_form(owner: Somebody) -> None:
    brought = owner.consent(owner.begin())
    owner.sim.control.clock_move(121)
    assert_on_the_form(owner, brought, "was used already, or two minutes have gone by")


def test_a_code_for_another_redirect_uri_is_a_line_on_the_form(owner: Somebody) -> None:
    brought = owner.consent(owner.begin(), redirect_uri="http://elsewhere/mirror/connection/login/")
    assert_on_the_form(owner, brought, "Register exactly the redirect URI that is shown here")


def test_an_answer_without_a_refresh_token_is_a_line_on_the_form(owner: Somebody) -> None:
    brought = owner.consent(owner.begin(), access_type="online")
    assert_on_the_form(owner, brought, "Zoho gave no refresh token")


def test_a_login_that_zoho_ends_is_a_line_on_the_form(owner: Somebody) -> None:
    state = owner.consent(owner.begin())["state"]
    assert_on_the_form(owner, {"state": state, "error": "invalid_scope"}, "without a code (invalid_scope)")


def test_an_accounts_server_that_does_not_answer_is_a_line_on_the_form(owner: Somebody) -> None:
    brought = owner.consent(owner.begin())
    owner.sim.stop()
    assert_on_the_form(owner, brought, "cannot be reached (connection refused)")


def test_leave_for_too_little_is_a_line_on_the_form(owner: Somebody) -> None:
    brought = owner.consent(owner.begin(), scope="ZohoBooks.contacts.READ")
    assert_on_the_form(owner, brought, "scope or revoked")


def test_a_name_that_was_taken_meanwhile_renews_no_other_connection(owner: Somebody) -> None:
    brought = owner.consent(owner.begin())
    taken = Connection.objects.create(name="Books", connector="zoho_books", settings={"organization": "1"})
    shown = owner.come_back(brought).content.decode()
    assert "There is a connection called “books” by now" in shown
    assert Connection.objects.get().settings == taken.settings


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


def test_secrets_stand_in_no_address_and_page_and_unsealed_in_no_table(
    busy: Somebody, caplog: pytest.LogCaptureFixture
) -> None:
    busy.connect()
    stored = [session.get_decoded() for session in Session.objects.all()] + list(PendingLogin.objects.values())
    choice = next(address for address in busy.seen if address.startswith(BACK))
    login = vault.unseal(PendingLogin.objects.get().sealed)["login"]
    busy.seen.append(busy.client.post(choice, {"tenant": busy.sim.organization_ids[0]}).content.decode())
    made = Connection.objects.get()
    secrets = [*vault.unseal(made.secrets).values(), *vault.unseal(Token.objects.get().sealed).values()]
    assert len(secrets) == 3
    assert all(secret in login for secret in secrets), "the row that was looked at held them all"
    asked = [f"{request['path']} {request['query']}" for request in busy.sim.control.requests()]
    shown = "".join([*busy.seen, *asked, str(stored), str(made.settings), caplog.text])
    for secret in secrets:
        assert secret not in shown
    assert not PendingLogin.objects.exists()
    assert "connect_again" not in str([session.get_decoded() for session in Session.objects.all()])


def existing(sim: ZohoBooksSimulator, organization: int = 0) -> Connection:
    """A connection whose tokens were revoked."""
    made = Connection.objects.create(
        name="head office",
        connector="zoho_books",
        country="NL",
        settings={
            "dc": "eu",
            "organization": sim.organization_ids[organization],
            "client_id": "1000.OLD",
            "rate": 0,
        },
        secrets=vault.seal({"client_secret": "old", "refresh_token": "1000.dead"}),
    )
    Allowance.objects.create(connection=made)
    return made


def test_a_login_renews_a_connection_which_keeps_owner_name_country_and_organisation(busy: Somebody) -> None:
    made = existing(busy.sim, organization=2)
    user = User.objects.get(username="owner")
    belongs_to(made, user)
    shown = busy.connect(key_of(made))
    assert busy.sim.control.organizations()[2]["name"] in shown
    made = Connection.objects.get()
    assert (made.name, made.owner, made.country) == ("head office", user, "NL")
    assert (made.settings["organization"], made.settings["rate"]) == (busy.sim.organization_ids[2], 0)
    assert vault.unseal(made.secrets)["client_secret"] == busy.sim.client_secret
    assert "Zoho Books answers" in connections.check(made)


def test_a_login_that_does_not_open_the_same_organisation_renews_nothing(owner: Somebody) -> None:
    made = existing(owner.sim)
    Connection.objects.update(settings={**made.settings, "organization": "60000000001"})
    before = Connection.objects.values().get()
    shown = owner.connect(key_of(made))
    assert "head office is a connection to 60000000001 in Zoho Books, which this login does not open" in shown
    assert Connection.objects.values().get() == before


def test_renewing_by_a_login_draws_on_the_allowance_of_its_connection(owner: Somebody) -> None:
    """Law 7, one budget per connection."""
    made = existing(owner.sim)
    owner.connect(key_of(made))
    assert Allowance.objects.get().daily_remaining is not None


def test_a_connection_that_somebody_sees_no_more_is_not_renewed_by_them(owner: Somebody) -> None:
    made = existing(owner.sim)
    brought = owner.consent(owner.begin(key_of(made)))
    belongs_to(made, User.objects.create_user("other"))
    assert owner.come_back(brought).status_code == 404
    assert vault.unseal(Connection.objects.get().secrets)["client_secret"] == "old"
