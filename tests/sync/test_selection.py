"""A selection is a query, read one by one in the background: once each, and on from where it was after a kill."""

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


def ask(mirror: Mirrored, **parameters: str) -> Run:
    """A selection by search and filters, queued."""
    now = timezone.now()
    (run,) = selection.request_selection(Selection.of(parameters).bounded(now), now)
    return run


def carry_out(run: Run) -> Run:
    """Here and now."""
    execute_run(run)
    run.refresh_from_db()
    return run


def reads(sim: RobawsSimulator) -> list[str]:
    """The ids that were read one by one, in order."""
    paths = [request["path"] for request in sim.control.requests()]
    return [path.rpartition("/")[2] for path in paths if path.startswith("/api/v2/clients/")]


def test_every_customer_of_the_selection_is_read_once_and_no_other(mirror: Mirrored) -> None:
    mirror.sync()
    chosen = set(Customer.objects.order_by("name").values_list("external_id", flat=True)[:60])
    Customer.objects.filter(external_id__in=chosen).update(role="CHOSEN")
    changed, gone, *_ = sorted(chosen, key=str)
    mirror.sim.control.change(ids=[str(changed)], fields={"name": "Another name"}, rename=True)
    mirror.sim.control.delete(ids=[str(gone)])
    run = carry_out(ask(mirror, role="CHOSEN"))
    assert (run.kind, run.state, run.expected) == (RunKind.SELECTION, RunState.COMPLETED, 60)
    assert (run.fetched, run.tombstoned, run.failed, run.api_calls) == (60, 1, 0, 60)
    assert sorted(reads(mirror.sim)) == sorted(map(str, chosen))
    assert mirror.row(str(changed)).name == "Another name"
    assert mirror.row(str(gone)).state == "tombstone"


def test_a_read_that_brings_nothing_new_changes_no_customer(mirror: Mirrored) -> None:
    mirror.sync()
    before = dict(Customer.objects.values_list("pk", "updated_at"))
    first = carry_out(ask(mirror, state="present"))
    assert (first.fetched, first.updated, first.unchanged) == (250, 0, 250)
    assert dict(Customer.objects.values_list("pk", "updated_at")) == before
    rows = fingerprints()
    again = carry_out(ask(mirror, state="present"))
    assert (again.fetched, again.unchanged) == (250, 250)
    assert fingerprints() == rows, "unchanged means untouched"


def test_what_appears_or_is_written_later_does_not_belong_to_it(mirror: Mirrored) -> None:
    mirror.sync()
    run = ask(mirror, state="present")
    mirror.sim.control.add(7)
    renamed = mirror.sim.control.ids()[0]
    mirror.sim.control.change(ids=[renamed], fields={"name": "Written meanwhile"}, rename=True)
    mirror.sync()
    mirror.sim.control.reset_stats()
    carry_out(run)
    assert run.fetched == 249
    assert renamed not in reads(mirror.sim)


def test_keys_are_looked_up_ahead_and_none_is_lost_in_between(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "KEYS_AHEAD", 60)
    mirror.sync()
    carry_out(ask(mirror, state="present"))
    order = Customer.objects.order_by("pk").values_list("external_id", flat=True)
    assert reads(mirror.sim) == list(order)


def test_picked_rows_are_read_whatever_they_match(mirror: Mirrored) -> None:
    mirror.sync()
    picked = list(Customer.objects.order_by("-pk").values_list("pk", flat=True)[:3])
    now = timezone.now()
    chosen = Selection.of({"q": "nobody is called like this"}, [str(key) for key in picked])
    (run,) = selection.request_selection(chosen.bounded(now), now)
    assert carry_out(run).fetched == 3


def test_an_answer_that_is_not_clear_is_counted_and_stops_nothing(mirror: Mirrored) -> None:
    mirror.sync()
    odd = mirror.sim.control.ids()[3]
    mirror.sim.control.fault("garbage", client=odd, shape="no_id")
    run = carry_out(ask(mirror, state="present"))
    assert (run.state, run.fetched, run.failed, run.tombstoned) == (RunState.COMPLETED, 250, 1, 0)
    assert run.note == "1 read had no clear answer; its record was not changed"
    assert mirror.row(odd).state == "present"


def test_it_draws_on_the_days_calls_as_background_work_and_waits_where_it_was(mirror: Mirrored) -> None:
    mirror.sync()
    settings = {**mirror.connection.settings, "daily_reserve": 100, "rate": 400}
    Connection.objects.filter(pk=mirror.connection.pk).update(settings=settings)
    mirror.sim.control.set_daily_remaining(140)
    Allowance.objects.update(daily_remaining=140)
    run = carry_out(ask(mirror, state="present"))
    assert (run.state, run.fetched, run.api_calls) == (RunState.PARKED, 40, 40)
    assert run.parked_until is not None
    Allowance.objects.update(daily_remaining=10_000)
    mirror.sim.control.set_daily_remaining(10_000)
    carry_out(run)
    assert (run.state, run.fetched, run.expected) == (RunState.COMPLETED, 250, 250)
    assert len(reads(mirror.sim)) == len(set(reads(mirror.sim))) == 250


