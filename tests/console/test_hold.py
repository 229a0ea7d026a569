"""A restored install says on every page that it is on hold; an owner ends that with one button."""

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.console.site.permissions import Role
from counterfoil.mirror import hold
from counterfoil.mirror.models import Installation
from tests.console import making
from tests.console.people import logged_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGES = ("/", "/customers/", "/runs/", "/users/")


@pytest.fixture
def on_hold(db: None) -> None:
    making.connection()
    hold.hold(timezone.now(), timezone.now())


def test_every_page_says_that_the_install_is_on_hold(on_hold: None, boss: Client) -> None:
    for page in PAGES:
        shown = boss.get(page).content.decode()
        assert "Nothing is synced or sent, and webhooks wait." in shown, page
        assert shown.count(">Go live</button>") == 1
    assert "On hold" not in Client().get("/login/").content.decode()


def test_an_owner_lets_it_go_live_and_it_is_kept_who(on_hold: None) -> None:
    owner = person(Role.OWNER)
    answer = logged_in(owner).post("/go-live/", follow=True)
    shown = answer.content.decode()
    assert "This Counterfoil is live" in shown
    assert "Nothing is synced or sent" not in shown
    row = Installation.objects.get()
    assert (row.held_at, row.released_by) == (None, owner)


def test_nobody_else_can(on_hold: None, viewer: Client) -> None:
    shown = viewer.get("/").content.decode()
    assert "An owner can let it continue." in shown
    assert "Go live" not in shown
    operator = logged_in(person(Role.OPERATOR))
    assert operator.post("/go-live/").status_code == 403
    assert operator.get("/go-live/").status_code == 405
    assert hold.is_held()
