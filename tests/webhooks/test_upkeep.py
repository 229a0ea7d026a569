"""A sync is requested after a long silence or after downtime of ours; old bodies are deleted."""

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


@given(st.timedeltas(timedelta(), timedelta(days=14)), st.integers(silence.MIN_DELIVERIES, 10_000))
def test_a_silence_is_long_when_it_is_twice_the_longest_of_recent_days(longest: timedelta, count: int) -> None:
    measured = silence.measure_silence(NOW, count, longest)
    usual = max(2 * longest, silence.SHORTEST)
    assert measured.usual == usual
    assert not measured.is_long(NOW + usual)
    assert measured.is_long(NOW + usual + timedelta(seconds=1))


def test_few_deliveries_say_nothing_about_silence() -> None:
    assert not silence.measure_silence(NOW, silence.MIN_DELIVERIES - 1, HOUR).is_long(NOW + timedelta(days=100))


def test_one_silence_needs_one_sync_and_an_outage_another() -> None:
    current = silence.Silence(NOW, HOUR)
    later = NOW + 3 * HOUR
    assert silence.needs_sync(current, None, later, later)
    assert not silence.needs_sync(current, NOW + 2 * HOUR, later, later), "requested already"
    assert silence.needs_sync(current, NOW - HOUR, later, later), "that was another silence"
    assert not silence.needs_sync(current, None, NOW, NOW + timedelta(minutes=5))
    assert silence.needs_sync(current, None, NOW, NOW + timedelta(minutes=11)), (
        "no worker was there for ten minutes"
    )


@given(st.integers(1, 100))
def test_tries_get_rarer_and_come_to_an_end(tries: int) -> None:
    retry_at = queue.next_try(tries, NOW)
    if tries >= queue.MOST_TRIES:
        assert retry_at is None
    else:
        assert retry_at is not None
        assert NOW + queue.FIRST <= retry_at <= NOW + queue.LONGEST


@pytest.fixture
def connection(db: None) -> Connection:
    """Connect with an endpoint whose silence a worker checks."""
    made = Connection.objects.create(name="acme", connector="robaws", settings={"base_url": "https://x.invalid"})
    Endpoint.objects.create(connection=made, url="https://here.invalid", sealed="", made_at=NOW, alive_at=NOW)
    return made


def delivery(connection: Connection, state: str = "applied", received_at: datetime = NOW) -> Delivery:
    return Delivery.objects.create(
        connection=connection, event_id="e", event="client.updated", resource="customer", external_id="7",
        state=state, received_at=received_at, ended_at=received_at, ticket=1, body=b"{}",
    )  # fmt: skip


def queued_syncs() -> int:
    return Run.objects.filter(state=RunState.QUEUED, resource="customer").count()


def test_a_long_silence_requests_one_sync(connection: Connection) -> None:
    for minute in range(silence.MIN_DELIVERIES):
        delivery(connection, received_at=NOW - timedelta(minutes=minute))
    Endpoint.objects.update(alive_at=NOW + 3 * HOUR)
    assert maintenance.look_for_silence(NOW + 3 * HOUR) == 1
    assert maintenance.look_for_silence(NOW + 3 * HOUR + timedelta(minutes=1)) == 0
    assert queued_syncs() == 1


def test_a_night_is_no_silence_where_nights_were_silent(connection: Connection) -> None:
    for day in range(5):
        for minute in range(60):
            delivery(connection, received_at=NOW - timedelta(days=day, minutes=minute))
    morning = NOW + timedelta(hours=23)
    assert not silence.current_silence(connection, morning).is_long(morning)
    later = NOW + timedelta(hours=47)
    assert silence.current_silence(connection, later).is_long(later)


def test_a_sync_is_requested_after_an_outage_of_ours(connection: Connection) -> None:
    assert maintenance.look_for_silence(NOW + timedelta(minutes=1)) == 0
    assert maintenance.look_for_silence(NOW + timedelta(minutes=30)) == 1
    assert queued_syncs() == 1
    assert Run.objects.get(resource="customer").kind in (RunKind.FULL, RunKind.INCREMENTAL)


def test_old_bodies_are_deleted_and_their_deliveries_stay(connection: Connection) -> None:
    old, waiting = (
        delivery(connection, state, timezone.now() - timedelta(days=91)) for state in ("stale", "failed")
    )
    young = delivery(connection, received_at=timezone.now() - timedelta(days=89))
    assert maintenance.prune(timezone.now()) == 1
    for each, has_body in ((old, False), (waiting, True), (young, True)):
        each.refresh_from_db()
        assert (each.body is not None) == has_body
    assert old.state == "stale"


def test_a_replay_queues_ended_deliveries_but_no_ignored_or_waiting_ones(connection: Connection) -> None:
    ended = [delivery(connection, state) for state in ("applied", "duplicate", "stale", "dead", "failed")]
    others = [delivery(connection, state) for state in ("ignored", "received")]
    tickets = [each.ticket for each in ended]
    assert replay(Delivery.objects.all()) == len(ended)
    for each in ended:
        each.refresh_from_db()
        assert (each.state, each.tries, each.ended_at) == ("received", 0, None)
    assert [each.ticket for each in ended] == tickets, "they keep their place in the order"
    assert {Delivery.objects.get(pk=each.pk).state for each in others} == {"ignored", "received"}
