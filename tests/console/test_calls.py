"""A connection's page says what its calls are for: today, and in the last days."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.connectors.priority import Priority
from counterfoil.mirror.models import Allowance, Connection, Usage
from tests.console import making
from tests.console.asking import page

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def acme() -> Connection:
    """Make a connection with 42 of its 10,000 daily calls used."""
    return making.connection()


def used(acme: Connection, kind: Priority, calls: int, days_ago: int = 0) -> None:
    """So many calls were made."""
    day = timezone.localdate() - timedelta(days=days_ago)
    Usage.objects.create(connection=acme, day=day, kind=kind.value, calls=calls)


def lines(viewer: Client, acme: Connection) -> dict[str, tuple[str, str]]:
    """Read the table: calls of today and of seven days by purpose."""
    shown = page(viewer, f"/connections/{acme.pk}/")
    table = shown.partition("API calls by purpose")[2].partition("</table>")[0]
    found = re.findall(r"<tr><td>(\w+).*?</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", table)
    return {name: (today, lately) for name, today, lately in found}


def test_calls_are_listed_by_purpose(viewer: Client, acme: Connection) -> None:
    used(acme, Priority.PERSON, 20)
    used(acme, Priority.PUSH, 3)
    used(acme, Priority.RUN, 15)
    used(acme, Priority.RUN, 1_200, days_ago=6)
    used(acme, Priority.DELIVERY, 7, days_ago=1)
    used(acme, Priority.BACKGROUND, 99, days_ago=7)
    assert lines(viewer, acme) == {
        "Users": ("20", "20"), "Webhooks": ("0", "7"), "Edits": ("3", "3"), "Syncs": ("15", "1,215"),
        "Others": ("4", "–"),
    }  # fmt: skip
    shown = page(viewer, f"/connections/{acme.pk}/")
    assert "42 of 10,000 today" in shown
    today = timezone.localdate()
    assert f"{today:%a %d %b}: 20 for users, 3 for edits, 15 for syncs" in shown
    assert f"{today - timedelta(days=3):%a %d %b}: none" in shown


def test_calls_of_others_are_shown_for_today_only(viewer: Client, acme: Connection) -> None:
    used(acme, Priority.RUN, 40, days_ago=1)
    Allowance.objects.update(daily_reset_at=timezone.now() - timedelta(minutes=1))
    assert lines(viewer, acme) == {"Syncs": ("0", "40")}


def test_without_calls_nothing_is_shown(viewer: Client, acme: Connection) -> None:
    assert "API calls by purpose" not in page(viewer, f"/connections/{acme.pk}/")
