"""Who looks, and nothing remembered from another test."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from counterfoil.console.roles import Role
from tests.console.people import logged_in, person


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
