"""Whether a worker is running is told from the database, on any machine, and never from belief."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from counterfoil.cli import worker_check
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror import claims, workers
from counterfoil.mirror.models import Run, RunKind, RunState, WorkerProcess
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db


def test_a_worker_counts_while_it_beats_and_no_longer() -> None:
    assert workers.health().running == 0
    workers.beat()
    workers.beat()
    assert workers.health().running == 1
    assert workers.notice() == ""
    WorkerProcess.objects.update(alive_until=F("alive_until") - timedelta(minutes=1))
    assert workers.health().running == 0
    workers.beat()
    assert workers.health().running == 1


def test_a_killed_worker_of_this_machine_counts_no_longer_at_once() -> None:
    workers.beat()
    host, process, _ = claims.this_process().rsplit(":", 2)
    WorkerProcess.objects.update(holder=f"{host}:{process}:1")
    health = workers.health()
    assert health.running == 0
    assert health.last_seen_at is not None
    assert health.as_json() == {"is_running": False, "running": 0, "last_seen_at": health.last_seen_at}


def test_a_worker_of_another_machine_counts() -> None:
    workers.beat()
    WorkerProcess.objects.update(holder="elsewhere:1:1")
    workers.beat()
    assert workers.health().running == 2
    workers.leave()
    assert workers.health().running == 1


def test_doctor_fails_where_work_waits_for_a_worker_that_is_missing(mirror: Mirrored) -> None:
    assert "none is running, and nothing waits" in worker_check.describe()
    run = Run.objects.create(connection=mirror.connection, kind=RunKind.FULL, state=RunState.QUEUED)
    assert "none is running, and nothing waits" in worker_check.describe()
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=3))
    with pytest.raises(NotPossibleNow, match=r"No worker is running: nothing is synced.*Waiting: 1 run\."):
        worker_check.describe()
    workers.beat()
    assert worker_check.describe() == "running"
