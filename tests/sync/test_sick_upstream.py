"""Faults of an upstream: clear errors, retries where they help, nothing lost or wrongly deleted."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from counterfoil.mirror import coverage
from counterfoil.mirror.models import Allowance, QuarantinedRecord, RunState
from tests.support.mirrored import Mirrored


@pytest.mark.parametrize("fault", ["server_error", "html_error", "interstitial", "truncated", "dropped"])
def test_a_temporary_fault_costs_a_retry_and_no_row(mirror: Mirrored, fault: str) -> None:
    mirror.sim.control.fault(fault, path="/clients", times=2)
    run = mirror.sync()
    assert (run.state, run.created, run.api_calls) == (RunState.COMPLETED, 250, 5)
    assert mirror.is_true()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("html_error", "answered with status 502"),
        ("server_error", "answered with status 500"),
        ("truncated", "cut off or is not JSON"),
        ("interstitial", "cut off or is not JSON"),
        ("dropped", "was interrupted"),
    ],
)
def test_a_lasting_fault_fails_the_run_and_the_next_sync_resumes_it(
    mirror: Mirrored, fault: str, message: str
) -> None:
    options: dict[str, Any] = {"status": 502} if fault == "html_error" else {}
    mirror.sim.control.fault(fault, path="/clients", page=2, **options)
    run = mirror.sync()
    assert (run.state, run.created) == (RunState.FAILED, 200)
    assert message in run.error
    mirror.sim.control.clear_faults()
    mirror.sim.control.reset_stats()
    again = mirror.sync()
    assert (again.pk, again.state, again.created) == (run.pk, RunState.COMPLETED, 250)
    assert mirror.sim.control.stats()["requests"] == 1, "only the page that had not been fetched"
    assert mirror.is_true()


def test_an_upstream_that_does_not_answer_times_out_with_a_clear_message(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx2

    from counterfoil.connectors.http import client

    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.2))
    mirror.sim.control.fault("timeout", path="/clients", seconds=5)
    run = mirror.sync()
    assert run.state == RunState.FAILED
    assert "did not answer in time" in run.error


@pytest.mark.parametrize(
    ("fault", "page"),
    [("duplicate_rows", 1), ("drift_insert", 0), ("drift_delete", 0), ("short_page", 1), ("wrong_total", 1)],
)
def test_a_listing_that_is_not_provably_complete_is_repeated(mirror: Mirrored, fault: str, page: int) -> None:
    mirror.sim.control.fault(fault, path="/clients", page=page, times=1)
    run = mirror.sync()
    assert run.state == RunState.COMPLETED
    assert run.attempt == 2
    assert mirror.states().get("tombstone", 0) == (1 if fault == "drift_delete" else 0)
    mirror.sim.control.clear_faults()
    mirror.sync(full=True)
    assert mirror.is_true()


def test_a_listing_that_is_never_provably_complete_fails_and_marks_nothing(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.connection.refresh_from_db()
    mark = coverage.load(mirror.connection.pk).watermark
    mirror.sim.control.fault("empty_page", path="/clients", page=1)
    run = mirror.sync(full=True)
    assert (run.state, run.attempt) == (RunState.FAILED, 4)
    assert "3 times in a row" in run.error
    assert mirror.states() == {"present": 250}
    mirror.connection.refresh_from_db()
    assert coverage.load(mirror.connection.pk).watermark == mark


def test_a_rejected_key_a_block_and_a_missing_permission_are_told_apart(mirror: Mirrored) -> None:
    mirror.sim.control.fault("wrong_credentials", times=1)
    assert "does not accept this API key and secret" in mirror.sync().error
    mirror.sim.control.fault("forbidden", times=1)
    assert "may not read clients" in mirror.sync().error
    mirror.sim.control.switch(temp_blocked=True)
    run = mirror.sync()
    assert run.state == RunState.PARKED
    assert "has blocked this integration" in run.note


def test_a_block_parks_every_run_and_nothing_is_sent_until_it_is_over(mirror: Mirrored) -> None:
    mirror.sim.control.switch(temp_blocked=True)
    parked = mirror.sync()
    assert parked.parked_until is not None
    assert timedelta(minutes=14) < parked.parked_until - timezone.now() < timedelta(minutes=16)
    mirror.sim.control.switch(temp_blocked=False)
    mirror.sim.control.reset_stats()
    assert mirror.sync().state == RunState.PARKED
    assert mirror.sim.control.stats()["requests"] == 0
    with time_machine.travel(parked.parked_until + timedelta(seconds=1)):
        assert mirror.sync().state == RunState.COMPLETED


def test_a_429_is_an_incident_that_pauses_every_process(mirror: Mirrored) -> None:
    mirror.sim.control.fault("rate_limited", path="/clients", times=2)
    run = mirror.sync()
    assert (run.state, run.created) == (RunState.COMPLETED, 250)
    assert Allowance.objects.get(connection=mirror.connection).incidents == 2


def test_repeated_429s_end_the_run_with_a_clear_message(mirror: Mirrored) -> None:
    mirror.sim.control.fault("rate_limited", path="/clients", page=2)
    run = mirror.sync()
    assert run.state == RunState.FAILED
    assert "too many requests" in run.error
    assert run.resumable


def test_a_used_up_daily_quota_parks_the_run_until_the_upstreams_reset(mirror: Mirrored) -> None:
    mirror.connection.settings["daily_reserve"] = 100
    mirror.connection.settings["rate"] = 1000
    mirror.connection.save()
    mirror.sim.control.set_daily_remaining(101)
    run = mirror.sync()
    assert (run.state, run.created) == (RunState.PARKED, 100)
    assert "the last 100 calls of today are reserved for users" in run.note
    assert run.parked_until is not None
    assert run.parked_until > timezone.now()
    assert mirror.sync(client_id=mirror.sim.control.ids()[-1]).created == 1, "a user may use the reserve"


def test_law_9_one_bad_record_never_stops_the_rest(mirror: Mirrored) -> None:
    bad_id = mirror.sim.control.ids()[120]
    mirror.sim.control.fault("garbage", path="/clients*", client=bad_id, shape="name_object")
    mirror.sim.control.fault("garbage", path="/clients", page=0, position=3, shape="string", times=1)
    run = mirror.sync()
    assert (run.created, run.failed) == (248, 2)
    quarantined = QuarantinedRecord.objects.get(external_id=bad_id)
    assert (quarantined.reason, quarantined.tries) == ("The name is an object instead of text.", 1)
    assert b'"name":{' in bytes(quarantined.payload)
    mirror.sim.control.clear_faults()
    again = mirror.sync(full=True)
    assert (again.created, again.failed) == (2, 0)
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()
    assert mirror.is_true()


def test_a_record_with_invalid_utf_8_is_quarantined_with_its_bytes(mirror: Mirrored) -> None:
    bad_id = mirror.sim.control.ids()[5]
    mirror.sim.control.fault("invalid_utf8", path="/clients", client=bad_id)
    run = mirror.sync()
    assert (run.created, run.failed) == (249, 1)
    assert b"\xff\xfe" in bytes(QuarantinedRecord.objects.get().payload)


def test_an_id_sent_as_a_number_is_the_same_id(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("garbage", path="/clients", page=0, position=3, shape="integer_id")
    run = mirror.sync(full=True)
    assert (run.state, run.created, run.failed) == (RunState.COMPLETED, 0, 0)
    assert mirror.states() == {"present": 250}
