"""Who looks, and nothing remembered from another test."""

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
    """Facets are cached for a minute."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def boss(db: None) -> Client:
    """Somebody who may do everything."""
    return logged_in(User.objects.create_superuser("boss"))


@pytest.fixture
def viewer(db: None) -> Client:
    """Somebody who may look at everything and press nothing."""
    return logged_in(person(Role.VIEWER))


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody with a login and no leave for anything."""
    return logged_in(User.objects.create_user("stranger", is_staff=True))


@pytest.fixture
def anna(transactional_db: None) -> Client:
    """A clerk."""
    return logged_in(person(Role.CLERK, "anna"))


@pytest.fixture
def edited(mirror: Mirrored) -> Edited:
    """A mirror whose customers are edited and pushed; a first sync is done."""
    return Edited.of(mirror)


@pytest.fixture
def somebody(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Somebody]:
    """Somebody with the role that connects, and with one organisation in Zoho Books."""
    with ZohoBooksSimulator(contacts=5, seed=2) as simulator:
        yield _customer_of(simulator, monkeypatch)


@pytest.fixture
def busy(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Somebody]:
    """The same, with three organisations."""
    with ZohoBooksSimulator(organizations=3, contacts=5, seed=2) as simulator:
        yield _customer_of(simulator, monkeypatch)


def _customer_of(simulator: ZohoBooksSimulator, monkeypatch: pytest.MonkeyPatch) -> Somebody:
    """The simulator plays the data centre "eu"."""
    monkeypatch.setitem(oauth.DATA_CENTRES, "eu", DataCentre(simulator.accounts_url, simulator.api_url))
    return Somebody(logged_in(person(Role.OWNER)), simulator)
