"""Law 7: a block is lifted by a person, on record; then calls, waiting runs and webhooks go on at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Allowance, RunState
from counterfoil.sync import status
from counterfoil.webhooks import queue as delivery_queue
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.worker import queue
from counterfoil.worker.resume import resume_connection
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install
from tests.support.mirrored import Mirrored


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start three customers."""
    with RobawsSimulator(3, seed=7, rate=None) as simulator:
        yield simulator


def test_law_7_a_lifted_block_lets_waiting_runs_and_webhooks_go_on_at_once(mirror: Mirrored) -> None:
    mirror.sim.control.switch(temp_blocked=True)
    parked, now = mirror.sync(), timezone.now()
    mirror.sim.control.switch(temp_blocked=False)
    Delivery.objects.create(
        connection=mirror.connection, resource="customer", event_id="1", external_id="1", ticket=0,
        received_at=now, state=DeliveryState.FAILED, next_try_at=now + timedelta(hours=5),
    )  # fmt: skip
    assert (queue.execute_due_runs(), delivery_queue.due().count()) == (0, 0)
    anna = User.objects.create_user("anna")
    lifted = resume_connection(mirror.connection, anna)
    assert (lifted.is_block, "has blocked this integration" in lifted.reason) == (True, True)
    about = status.about(mirror.connection)
    assert (about["paused_until"], about["pause_lifted_by"]) == (None, "anna")
    assert about["pause_lifted_at"] >= now
    assert (queue.execute_due_runs(), delivery_queue.due().count()) == (1, 1)
    parked.refresh_from_db()
    assert parked.state == RunState.COMPLETED
    assert mirror.is_true()


@pytest.mark.parametrize(
    "values",
    [
        {"blocked_until": timezone.now() + timedelta(days=400_000)},
        {"paused_until": timezone.now() + timedelta(hours=20)},
        {"daily_remaining": 0, "daily_limit": 0, "daily_reset_at": timezone.now() + timedelta(days=400_000)},
    ],
)
def test_whatever_keeps_a_connection_from_calling_can_be_lifted(
    mirror: Mirrored, values: dict[str, object]
) -> None:
    Allowance.objects.filter(connection=mirror.connection).update(**values)
    assert mirror.sync().state == RunState.PARKED
    resume_connection(mirror.connection)
    assert mirror.sync().state == RunState.COMPLETED


def test_a_block_that_was_lifted_too_early_lasts_longer_the_next_time(mirror: Mirrored) -> None:
    mirror.sim.control.switch(temp_blocked=True)
    mirror.sync()
    resume_connection(mirror.connection)
    parked = mirror.sync()
    assert parked.parked_until is not None
    assert parked.parked_until - timezone.now() > timedelta(minutes=29)


def test_a_connection_that_may_call_cannot_be_resumed(mirror: Mirrored) -> None:
    with pytest.raises(NotPossibleNow, match="Robaws"):
        resume_connection(mirror.connection)
    assert Allowance.objects.get(connection=mirror.connection).lifted_at is None


def test_the_command_line_says_what_it_lifted(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    sim.control.switch(temp_blocked=True)
    assert install.run("sync", "acme").returncode == 75
    sim.control.switch(temp_blocked=False)
    assert "counterfoil resume acme" in install.run("status").stdout
    done = install.run("resume", "acme")
    assert done.returncode == 0
    assert "makes calls to Robaws again" in done.stdout
    assert "has blocked this integration" in done.stdout
    assert install.run("resume", "acme").returncode == 2
    synced = install.run("sync", "acme")
    assert synced.returncode == 0
    assert "resumed, as of" in synced.stdout
