"""Automatic syncs: shown on a connection's page, changed by users who may configure it."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client, override_settings

from counterfoil.connections import schedules
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Connection, Run, Schedule, ScheduleKind
from counterfoil.worker import scheduler
from tests.console import making
from tests.console.asking import fields, notice, page
from tests.console.people import logged_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/Brussels"))
ON = {"schedules-0-is_on": "on", "schedules-1-is_on": "on"}
INCREMENTAL, FULL = "schedules-0", "schedules-1"


@pytest.fixture
def acme() -> Connection:
    """Make a connection on a Friday noon that sends no edits automatically."""
    made = making.connection()
    with time_machine.travel(FRIDAY):
        schedules.create_schedules(made)
    made.schedules.filter(kind=ScheduleKind.PUSH).update(is_on=False, next_at=None)
    return made


def at(connection: Connection) -> str:
    return f"/connections/{connection.pk}/"


def card(client: Client, connection: Connection) -> str:
    """Return what the page says about schedules, without tags."""
    found = re.search(r'id="schedules">(.*?)</section>', page(client, at(connection)), re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def stored() -> list[tuple[str, bool, str]]:
    """Of both kinds of syncs: when, whether, and what about a missed one."""
    rows = Schedule.objects.exclude(kind=ScheduleKind.PUSH)
    return list(rows.values_list("cron", "is_on", "missed"))


def test_the_page_shows_the_next_sync_and_the_latest_run(viewer: Client, acme: Connection) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        said = card(viewer, acme)
        assert "Changes only At 03:00 every day tomorrow 03:00 never Catch up once" in said
        assert "Full sync At 04:00 on Sunday Sunday 04:00 never Catch up once" in said
    with time_machine.travel(FRIDAY + timedelta(days=1), tick=False):
        assert scheduler.fire_due(FRIDAY + timedelta(hours=16)) == 1
        viewer = logged_in(person(Role.VIEWER, "the next day"))
        said = card(viewer, acme)
        assert "Changes only At 03:00 every day tomorrow 03:00 8 hours ago , run" in said
        assert f'href="/runs/{Run.objects.earliest("id").pk}/"' in page(viewer, at(acme))


def test_viewers_and_clerks_cannot_change_schedules(viewer: Client, acme: Connection) -> None:
    assert "schedules-0-cron" not in fields(viewer, at(acme))
    clerk = logged_in(person(Role.CLERK))
    assert clerk.post(at(acme), {f"{FULL}-cron": "* * * * *"}).status_code == 403
    assert stored() == [("0 3 * * *", True, "catch-up"), ("0 4 * * 0", True, "catch-up")]


def test_an_operator_changes_schedules(acme: Connection) -> None:
    operator = logged_in(person(Role.OPERATOR))
    sent = {**fields(operator, at(acme)), f"{INCREMENTAL}-cron": "30 6 * * mon-fri", f"{INCREMENTAL}-is_on": "on",
            f"{FULL}-missed": "skip"}  # fmt: skip
    with time_machine.travel(FRIDAY, tick=False):
        assert "was changed successfully" in notice(operator, at(acme), sent)
        said = card(operator, acme)
    assert stored() == [("30 6 * * mon-fri", True, "catch-up"), ("0 4 * * 0", False, "skip")]
    assert "At 06:30 on Monday through Friday Monday 06:30" in said
    assert "Full sync At 04:00 on Sunday Off never Skip" in said
    assert Schedule.objects.get(kind="full").next_at is None


def test_another_time_zone_moves_both_schedules(boss: Client, acme: Connection) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        notice(boss, at(acme), {**fields(boss, at(acme)), **ON, "time_zone": "America/New_York"})
        said = card(boss, acme)
        assert "America/New_York" in said
        assert "tomorrow 03:00" in said
        acme.refresh_from_db()
        assert acme.settings["time_zone"] == "America/New_York"
        assert Schedule.objects.get(kind="incremental").next_at == FRIDAY + timedelta(hours=21)
        notice(boss, at(acme), {**fields(boss, at(acme)), **ON, "time_zone": ""})
    acme.refresh_from_db()
    assert "time_zone" not in acme.settings
    assert Schedule.objects.get(kind="incremental").next_at == FRIDAY + timedelta(hours=15)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({f"{FULL}-cron": "every night"}, "“every night” is not a cron expression."),
        ({f"{FULL}-cron": "0 3 * * 9"}, "is not a cron expression: bad day-of-week."),
        ({f"{FULL}-cron": ""}, "This field is required."),
        ({f"{FULL}-missed": "twice"}, "Select a valid choice."),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is not a known time zone."),
    ],
)
def test_wrong_schedules_are_explained_and_nothing_is_changed(
    boss: Client, acme: Connection, changes: dict[str, str], words: str
) -> None:
    assert words in notice(boss, at(acme), {**fields(boss, at(acme)), **ON, **changes})
    assert stored() == [("0 3 * * *", True, "catch-up"), ("0 4 * * 0", True, "catch-up")]


def test_a_schedule_that_fires_meanwhile_does_not_fire_again(boss: Client, acme: Connection) -> None:
    with time_machine.travel(FRIDAY + timedelta(hours=15), tick=False):
        sent = {**fields(boss, at(acme)), **ON, f"{INCREMENTAL}-missed": "skip"}
        assert scheduler.fire_due(FRIDAY + timedelta(hours=15)) == 1
        notice(boss, at(acme), sent)
        assert scheduler.fire_due(FRIDAY + timedelta(hours=15, minutes=1)) == 0
    assert Schedule.objects.get(kind="incremental").run is not None


def test_the_form_adds_and_removes_no_schedules(boss: Client, acme: Connection) -> None:
    more = {"schedules-TOTAL_FORMS": "3", "schedules-2-cron": "0 5 * * *", "schedules-0-DELETE": "on"}
    notice(boss, at(acme), {**fields(boss, at(acme)), **ON, **more})
    assert stored() == [("0 3 * * *", True, "catch-up"), ("0 4 * * 0", True, "catch-up")]


def test_an_installation_without_automatic_syncs_says_so(viewer: Client, acme: Connection) -> None:
    assert "COUNTERFOIL_SCHEDULES" not in card(viewer, acme)
    with override_settings(COUNTERFOIL_SCHEDULES=False):
        assert "COUNTERFOIL_SCHEDULES set to 0" in card(viewer, acme)


def test_a_connection_without_schedules_shows_none(boss: Client) -> None:
    bare = making.connection("bare")
    assert 'id="schedules"' not in page(boss, at(bare))
    notice(boss, at(bare), fields(boss, at(bare)))
    assert not Schedule.objects.exists()
