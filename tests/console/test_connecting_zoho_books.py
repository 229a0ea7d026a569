"""Connecting Zoho Books from the console: what may be left out is, and what is wrong is said."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from counterfoil.connections import encryption
from counterfoil.connectors.zoho_books import oauth
from counterfoil.connectors.zoho_books.oauth import DataCentre
from counterfoil.mirror.models import Connection, Token
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.console.asking import page
from tests.console.people import logged_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ADD = "/connections/add/?kind=zoho_books"


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZohoBooksSimulator]:
    """Let it play the data centre "eu", so that no other addresses are needed."""
    with ZohoBooksSimulator(contacts=5, seed=2) as simulator:
        monkeypatch.setitem(oauth.DATA_CENTRES, "eu", DataCentre(simulator.accounts_url, simulator.api_url))
        yield simulator


@pytest.fixture
def owner() -> Client:
    """Somebody who may do everything."""
    return logged_in(User.objects.create_superuser("boss"))


def form(sim: ZohoBooksSimulator, **others: str) -> dict[str, str]:
    """Return what a user types."""
    said = {
        "name": "books",
        "dc": "eu",
        "organization": sim.organization_ids[0],
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "refresh_token": sim.refresh_token,
        "window_days": "",
        "country": "Belgium",
    }
    return {**said, **others}


def test_a_connection_is_stored_with_the_token_that_its_check_got(owner: Client, sim: ZohoBooksSimulator) -> None:
    answer = owner.post(ADD, form(sim))
    made = Connection.objects.get()
    assert answer["Location"] == f"/connections/{made.pk}/"
    assert made.connector == "zoho_books"
    assert made.settings == {"dc": "eu", "organization": sim.organization_ids[0], "client_id": sim.client_id}
    assert encryption.unseal(made.secrets).keys() == {"client_secret", "refresh_token"}
    assert Token.objects.get().connection_id == made.pk
    shown = page(owner, f"/connections/{made.pk}/") + page(owner, f"/connections/{made.pk}/key/")
    assert sim.refresh_token not in shown
    assert sim.client_secret not in shown


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dc": "mars"}, "Select a valid choice"),
        ({"organization": "60000000001"}, "organisation or the data centre is wrong"),
        ({"refresh_token": "1000.dead"}, "does not accept this refresh token"),
        ({"window_days": "a year"}, "is not a number of days"),
        ({"organization": ""}, "This field is required"),
    ],
)
def test_wrong_input_is_explained_and_nothing_is_stored(
    owner: Client, sim: ZohoBooksSimulator, wrong: dict[str, str], said: str
) -> None:
    answer = owner.post(ADD, form(sim, **wrong))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Connection.objects.exists()
    assert not Token.objects.exists()


def test_without_a_chosen_country_it_is_the_organisations_own(owner: Client, sim: ZohoBooksSimulator) -> None:
    answer = owner.post(ADD, form(sim, country=""), follow=True)
    assert Connection.objects.get().country == sim.control.organizations()[0]["country_code"] != "BE"
    assert "as in Zoho Books" in answer.content.decode()


def test_without_a_country_from_the_organisation_the_default_is_used(
    owner: Client, sim: ZohoBooksSimulator
) -> None:
    sim.control.switch(organizations_tell_country=False)
    answer = owner.post(ADD, form(sim, country=""), follow=True)
    assert Connection.objects.get().country == "BE"
    assert "does not give a country, so the default is BE" in answer.content.decode()


def test_emptying_an_address_restores_the_default(owner: Client, sim: ZohoBooksSimulator) -> None:
    owner.post(ADD, form(sim, api_url=sim.api_url + "/"))
    made = Connection.objects.get()
    assert made.settings["api_url"] == sim.api_url
    assert owner.post(f"/connections/{made.pk}/key/", form(sim)).status_code == 302
    assert Connection.objects.get().settings["api_url"] == ""
