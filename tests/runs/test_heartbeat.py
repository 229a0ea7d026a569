"""Law 8: a live process keeps its run, webhooks and writes, however long one step of the work takes."""

import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models import F
from django.utils import timezone

from counterfoil.edits import delete, outbox
from counterfoil.edits.delete import DeletionQuestion
from counterfoil.errors import LeaseLost
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.heartbeat import Heartbeat
from counterfoil.mirror.models import Run, RunKind, RunState, Write
from counterfoil.runs import lease
from counterfoil.runs.lifecycle import RunOptions, request_run
from counterfoil.webhooks import queue as delivery_queue
from counterfoil.webhooks import worker as delivery_worker
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.worker import queue
from counterfoil_simulators.robaws import RobawsSimulator
from tests.edits.conftest import Edited
from tests.support.background import in_background
from tests.support.install import Install
from tests.support.mirrored import Mirrored
from tests.support.patience import until

SHORT = timedelta(seconds=0.6)
"""A term that every batch of these tests outlasts."""


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start a simulator with twelve customers."""
    with RobawsSimulator(12, seed=7, rate=None) as simulator:
        simulator.control.switch(webhook_activation_seconds=0)
        yield simulator


def shorten(monkeypatch: pytest.MonkeyPatch, module: object, name: str = "CLAIMS") -> None:
    """Let the claims of a module last for a moment only."""
    usual: Claims = getattr(module, name)
    monkeypatch.setattr(module, name, Claims(SHORT, usual.holder_column, usual.until_column))


def single_reads(sim: RobawsSimulator) -> Counter[str]:
    """Count the single reads of clients by id."""
    paths = [request["path"] for request in sim.control.requests() if request["method"] == "GET"]
    return Counter(found[1] for path in paths if (found := re.fullmatch(r".*/clients/(\d+)", path)))


def work_twice(sim: RobawsSimulator, work: Callable[[], object]) -> None:
    """Work in the background and, once that has begun to read, try again and again to do the same work here."""
    thread = in_background(work)
    until(lambda: bool(single_reads(sim)))
    while thread.is_alive():
        work()
    thread.join()


def restore_older(mirror: Mirrored) -> None:
    """Let the upstream restore a backup: the order of every record is decided by a live read, all in one batch."""
    mirror.sim.control.snapshot()
    mirror.sim.control.clock_move(3600)
    mirror.sim.control.change(mirror.sim.control.ids(), fields={"tel": "03 234 56 78"})
    mirror.sync()
    mirror.sim.control.restore()


def test_law_8_a_busy_run_is_not_taken_over_and_reads_each_record_once(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore_older(mirror)
    shorten(monkeypatch, lease, "LEASES")
    mirror.sim.control.reset_stats()
    mirror.sim.control.fault("latency", path="/clients/*", ms=150)
    run = request_run(mirror.connection, RunKind.FULL, RunOptions())
    work_twice(mirror.sim, queue.execute_due_runs)
    run.refresh_from_db()
    assert (run.state, run.settled, run.fence) == (RunState.COMPLETED, 12, 1)
    assert single_reads(mirror.sim) == dict.fromkeys(mirror.sim.control.ids(), 1)
    assert mirror.is_true()


def test_law_8_a_run_that_was_taken_over_reads_nothing_more(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore_older(mirror)
    shorten(monkeypatch, lease, "LEASES")
    mirror.sim.control.reset_stats()
    mirror.sim.control.hold(path="/clients/*", times=1)
    run = request_run(mirror.connection, RunKind.FULL, RunOptions())
    working = in_background(queue.execute_due_runs)
    assert mirror.sim.control.wait_held(1)
    Run.objects.filter(pk=run.pk).update(fence=F("fence") + 1)
    until(lambda: not any(thread.name == "heartbeat" for thread in threading.enumerate()))
    mirror.sim.control.release()
    working.join()
    assert sum(single_reads(mirror.sim).values()) == 1
    run.refresh_from_db()
    assert (run.state, run.settled) == (RunState.RUNNING, 0), "it is left to the process that has it"


def test_law_6_webhooks_whose_reads_take_long_are_read_once(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.sync()
    ids, now = mirror.sim.control.ids(), timezone.now()
    Delivery.objects.bulk_create(
        Delivery(
            connection=mirror.connection,
            resource="customer",
            event_id=key,
            external_id=key,
            ticket=0,
            received_at=now,
        )
        for key in ids
    )
    shorten(monkeypatch, delivery_queue)
    mirror.sim.control.reset_stats()
    mirror.sim.control.fault("latency", path="/clients/*", ms=150)
    work_twice(mirror.sim, delivery_worker.process_due)
    assert single_reads(mirror.sim) == dict.fromkeys(ids, 1)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.APPLIED}


def test_law_5_a_write_that_takes_long_is_not_taken_over(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = Edited.of(mirror)
    edited.edit("7", city="Gent")
    shorten(monkeypatch, outbox)
    mirror.sim.control.hold(method="PATCH", before=True, times=1)
    pushing = in_background(lambda: edited.push("7"))
    assert mirror.sim.control.wait_held(1)
    began = Write.objects.get().claimed_until
    assert began is not None
    until(lambda: Write.objects.filter(claimed_until__gt=began + SHORT).exists())
    assert "another process" in edited.push().note
    mirror.sim.control.release()
    pushing.join()
    assert [write["method"] for write in mirror.sim.control.writes()] == ["PATCH"]
    assert edited.writes() == ["done"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_law_5_a_push_that_lost_its_run_leaves_its_write_to_who_has_it(mirror: Mirrored, method: str) -> None:
    edited = Edited.of(mirror)
    if method == "PATCH":
        edited.edit("7", city="Gent")
    else:
        delete.confirm_deletion(edited.row("7"), DeletionQuestion.about(edited.row("7")).mark, None)
    mirror.sim.control.hold(method=method, times=1)

    def push() -> None:
        with pytest.raises(LeaseLost):
            edited.push("7")

    pushing = in_background(push)
    assert mirror.sim.control.wait_held(1)
    Run.objects.filter(kind=RunKind.PUSH).update(fence=F("fence") + 1)
    Write.objects.update(claim="another-host:1:1")
    mirror.sim.control.release()
    pushing.join()
    (write,) = Write.objects.all()
    assert (write.claim, write.ended_at) == ("another-host:1:1", None)


def test_a_renewal_that_fails_is_tried_again_and_a_lost_claim_is_told() -> None:
    answers: list[object] = [OperationalError("locked"), True, 0]
    asked = threading.Semaphore(0)

    def renew() -> object:
        asked.release()
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with Heartbeat(timedelta(seconds=0.03), renew, lambda: LeaseLost("taken over")) as heartbeat:
        heartbeat.check()
        assert all(asked.acquire(timeout=10) for _ in range(3))
        until(lambda: not any(thread.name == "heartbeat" for thread in threading.enumerate()))
        with pytest.raises(LeaseLost):
            heartbeat.check()
    assert answers == []


@pytest.mark.long
@pytest.mark.timeout(900)
def test_law_8_2500_reads_of_150_ms_beside_two_workers_are_made_once_each(install: Install) -> None:
    """One batch takes six times the term of a lease. All of them are processes of their own."""
    with RobawsSimulator(2500, seed=7, rate=None) as sim:
        install.connect(sim)
        assert install.sync("acme", "--full")["created"] == 2500
        sim.control.snapshot()
        sim.control.clock_move(3600)
        sim.control.change(sim.control.ids(), fields={"tel": "03 234 56 78"})
        assert install.sync("acme")["updated"] == 2500
        sim.control.restore()
        sim.control.reset_stats()
        sim.control.fault("latency", path="/clients/*", ms=150)
        processes = [install.start("worker") for _ in range(2)]
        syncing = install.start("sync", "acme", "--full")
        _, stderr = syncing.communicate(timeout=800)
        for process in processes:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        assert syncing.returncode == 0, stderr
        assert set(single_reads(sim).values()) == {1}
