"""A selection is a query whose customers are read one by one: each once, resumed where a kill stopped it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connections.rate_limit import BucketState, RatePolicy
from counterfoil.mirror.models import Allowance, Connection, Customer, Run, RunKind, RunState
from counterfoil.mirror.selection import MOST_PICKED, Boundary, Selection, changed_since
from counterfoil.runs import lifecycle
from counterfoil.sync import selection
from counterfoil.sync.selection import forecast
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install
from tests.support.mirrored import Mirrored, fingerprints

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def request(mirror: Mirrored, **parameters: str) -> Run:
    """Queue a run for a selection by search and filters."""
    now = timezone.now()
    (run,) = selection.request_selection(Selection.from_parameters(parameters).bounded(now), now)
    return run


def execute(run: Run) -> Run:
    execute_run(run)
    run.refresh_from_db()
    return run


def reads(sim: RobawsSimulator) -> list[str]:
    """List the ids that were read one by one, in order."""
    paths = [request["path"] for request in sim.control.requests()]
    return [path.rpartition("/")[2] for path in paths if path.startswith("/api/v2/clients/")]


def test_every_customer_of_the_selection_is_read_once_and_no_other(mirror: Mirrored) -> None:
    mirror.sync()
    chosen = set(Customer.objects.order_by("name").values_list("external_id", flat=True)[:60])
    Customer.objects.filter(external_id__in=chosen).update(role="CHOSEN")
    changed, gone, *_ = sorted(chosen, key=str)
    mirror.sim.control.change(ids=[str(changed)], fields={"name": "Another name"}, rename=True)
    mirror.sim.control.delete(ids=[str(gone)])
    run = execute(request(mirror, role="CHOSEN"))
    assert (run.kind, run.state, run.expected) == (RunKind.SELECTION, RunState.COMPLETED, 60)
    assert (run.fetched, run.tombstoned, run.failed, run.api_calls) == (60, 1, 0, 60)
    assert sorted(reads(mirror.sim)) == sorted(map(str, chosen))
    assert mirror.row(str(changed)).name == "Another name"
    assert mirror.row(str(gone)).state == "tombstone"


def test_a_read_without_changes_rewrites_no_customer(mirror: Mirrored) -> None:
    mirror.sync()
    before = dict(Customer.objects.values_list("pk", "updated_at"))
    first = execute(request(mirror, state="present"))
    assert (first.fetched, first.updated, first.unchanged) == (250, 0, 250)
    assert dict(Customer.objects.values_list("pk", "updated_at")) == before
    rows = fingerprints()
    again = execute(request(mirror, state="present"))
    assert (again.fetched, again.unchanged) == (250, 250)
    assert fingerprints() == rows, "unchanged means untouched"


def test_customers_added_or_changed_later_do_not_belong_to_the_selection(mirror: Mirrored) -> None:
    mirror.sync()
    run = request(mirror, state="present")
    mirror.sim.control.add(7)
    renamed = mirror.sim.control.ids()[0]
    mirror.sim.control.change(ids=[renamed], fields={"name": "Written meanwhile"}, rename=True)
    mirror.sync()
    mirror.sim.control.reset_stats()
    execute(run)
    assert run.fetched == 249
    assert renamed not in reads(mirror.sim)


def test_keys_are_looked_up_ahead_and_none_is_skipped(mirror: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "KEYS_AHEAD", 60)
    mirror.sync()
    execute(request(mirror, state="present"))
    order = Customer.objects.order_by("pk").values_list("external_id", flat=True)
    assert reads(mirror.sim) == list(order)


def test_picked_rows_are_read_whatever_they_match(mirror: Mirrored) -> None:
    mirror.sync()
    picked = list(Customer.objects.order_by("-pk").values_list("pk", flat=True)[:3])
    now = timezone.now()
    chosen = Selection.from_parameters({"q": "nobody is called like this"}, [str(key) for key in picked])
    (run,) = selection.request_selection(chosen.bounded(now), now)
    assert execute(run).fetched == 3


def test_an_unclear_answer_is_counted_and_does_not_stop_the_run(mirror: Mirrored) -> None:
    mirror.sync()
    odd = mirror.sim.control.ids()[3]
    mirror.sim.control.fault("garbage", client=odd, shape="no_id")
    run = execute(request(mirror, state="present"))
    assert (run.state, run.fetched, run.failed, run.tombstoned) == (RunState.COMPLETED, 250, 1, 0)
    assert run.note == "1 read had no clear answer; its record was not changed."
    assert mirror.row(odd).state == "present"


def test_it_uses_the_days_calls_as_background_work_and_resumes_where_it_stopped(mirror: Mirrored) -> None:
    mirror.sync()
    settings = {**mirror.connection.settings, "daily_reserve": 100, "rate": 400}
    Connection.objects.filter(pk=mirror.connection.pk).update(settings=settings)
    mirror.sim.control.set_daily_remaining(140)
    Allowance.objects.update(daily_remaining=140)
    run = execute(request(mirror, state="present"))
    assert (run.state, run.fetched, run.api_calls) == (RunState.PARKED, 40, 40)
    assert run.parked_until is not None
    Allowance.objects.update(daily_remaining=10_000)
    mirror.sim.control.set_daily_remaining(10_000)
    execute(run)
    assert (run.state, run.fetched, run.expected) == (RunState.COMPLETED, 250, 250)
    assert len(reads(mirror.sim)) == len(set(reads(mirror.sim))) == 250


def test_each_connection_gets_one_run_and_a_second_request_queues_no_other(mirror: Mirrored) -> None:
    mirror.sync()
    with RobawsSimulator(customers=20, seed=9, rate=None) as other_sim:
        other = Mirrored.connect(other_sim, "beta")
        other.sync()
        now = timezone.now()
        present = Selection.from_parameters({"state": "present"}).bounded(now)
        shares = selection.plan_selection(present, now)
        assert {share.connection.name: share.forecast.customers for share in shares} == {"acme": 250, "beta": 20}
        queued = selection.request_selection(present, now)
        assert {run.connection.name for run in queued} == {"acme", "beta"}
        assert selection.request_selection(present, now) == queued
        assert {execute(run).fetched for run in queued} == {250, 20}


_WORKER = """
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "counterfoil.project.settings"
django.setup()
from django.utils import timezone
from counterfoil.mirror.selection import Selection
from counterfoil.sync import selection
from counterfoil.worker import queue
now = timezone.now()
if {request}:
    selection.request_selection(Selection.from_parameters({{"state": "present"}}).bounded(now), now)