def test_one_run_for_each_connection_and_asked_twice_is_queued_once(mirror: Mirrored) -> None:
    mirror.sync()
    with RobawsSimulator(customers=20, seed=9, rate=None) as other_sim:
        other = Mirrored.connect(other_sim, "beta")
        other.sync()
        now = timezone.now()
        everybody = Selection.of({"state": "present"}).bounded(now)
        shares = selection.plan_selection(everybody, now)
        assert {share.connection.name: share.forecast.customers for share in shares} == {"acme": 250, "beta": 20}
        asked = selection.request_selection(everybody, now)
        assert {run.connection.name for run in asked} == {"acme", "beta"}
        assert selection.request_selection(everybody, now) == asked
        assert {carry_out(run).fetched for run in asked} == {250, 20}


_WORK_OFF = """
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "counterfoil.project.settings"
django.setup()
from django.utils import timezone
from counterfoil.mirror.selection import Selection
from counterfoil.sync import selection
from counterfoil.worker import queue
now = timezone.now()
if {ask}:
    selection.request_selection(Selection.of({{"state": "present"}}).bounded(now), now)
queue.execute_due_runs()
"""


def work_off(install: Install, *, ask: bool) -> "subprocess.Popen[str]":
    """A process that carries out what waits, asking first."""
    command = [sys.executable, "-c", _WORK_OFF.format(ask=ask)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=install.environ(), stdout=pipe, stderr=pipe, text=True)


def test_after_kill_9_it_goes_on_behind_the_last_batch(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.json("sync", "acme", "--full", "--json")
    order = [name for (name,) in install.sql("SELECT external_id FROM counterfoil_customer ORDER BY id")]
    sim.control.hold(method="GET", path=f"/clients/{order[110]}", times=1)
    process = work_off(install, ask=True)
    assert sim.control.wait_held(1, timeout=30), process.communicate(timeout=5)
    process.kill()
    process.communicate()
    sim.control.release()
    assert install.sql("SELECT fetched, state FROM counterfoil_run WHERE kind = 'selection'") == [(100, "running")]
    after = work_off(install, ask=False)
    _, complaint = after.communicate(timeout=60)
    assert after.returncode == 0, complaint
    found = install.sql(
        "SELECT state, fetched, unchanged, api_calls FROM counterfoil_run WHERE kind = 'selection'"
    )
    assert found[0][:3] == ("completed", 250, 250)
    asked = reads(sim)
    assert asked == [*order[:111], *order[100:]], "only the batch under way is read again"


def test_cancelled_in_the_middle_it_stops_and_keeps_what_it_read(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.json("sync", "acme", "--full", "--json")
    order = [name for (name,) in install.sql("SELECT external_id FROM counterfoil_customer ORDER BY id")]
    sim.control.hold(method="GET", path=f"/clients/{order[60]}", times=1)
    process = work_off(install, ask=True)
    assert sim.control.wait_held(1, timeout=30), process.communicate(timeout=5)
    ((run_id,),) = install.sql("SELECT id FROM counterfoil_run WHERE kind = 'selection'")
    assert install.run("cancel", str(run_id)).returncode == 0
    sim.control.release()
    process.communicate(timeout=60)
    assert install.sql("SELECT state, fetched FROM counterfoil_run WHERE kind = 'selection'") == [
        ("cancelled", 50)
    ]
    assert len(reads(sim)) <= 75


def test_a_cancelled_selection_is_not_taken_up_again(mirror: Mirrored) -> None:
    mirror.sync()
    run = ask(mirror, state="present")
    lifecycle.cancel(run)
    assert not Run.objects.filter(state=RunState.QUEUED).exists()
    assert ask(mirror, state="present").pk != run.pk


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
def test_changed_since_means_the_beginning_of_a_day(chosen: str, since: str | None) -> None:
    found = changed_since(chosen, NOW)
    assert (found and f"{found.astimezone(UTC):%Y-%m-%d %H:%M}") == since


@given(
    st.dictionaries(st.sampled_from(["q", "role", "country", "changed", "connection", "nonsense"]), st.text()),
    st.lists(st.integers(min_value=1, max_value=2**62).map(str), max_size=5),
    st.booleans(),
)
def test_a_stored_selection_comes_back_the_same(said: dict[str, str], picked: list[str], bounded: Any) -> None:
    made = Selection.of(said, picked)
    if made.picked:
        made = Selection(picked=made.picked)
    if bounded:
        made = Selection(made.search, made.filters, made.picked, Boundary(7, NOW))
    assert Selection.restored(made.stored()) == made
    assert "nonsense" not in made.names


def test_no_more_can_be_picked_than_a_page_holds() -> None:
    assert len(Selection.of({}, [str(key) for key in range(1, 1000)]).picked) == MOST_PICKED


@pytest.mark.parametrize(
    ("rate", "pace", "seconds"),
    [(10.0, None, 60), (10.0, 5.0, 120), (10.0, 50.0, 60), (0.0, None, 60), (0, 60.0, 10)],
)
def test_a_forecast_is_the_rate_or_what_the_last_runs_managed(
    rate: float, pace: float | None, seconds: float
) -> None:
    assert forecast(600, RatePolicy(rate, 10, 500), BucketState(), pace, NOW).seconds == seconds


def test_a_forecast_leaves_the_reserve_to_people() -> None:
    policy = RatePolicy(10.0, 10, 500)
    state = BucketState(daily_limit=10_000, daily_remaining=1_100, daily_reset_at=NOW + timedelta(hours=3))
    assert forecast(600, policy, state, None, NOW).fits
    assert not forecast(601, policy, state, None, NOW).fits
    tomorrow = forecast(601, policy, state, None, NOW + timedelta(hours=4))
    assert (tomorrow.calls_left, tomorrow.fits) == (9_500, True)
    assert forecast(10**9, policy, BucketState(), None, NOW).fits, "nothing is known to be short"
