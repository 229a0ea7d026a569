"""A connection is paused, renamed and removed on its page, by those who may."""

import pytest
from django.test import Client

from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Connection, Customer, Schedule
from counterfoil.worker import removal
from tests.console.asking import page
from tests.console.people import logged_in, person
from tests.support.mirrored import Mirrored


@pytest.fixture
def acme(mirror: Mirrored) -> Connection:
    mirror.sync()
    return mirror.connection


def test_a_connection_is_paused_and_resumed_with_one_click_each(acme: Connection) -> None:
    operator = logged_in(person(Role.OPERATOR))
    assert operator.post(f"/connections/{acme.pk}/pause/").status_code == 302
    shown = page(operator, f"/connections/{acme.pk}/")
    assert "Webhooks are stored until you resume it" in shown
    assert "Sync now" not in shown
    assert "Paused" in page(operator, "/")
    refused = operator.post(f"/connections/{acme.pk}/sync/", follow=True)
    assert "is paused" in refused.content.decode()
    operator.post(f"/connections/{acme.pk}/unpause/")
    assert "Sync now" in page(operator, f"/connections/{acme.pk}/")


def test_removing_asks_for_the_name_and_what_happens_to_the_records(boss: Client, acme: Connection) -> None:
    address = f"/connections/{acme.pk}/remove/"
    asked = page(boss, address)
    assert "<b>250</b> customers" in asked
    for form in ({"name": "acme"}, {"records": "keep", "name": "Acme"}, {"records": "burn", "name": "acme"}):
        assert boss.post(address, form).status_code == 400
    assert Connection.objects.get().removed_at is None
    done = boss.post(address, {"records": "keep", "name": "acme"}, follow=True)
    assert "Its records are kept, read-only." in done.content.decode()
    assert Schedule.objects.count() == 0
    row = Customer.objects.earliest("id")
    shown = page(boss, f"/customers/{row.pk}/")
    assert "Its connection was removed" in shown
    assert f"/customers/{row.pk}/edit/" not in shown
    assert f"/customers/{row.pk}/sync/" not in shown
    assert "acme (removed)" in shown
    assert "/pause/" not in page(boss, f"/connections/{acme.pk}/")


def test_kept_records_can_be_deleted_afterwards(boss: Client, acme: Connection) -> None:
    address = f"/connections/{acme.pk}/remove/"
    boss.post(address, {"records": "keep", "name": "acme"})
    boss.post(address, {"records": "delete", "name": "acme (removed)"})
    assert removal.Removals().process_due() == 1
    assert (Connection.objects.count(), Customer.objects.count()) == (0, 0)


def test_only_those_who_may_add_connections_remove_and_rename_them(acme: Connection) -> None:
    operator = logged_in(person(Role.OPERATOR))
    assert operator.post(f"/connections/{acme.pk}/remove/", {"records": "keep", "name": "acme"}).status_code == 403
    assert "/remove/" not in page(operator, f"/connections/{acme.pk}/")
    viewer = logged_in(person(Role.VIEWER, "vera"))
    for what in ("pause", "unpause"):
        assert viewer.post(f"/connections/{acme.pk}/{what}/").status_code == 403
    assert 'name="new_name"' not in page(operator, f"/connections/{acme.pk}/")
    assert 'name="new_name"' in page(logged_in(person(Role.OWNER, "olga")), f"/connections/{acme.pk}/")
