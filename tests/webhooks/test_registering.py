"""Registration: requested once, the secret stored encrypted, an unknown result never simply repeated."""

import json
from collections.abc import Iterator

import pytest

from counterfoil.connections import encryption
from counterfoil.errors import CounterfoilError, NotAllowed, NotPossibleNow, RetryLater
from counterfoil.mirror.models import Connection
from counterfoil.webhooks import register
from counterfoil.webhooks.endpoints import NEW, OLD
from counterfoil.webhooks.models import Endpoint
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.mirrored import Mirrored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
URL = "https://counterfoil.example.org/api/webhooks/robaws/customers"


@pytest.fixture
def acme(sim: RobawsSimulator) -> Connection:
    return Mirrored.connect(sim).connection


@pytest.fixture
def books() -> Iterator[Connection]:
    with ZohoBooksSimulator(contacts=5, invoices=5, rate=None) as simulator:
        yield Books.connect(simulator).connection


def test_the_upstream_registers_and_its_secret_is_stored_encrypted(acme: Connection, sim: RobawsSimulator) -> None:
    registered = register.register(acme, URL + "/")
    (theirs,) = sim.control.webhook_endpoints()
    assert (theirs["url"], theirs["events"]) == (URL, ["client.created", "client.updated"])
    assert (registered.endpoint.upstream_id, registered.endpoint.unsure, registered.secret) == (
        theirs["id"],
        False,
        "",
    )
    assert encryption.unseal(registered.endpoint.sealed) == {NEW: theirs["secret"]}
    assert theirs["secret"] not in json.dumps(list(Endpoint.objects.values()), default=str)


def test_the_same_address_is_never_registered_twice(acme: Connection, sim: RobawsSimulator) -> None:
    register.register(acme, URL)
    with pytest.raises(NotPossibleNow, match="everything would arrive twice"):
        register.register(acme, URL)
    assert len(sim.control.webhook_endpoints()) == 1


def test_a_key_that_may_not_register_leaves_nothing_behind(acme: Connection, sim: RobawsSimulator) -> None:
    sim.control.fault("forbidden", path="/webhook-endpoints", method="POST")
    with pytest.raises(NotAllowed):
        register.register(acme, URL)
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("fault", ["dropped", "server_error", "truncated"])
def test_a_registration_of_unknown_outcome_is_not_simply_repeated(
    acme: Connection, sim: RobawsSimulator, fault: str
) -> None:
    sim.control.reset_stats()
    sim.control.fault(fault, path="/webhook-endpoints", method="POST")
    with pytest.raises(RetryLater, match="may or may not have registered"):
        register.register(acme, URL)
    assert sim.control.stats()["requests"] == 1
    assert Endpoint.objects.get().unsure
    sim.control.clear_faults()
    with pytest.raises(NotPossibleNow):
        register.register(acme, URL)
    register.forget(acme, URL)
    assert register.register(acme, URL).endpoint.upstream_id


@pytest.mark.parametrize(
    "url",
    [
        "http://counterfoil.example.org/api/webhooks/robaws/customers",
        "https://counterfoil.example.org/",
        "https://counterfoil.example.org/api/webhooks/robaws/customers/somebody-else",
        "https://counterfoil.example.org/api/webhooks/zoho/1",
        "counterfoil.example.org/api/webhooks/robaws/customers",
        f"{URL}?key=1",
        "https:///api/webhooks/robaws/customers",
    ],
)
def test_an_address_that_nothing_listens_at_is_refused(acme: Connection, sim: RobawsSimulator, url: str) -> None:
    with pytest.raises(CounterfoilError):
        register.register(acme, url)
    assert not sim.control.webhook_endpoints()
    assert not Endpoint.objects.exists()


def test_a_person_registers_at_zoho_so_a_secret_is_made_and_shown_once(books: Connection) -> None:
    registered = register.register(books, f"https://counterfoil.example.org/api/webhooks/zoho/{books.pk}")
    assert registered.secret.isalnum()
    assert 12 <= len(registered.secret) <= 50
    assert encryption.unseal(registered.endpoint.sealed) == {NEW: registered.secret}


def test_a_rotation_keeps_the_old_secret_until_it_is_dropped(acme: Connection) -> None:
    first = register.accept(acme, URL, "the-first")
    second = register.accept(acme, URL, "the-second")
    assert first.pk == second.pk
    assert encryption.unseal(second.sealed) == {NEW: "the-second", OLD: "the-first"}
    assert register.drop_old_secret(second)
    assert encryption.unseal(Endpoint.objects.get().sealed) == {NEW: "the-second"}
    assert not register.drop_old_secret(second)
