"""After a silence that is too long, or an outage of ours, a sync is asked for; old bodies are taken away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.webhooks import maintenance, queue, silence
from counterfoil.webhooks.models import Delivery, Endpoint
from counterfoil.webhooks.queue import replay

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(st.timedeltas(timedelta(), timedelta(days=14)), st.integers(silence.ENOUGH, 10_000))
def test_a_silence_is_long_when_it_is_twice_the_longest_of_the_latest_days(longest: timedelta, count: int) -> None:
    known = silence.silence(NOW, count, longest)
    usual = max(2 * longest, silence.LEAST)
    assert known.usual == usual
    assert not known.is_long(NOW + usual)
    assert known.is_long(NOW + usual + timedelta(seconds=1))


def test_of_a_few_deliveries_nothing_is_said() -> None:
    assert not silence.silence(NOW, silence.ENOUGH - 1, HOUR).is_long(NOW + timedelta(days=100))


def test_one_silence_asks_for_one_sync_and_an_outage_of_ours_for_another() -> None:
    known = silence.Silence(NOW, HOUR)
    later = NOW + 3 * HOUR
    assert silence.worth_a_sync(known, None, later, later)
    assert not silence.worth_a_sync(known, NOW + 2 * HOUR, later, later), "asked for already"
    assert silence.worth_a_sync(known, NOW - HOUR, later, later), "that was another silence"
    assert not silence.worth_a_sync(known, None, NOW, NOW + timedelta(minutes=5))
    assert silence.worth_a_sync(known, None, NOW, NOW + timedelta(minutes=11)), "nobody was there for ten minutes"


@given(st.integers(1, 100))
def test_tries_get_rarer_and_come_to_an_end(tries: int) -> None:
    again = queue.next_try(tries, NOW)
    if tries >= queue.MOST_TRIES:
        assert again is None
    else:
        assert again is not None
        assert NOW + queue.FIRST <= again <= NOW + queue.LONGEST


@pytest.fixture
def connection(db: None) -> Connection:
    """With an endpoint that a worker looks after."""
    made = Connection.objects.create(name="acme", connector="robaws", settings={"base_url": "https://x.invalid"})
    Endpoint.objects.create(connection=made, url="https://here.invalid", sealed="", made_at=NOW, alive_at=NOW)
    return made


def delivery(connection: Connection, state: str = "applied", received_at: datetime = NOW) -> Delivery:
    return Delivery.objects.create(
        connection=connection, event_id="e", event="client.updated", resource="customer", external_id="7",
        state=state, received_at=received_at, ended_at=received_at, ticket=1, body=b"{}",
    )  # fmt: skip


def asked() -> int:
    """Syncs that wait."""
    return Run.objects.filter(state=RunState.QUEUED, resource="customer").count()


def test_a_long_silence_is_ended_by_a_sync_that_is_asked_for_once(connection: Connection) -> None:
    for minute in range(silence.ENOUGH):
        delivery(connection, received_at=NOW - timedelta(minutes=minute))
    Endpoint.objects.update(alive_at=NOW + 3 * HOUR)
    assert maintenance.look_for_silence(NOW + 3 * HOUR) == 1
    assert maintenance.look_for_silence(NOW + 3 * HOUR + timedelta(minutes=1)) == 0
    assert asked() == 1


def test_a_night_is_no_silence_where_nights_were_silent(connection: Connection) -> None:
    for day in range(5):
        for minute in range(60):
            delivery(connection, received_at=NOW - timedelta(days=day, minutes=minute))
    morning = NOW + timedelta(hours=23)
    assert not silence.current_silence(connection, morning).is_long(morning)
    later = NOW + timedelta(hours=47)
    assert silence.current_silence(connection, later).is_long(later)


def test_after_an_outage_of_ours_a_sync_is_asked_for(connection: Connection) -> None:
    assert maintenance.look_for_silence(NOW + timedelta(minutes=1)) == 0
    assert maintenance.look_for_silence(NOW + timedelta(minutes=30)) == 1
    assert asked() == 1
    assert Run.objects.get(resource="customer").kind in (RunKind.FULL, RunKind.INCREMENTAL)


def test_old_bodies_are_taken_away_and_the_record_of_the_delivery_stays(connection: Connection) -> None:
    old, waiting = (
        delivery(connection, state, timezone.now() - timedelta(days=91)) for state in ("stale", "failed")
    )
    young = delivery(connection, received_at=timezone.now() - timedelta(days=89))
    assert maintenance.prune(timezone.now()) == 1
    for each, has_body in ((old, False), (waiting, True), (young, True)):
        each.refresh_from_db()
        assert (each.body is not None) == has_body
    assert old.state == "stale"


def test_a_replay_takes_up_what_ended_and_nothing_that_is_ignored_or_waits(connection: Connection) -> None:
    ended = [delivery(connection, state) for state in ("applied", "duplicate", "stale", "dead", "failed")]
    others = [delivery(connection, state) for state in ("ignored", "received")]
    tickets = [each.ticket for each in ended]
    assert replay(Delivery.objects.all()) == len(ended)
    for each in ended:
        each.refresh_from_db()
        assert (each.state, each.tries, each.ended_at) == ("received", 0, None)
    assert [each.ticket for each in ended] == tickets, "they keep their place in the order"
    assert {Delivery.objects.get(pk=each.pk).state for each in others} == {"ignored", "received"}
