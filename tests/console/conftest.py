"""Who looks, and nothing remembered from another test."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Facets are cached for a minute."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def boss(db: None) -> Client:
    """Somebody who may do everything."""
    return _logged_in(User.objects.create_superuser("boss"))


@pytest.fixture
def viewer(db: None) -> Client:
    """Somebody who may look at everything and press nothing."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return _logged_in(user)


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody with a login and no leave for anything."""
    return _logged_in(User.objects.create_user("stranger", is_staff=True))


def _logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
