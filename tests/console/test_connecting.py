"""Connecting from the console: nothing is stored untried, nothing stored is shown."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from counterfoil.connections import encryption
from counterfoil.mirror.models import Allowance, Connection
from counterfoil_simulators.robaws import RobawsSimulator
from tests.console import making
from tests.console.asking import fields, page
from tests.console.people import logged_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ADD = "/connections/add/"


@pytest.fixture
def owner() -> Client:
    """Somebody who may do everything."""
    return logged_in(User.objects.create_superuser("boss"))


def form(sim: RobawsSimulator, **others: str) -> dict[str, str]:
    """Return what a user types."""
    said = {"name": "acme", "base_url": sim.base_url, "api_key": sim.api_key, "api_secret": sim.api_secret}
    return {**said, "country": "Belgium", **others}


def key_of(connection: Connection) -> str:
    """Where its address and key are changed."""
    return f"/connections/{connection.pk}/key/"


def test_a_connection_is_stored_once_a_real_call_has_worked(owner: Client, sim: RobawsSimulator) -> None:
    refused = owner.post(ADD, form(sim, api_secret="mistyped-81"))
    assert refused.status_code == 200
    assert "does not accept this API key and secret" in refused.content.decode()
    assert not Connection.objects.exists()

    answer = owner.post(ADD, form(sim))
    made = Connection.objects.get()
    assert answer["Location"] == f"/connections/{made.pk}/"
    assert (made.name, made.connector, made.country) == ("acme", "robaws", "BE")
    assert encryption.unseal(made.secrets) == {"api_key": sim.api_key, "api_secret": sim.api_secret}
    assert made.settings == {"base_url": sim.base_url}


def test_no_page_contains_a_secret(owner: Client, sim: RobawsSimulator) -> None:
    wrong = owner.post(ADD, form(sim, api_secret="mistyped-81", country="Atlantis"))
    assert "mistyped-81" not in wrong.content.decode()
    assert sim.api_key not in wrong.content.decode()
    owner.post(ADD, form(sim))
    made = Connection.objects.get()
    for address in (key_of(made), f"/connections/{made.pk}/", "/connections/", "/"):
        shown = page(owner, address)
        assert sim.api_secret not in shown
        assert sim.api_key not in shown


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "ACME"}, "There is already a connection called “ACME”"),
        ({"name": ""}, "This field is required"),
        ({"name": "n" * 81}, "at most 80 characters"),
        ({"country": "Atlantis"}, "“Atlantis” is not a country"),
        ({"base_url": "not an address"}, "does not start with http:// or https://"),
        ({"base_url": "https://upstream.invalid/api/v2"}, "upstream.invalid cannot be reached"),
        ({"api_secret": ""}, "This field is required"),
    ],
)
def test_wrong_input_is_explained_and_nothing_is_stored(
    owner: Client, sim: RobawsSimulator, wrong: dict[str, str], said: str
) -> None:
    acme = making.connection()
    before = (acme.secrets, acme.settings)
    answer = owner.post(ADD, form(sim, **{"name": "other", **wrong}))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    acme = Connection.objects.get()
    assert (acme.secrets, acme.settings) == before


def test_a_new_key_is_stored_only_once_it_works(owner: Client, sim: RobawsSimulator) -> None:
    acme = making.connection(country="NL")
    assert fields(owner, key_of(acme))["base_url"] == acme.settings["base_url"]
    new = {name: value for name, value in form(sim).items() if name not in {"name", "country"}}
    assert owner.post(key_of(acme), {**new, "api_key": "wrong"}).status_code == 200
    assert encryption.unseal(Connection.objects.get().secrets)["api_secret"] == making.SECRET

    assert owner.post(key_of(acme), new).status_code == 302
    acme = Connection.objects.get()
    assert (acme.name, acme.country, acme.settings["base_url"]) == ("acme", "NL", sim.base_url)
    assert encryption.unseal(acme.secrets)["api_secret"] == sim.api_secret


def test_a_stored_key_is_never_sent_to_another_address(owner: Client, sim: RobawsSimulator) -> None:
    acme = making.connection()
    answer = owner.post(key_of(acme), {"base_url": sim.base_url, "api_key": "", "api_secret": ""})
    assert answer.status_code == 200
    assert sim.control.stats()["requests"] == 0
    assert Connection.objects.get().settings == acme.settings


def test_testing_a_new_key_uses_the_allowance_of_its_connection(owner: Client, sim: RobawsSimulator) -> None:
    """Law 7, one budget per allowance."""
    acme = making.connection()
    Allowance.objects.filter(connection=acme).update(daily_remaining=None, daily_limit=None)
    owner.post(key_of(acme), form(sim))
    assert Allowance.objects.get().daily_remaining is not None


def test_a_file_is_changed_on_the_command_line_only(owner: Client) -> None:
    made = Connection.objects.create(name="sites", connector="file", settings={"path": "sites.csv"})
    answer = owner.get(key_of(made), follow=True)
    assert "only be changed on the command line" in answer.content.decode()
    assert key_of(made) not in page(owner, f"/connections/{made.pk}/")
