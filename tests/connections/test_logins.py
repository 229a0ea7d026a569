"""A login is used once, whatever number of browsers return with it, and is unreadable in the database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connections

from counterfoil.connections import browser_login
from counterfoil.connections.browser_login import Login, Visit
from counterfoil.connections.connect import Draft
from counterfoil.errors import NotFound
from counterfoil.mirror.models import PendingLogin

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6
SECRET = "sesame-7f3a"


@pytest.fixture
def visit() -> Visit:
    """Make a request with a session."""
    return Visit(User.objects.create_user("anna").pk, "a-session-key")


def begun(visit: Visit) -> str:
    """Return the `state` of a pending login."""
    draft = Draft("books", "zoho_books", {"dc": "eu", "client_id": "1000.ABC"}, {"client_secret": SECRET})
    address = browser_login.begin(Login(draft, "https://office.example/mirror/connection/login/"), visit)
    return dict(parse_qsl(urlsplit(address).query))["state"]


def test_of_several_simultaneous_returns_one_gets_the_login(visit: Visit) -> None:
    state, ready = begun(visit), Barrier(AT_ONCE)

    def come_back(_: int) -> bool:
        ready.wait()
        try:
            return browser_login.consume(state, visit).draft.secrets == {"client_secret": SECRET}
        except NotFound:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert sum(threads.map(come_back, range(AT_ONCE))) == 1
    assert not PendingLogin.objects.exists()


def test_secret_state_and_session_are_unreadable_in_the_database(visit: Visit) -> None:
    state = begun(visit)
    stored = str(PendingLogin.objects.values().get())
    for hidden in (SECRET, state, visit.session, "1000.ABC"):
        assert hidden not in stored
    assert SECRET not in repr(browser_login.consume(state, visit))
