"""Users of the console, and caches that are empty before each test."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from counterfoil.connectors.zoho_books import oauth
from counterfoil.connectors.zoho_books.oauth import DataCentre
from counterfoil.console.site.permissions import Role
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.console.people import logged_in, person
from tests.console.zoho_login import Somebody
from tests.edits.conftest import Edited
from tests.support.mirrored import Mirrored


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Empty the cache, which keeps facets for a minute."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def boss(db: None) -> Client:
    """Log in as a superuser."""
    return logged_in(User.objects.create_superuser("boss"))


@pytest.fixture
def viewer(db: None) -> Client:
    """Log in as a viewer, who sees everything and may change nothing."""
    return logged_in(person(Role.VIEWER))


@pytest.fixture
def stranger(db: None) -> Client:
    """Log in as a user without any permission."""
    return logged_in(User.objects.create_user("stranger", is_staff=True))


@pytest.fixture
def anna(transactional_db: None) -> Client:
    """Log in as a clerk."""
    return logged_in(person(Role.CLERK, "anna"))


@pytest.fixture
def edited(mirror: Mirrored) -> Edited:
    """Prepare a synced mirror whose customers can be edited and sent."""
    return Edited.of(mirror)


@pytest.fixture
def somebody(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Somebody]:
    """Log in as an owner with one organisation in Zoho Books."""
    with ZohoBooksSimulator(contacts=5, seed=2) as simulator:
        yield _customer_of(simulator, monkeypatch)


@pytest.fixture
def busy(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Somebody]:
    """Log in as an owner with three organisations in Zoho Books."""
    with ZohoBooksSimulator(organizations=3, contacts=5, seed=2) as simulator:
        yield _customer_of(simulator, monkeypatch)


def _customer_of(simulator: ZohoBooksSimulator, monkeypatch: pytest.MonkeyPatch) -> Somebody:
    """Let the simulator play the data centre "eu"."""
    monkeypatch.setitem(oauth.DATA_CENTRES, "eu", DataCentre(simulator.accounts_url, simulator.api_url))
    return Somebody(logged_in(person(Role.OWNER)), simulator)