queue.execute_due_runs()
"""


def start_worker(install: Install, *, request: bool) -> "subprocess.Popen[str]":
    """Start a process that executes due runs; with `request` it queues a selection first."""
    command = [sys.executable, "-c", _WORKER.format(request=request)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=install.environ(), stdout=pipe, stderr=pipe, text=True)


def test_after_kill_9_it_continues_after_the_last_batch(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.json("sync", "acme", "--full", "--json")
    order = [name for (name,) in install.sql("SELECT external_id FROM counterfoil_customer ORDER BY id")]
    sim.control.hold(method="GET", path=f"/clients/{order[110]}", times=1)
    process = start_worker(install, request=True)
    assert sim.control.wait_held(1, timeout=30), process.communicate(timeout=5)
    process.kill()
    process.communicate()
    sim.control.release()
    assert install.sql("SELECT fetched, state FROM counterfoil_run WHERE kind = 'selection'") == [(100, "running")]
    after = start_worker(install, request=False)
    _, stderr = after.communicate(timeout=60)
    assert after.returncode == 0, stderr
    found = install.sql(
        "SELECT state, fetched, unchanged, api_calls FROM counterfoil_run WHERE kind = 'selection'"
    )
    assert found[0][:3] == ("completed", 250, 250)
    assert reads(sim) == [*order[:111], *order[100:]], "only the interrupted batch is read again"


def test_a_cancelled_run_stops_and_keeps_what_it_has_read(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.json("sync", "acme", "--full", "--json")
    order = [name for (name,) in install.sql("SELECT external_id FROM counterfoil_customer ORDER BY id")]
    sim.control.hold(method="GET", path=f"/clients/{order[60]}", times=1)
    process = start_worker(install, request=True)
    assert sim.control.wait_held(1, timeout=30), process.communicate(timeout=5)
    ((run_id,),) = install.sql("SELECT id FROM counterfoil_run WHERE kind = 'selection'")
    assert install.run("cancel", str(run_id)).returncode == 0
    sim.control.release()
    process.communicate(timeout=60)
    assert install.sql("SELECT state, fetched FROM counterfoil_run WHERE kind = 'selection'") == [
        ("cancelled", 50)
    ]
    assert len(reads(sim)) <= 75


def test_a_cancelled_selection_is_not_resumed(mirror: Mirrored) -> None:
    mirror.sync()
    run = request(mirror, state="present")
    lifecycle.cancel(run)
    assert not Run.objects.filter(state=RunState.QUEUED).exists()
    assert request(mirror, state="present").pk != run.pk


@pytest.mark.parametrize(
    ("chosen", "since"),
    [
        ("today", "2026-11-19 23:00"),
        ("7", "2026-11-12 23:00"),
        ("30", "2026-10-20 22:00"),
        ("2026-07-01", "2026-06-30 22:00"),
        ("9999-12-31", "2026-11-20 23:00"),
        ("0001-01-01", "1969-12-31 23:00"),
        ("yesterday", None),
        ("2026-13-01", None),
    ],
)
def test_changed_since_means_the_start_of_a_day(chosen: str, since: str | None) -> None:
    found = changed_since(chosen, NOW)
    assert (found and f"{found.astimezone(UTC):%Y-%m-%d %H:%M}") == since


@given(
    st.dictionaries(st.sampled_from(["q", "role", "country", "changed", "connection", "nonsense"]), st.text()),
    st.lists(st.integers(min_value=1, max_value=2**62).map(str), max_size=5),
    st.booleans(),
)
def test_a_stored_selection_is_restored_unchanged(
    parameters: dict[str, str], picked: list[str], bounded: Any
) -> None:
    made = Selection.from_parameters(parameters, picked)
    if made.picked:
        made = Selection(picked=made.picked)
    if bounded:
        made = Selection(made.search, made.filters, made.picked, Boundary(7, NOW))
    assert Selection.restored(made.stored()) == made
    assert "nonsense" not in made.names


def test_no_more_rows_can_be_picked_than_a_page_holds() -> None:
    assert len(Selection.from_parameters({}, [str(key) for key in range(1, 1000)]).picked) == MOST_PICKED


@pytest.mark.parametrize(
    ("rate", "measured_rate", "seconds"),
    [(10.0, None, 60), (10.0, 5.0, 120), (10.0, 50.0, 60), (0.0, None, 60), (0, 60.0, 10)],
)
def test_a_forecast_uses_the_rate_limit_or_the_measured_rate(
    rate: float, measured_rate: float | None, seconds: float
) -> None:
    assert forecast(600, RatePolicy(rate, 10, 500), BucketState(), measured_rate, NOW).seconds == seconds


def test_a_forecast_leaves_the_reserve_to_users() -> None:
    policy = RatePolicy(10.0, 10, 500)
    state = BucketState(daily_limit=10_000, daily_remaining=1_100, daily_reset_at=NOW + timedelta(hours=3))
    assert forecast(600, policy, state, None, NOW).fits
    assert not forecast(601, policy, state, None, NOW).fits
    tomorrow = forecast(601, policy, state, None, NOW + timedelta(hours=4))
    assert (tomorrow.calls_left, tomorrow.fits) == (9_500, True)
    assert forecast(10**9, policy, BucketState(), None, NOW).fits, "the upstream has named no limit"
