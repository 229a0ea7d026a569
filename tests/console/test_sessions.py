"""Logins end: when nobody has clicked for long, and after some weeks in any case."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from counterfoil.login.cleanup import Cleanup
from tests.console.people import logged_in

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


@pytest.fixture
def boss(clock: Any, db: None) -> Client:
    return logged_in(User.objects.create_superuser("boss"))


def is_in(client: Client) -> bool:
    return client.get("/runs/").status_code == 200


def test_a_login_ends_when_nobody_has_clicked_for_twelve_hours(boss: Client, clock: Any) -> None:
    assert is_in(boss)
    clock.shift(11 * HOUR)
    assert is_in(boss)
    clock.shift(11 * HOUR)
    assert is_in(boss)
    clock.shift(12 * HOUR + timedelta(seconds=1))
    answer = boss.get("/runs/")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/runs/"


def test_a_page_left_open_that_refreshes_itself_is_no_click(boss: Client, clock: Any) -> None:
    assert is_in(boss)
    for _ in range(13):
        clock.shift(HOUR)
        boss.get("/live/")
    assert not is_in(boss)


def test_a_login_ends_after_thirty_days_of_clicking(boss: Client, clock: Any) -> None:
    for _ in range(60):
        assert is_in(boss)
        clock.shift(DAY / 2 - HOUR)
    clock.shift(3 * DAY)
    assert not is_in(boss)


def test_a_login_ends_after_thirty_days_whatever_its_expiry(boss: Client, clock: Any, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = int(timedelta(days=400).total_seconds())
    assert is_in(boss)
    clock.shift(29 * DAY)
    assert is_in(boss)
    clock.shift(1 * DAY + timedelta(seconds=1))
    assert not is_in(boss)


def test_a_new_login_starts_anew(clock: Any, db: None, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = int(timedelta(days=400).total_seconds())
    User.objects.create_superuser("boss", password="open sesame, please")
    client = Client()
    for _ in range(2):
        client.post("/login/", {"username": "boss", "password": "open sesame, please"})
        clock.shift(20 * DAY)
        assert is_in(client)


def test_clicks_are_stored_now_and_then_only(boss: Client, clock: Any) -> None:
    is_in(boss)
    before = Session.objects.get().expire_date
    clock.shift(timedelta(minutes=10))
    is_in(boss)
    assert Session.objects.get().expire_date == before
    clock.shift(timedelta(minutes=10))
    is_in(boss)
    assert Session.objects.get().expire_date == before + timedelta(minutes=20)


def test_the_worker_deletes_ended_sessions(boss: Client, clock: Any) -> None:
    is_in(boss)
    clock.shift(13 * HOUR)
    another = logged_in(User.objects.get())
    is_in(another)
    cleanup = Cleanup()
    assert cleanup.is_due()
    cleanup.process_due()
    assert not cleanup.is_due()
    assert Session.objects.count() == 1
    assert is_in(another)
