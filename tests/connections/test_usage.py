"""Law 7, one budget per allowance: every call is counted under its kind, and none twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.connections import budget, factory, rate_limit
from counterfoil.connectors.priority import Priority
from counterfoil.errors import QuotaExhausted
from counterfoil.mirror.models import Allowance, Usage
from tests.support.mirrored import Mirrored


def counted(mirror: Mirrored) -> dict[str, int]:
    """Return today's calls by kind."""
    return {
        kind.value: calls for kind, calls in budget.usage_today(mirror.connection.pk, timezone.now()).calls.items()
    }


def test_calls_are_counted_by_priority_from_the_first_on(mirror: Mirrored) -> None:
    assert counted(mirror) == {"person": 1}, "the call that tried the connection out"
    run = mirror.sync()
    mirror.sync(client_id=mirror.sim.control.ids()[0])  # the client, and its contact persons
    assert counted(mirror) == {"person": 3, "run": run.api_calls}
    assert sum(counted(mirror).values()) == mirror.sim.control.stats()["requests"]


def test_a_new_connection_starts_with_the_counter_of_its_check(mirror: Mirrored) -> None:
    allowance = mirror.connection.allowance
    assert (allowance.daily_limit, allowance.daily_remaining) == (10_000, 9_999)
    assert allowance.daily_reset_at is not None


@pytest.mark.parametrize("rate", [0, 1_000_000])
def test_no_call_is_lost_between_threads_and_at_the_end(mirror: Mirrored, rate: int) -> None:
    mirror.connection.settings["rate"] = rate
    shared = factory.shared_budget(mirror.connection, Priority.PUSH)
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(shared.acquire) for _ in range(400)]:
            done.result()
    shared.close()
    assert counted(mirror)["push"] == shared.calls == 400


def test_a_call_that_was_not_made_is_not_counted(mirror: Mirrored) -> None:
    Allowance.objects.update(daily_remaining=100)
    mirror.connection.settings |= {"rate": 12, "daily_reserve": 100}
    shared = factory.shared_budget(mirror.connection, Priority.PUSH)
    with pytest.raises(QuotaExhausted, match="the last 100 calls of today are reserved for users"):
        shared.acquire()
    shared.close()
    assert "push" not in counted(mirror)


def test_two_months_of_calls_are_kept(mirror: Mirrored) -> None:
    today = timezone.localdate()
    for days in (59, 60, 61, 400):
        Usage.objects.create(connection=mirror.connection, day=today - timedelta(days=days), kind="run", calls=5)
    mirror.sync()
    ages = {(today - day).days for day in Usage.objects.values_list("day", flat=True)}
    assert {59, 60} <= ages
    assert max(ages) <= 61


def test_a_run_that_is_always_overtaken_is_parked_for_a_while(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease would expire while it waits: it is parked and continues a minute later."""
    monkeypatch.setattr(rate_limit, "PATIENCE", 0.2)
    pushes = rate_limit.with_claim({}, Priority.PUSH, "a long push", 3600, timezone.now())
    Allowance.objects.update(claims=pushes, tokens=5, refilled_at=timezone.now())
    mirror.connection.settings["rate"] = 12
    shared = factory.shared_budget(mirror.connection)
    with pytest.raises(QuotaExhausted, match="other work goes first") as raised:
        shared.acquire()
    shared.close()
    assert raised.value.until is not None
    assert raised.value.until > timezone.now() + timedelta(seconds=50)
    person = factory.shared_budget(mirror.connection, Priority.PERSON)
    assert person.acquire().ticket > 0, "a click goes before pushes"
    person.close()
