"""A connection says how its webhooks do: on its page, and on the overview in a line where something is wrong."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from counterfoil.mirror.models import Connection
from counterfoil.webhooks.models import DeliveryState, Endpoint, Refusal
from tests.console import making
from tests.console.asking import page
from tests.console.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def acme() -> Connection:
    """Make a Robaws connection."""
    return making.connection()


def card(client: Client, connection: Connection) -> str:
    """Return the card on its page."""
    cache.clear()
    shown = page(client, f"/connections/{connection.pk}/")
    (found,) = re.findall(r'<section class="cf-card" id="webhooks">(.*?)</section>', shown, re.DOTALL)
    return str(found)


def line(client: Client) -> str:
    """Return what the overview says about webhooks."""
    cache.clear()
    found = re.findall(r'#webhooks">Webhooks</a>: (.*?)</p>', page(client, "/"))
    return str(found[0]) if found else ""


def refused(connection: Connection | None, reason: str, count: int, days_ago: int = 0) -> None:
    """So many were turned away."""
    then = timezone.now() - timedelta(days=days_ago)
    Refusal.objects.create(
        connection=connection,
        upstream="robaws",
        reason=reason,
        day=timezone.localdate(then),
        count=count,
        last_at=then,
    )


@pytest.fixture
def well(acme: Connection) -> Connection:
    """One whose webhooks are well."""
    making.endpoint(acme, upstream_id="end-77")
    making.delivery(acme)
    return acme


def test_a_connection_without_webhooks_says_how_to_register_them(viewer: Client, acme: Connection) -> None:
    shown = card(viewer, acme)
    assert "Webhooks are not set up" in shown
    address = f"https://counterfoil.example.com/api/webhooks/robaws/customers/{acme.pk}"
    assert f"counterfoil webhooks register acme --url {address}" in shown
    assert line(viewer) == ""


def test_a_file_has_no_webhooks(viewer: Client) -> None:
    file = Connection.objects.create(name="sites", connector="file", settings={"path": "s.csv"})
    assert 'id="webhooks"' not in page(viewer, f"/connections/{file.pk}/")


def test_addresses_are_shown_and_secrets_are_not(viewer: Client, well: Connection) -> None:
    shown = card(viewer, well)
    assert "https://here.invalid/api/webhooks/robaws/customers" in shown
    assert "as end-77" in shown
    assert making.SECRET not in shown
    assert Endpoint.objects.get().sealed not in shown
    assert "webhooks register" not in shown
    assert line(viewer) == ""


def test_an_address_of_unclear_registration_is_explained(viewer: Client, acme: Connection) -> None:
    making.endpoint(acme, sealed="", unsure=True)
    shown = card(viewer, acme)
    assert "Unclear" in shown
    assert "run <code>counterfoil webhooks forget</code>, then register again" in shown
    assert line(viewer) == "it is unclear whether they are registered."


def test_counts_of_a_week_link_to_lists_of_as_many(viewer: Client, well: Connection) -> None:
    edge = timezone.localtime() - timedelta(days=7)
    making.delivery(well, received_at=edge.replace(hour=0, minute=0, second=1))
    making.delivery(well, received_at=edge - timedelta(days=1))
    for _ in range(3):
        making.delivery(well, DeliveryState.DEAD)
    shown = card(viewer, well)
    links = re.findall(r'href="([^"]*since=7)">([\d,]+) (\w+)<', shown)
    assert [(count, state) for _, count, state in links] == [("2", "applied"), ("3", "failed")]
    for link, count, _ in links:
        listed = viewer.get(link.replace("&amp;", "&")).context["cl"].result_list
        assert len(listed) == int(count)
    assert line(viewer) == "3 failed in 7 days."


def test_waiting_and_retried_webhooks_are_counted(viewer: Client, well: Connection) -> None:
    assert "none waiting, none being retried" in card(viewer, well)
    for _ in range(2):
        making.delivery(well, DeliveryState.FAILED)
    making.delivery(well, DeliveryState.RECEIVED)
    shown = card(viewer, well)
    assert 'state=received">1 waiting</a>' in shown
    assert 'state=failed">2 being retried</a>' in shown
    assert line(viewer) == "2 being retried."


def test_rejected_webhooks_are_counted_by_reason(viewer: Client, well: Connection) -> None:
    other = making.connection("other")
    refused(well, "unreadable", 4)
    refused(well, "unreadable", 1, days_ago=3)
    refused(well, "too large", 9, days_ago=9)
    refused(other, "unreadable", 1_000)
    refused(None, "bad signature", 1_234)
    shown = card(viewer, well)
    assert "5 that could not be read" in shown
    assert "1 MiB" not in shown
    assert "and 1,234 with a wrong signature, sent to any address for Robaws, for an unknown connection" in shown
    assert "1,000" not in shown


def test_a_wrong_clock_gives_a_warning(viewer: Client, well: Connection) -> None:
    refused(well, "misdated", 2)
    shown = card(viewer, well)
    assert "Check the clock of this machine." in shown
    assert "2 dated more than five minutes off" in shown
    assert line(viewer) == "their dates are off, so check the clock of this machine."


def test_an_unusually_long_silence_gives_a_warning(viewer: Client, acme: Connection) -> None:
    making.endpoint(acme)
    now = timezone.now()
    for number in range(12):
        making.delivery(acme, received_at=now - timedelta(hours=5, minutes=30 * number))
    shown = card(viewer, acme)
    assert "Silent for longer than usual." in shown
    assert "usually there is one within 1 h" in shown
    assert line(viewer) == "none for longer than usual."
    making.delivery(acme)
    making.delivery(acme, received_at=now - timedelta(hours=4))
    assert "Silent" not in card(viewer, acme)
    assert line(viewer) == ""


def test_users_who_may_not_see_webhooks_see_no_warnings(well: Connection) -> None:
    making.delivery(well, DeliveryState.DEAD)
    user = User.objects.create_user("somebody", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_connection"))
    client = logged_in(user)
    assert 'id="webhooks"' not in page(client, f"/connections/{well.pk}/")
    assert line(client) == ""
