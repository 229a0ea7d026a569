"""`schedule`: listed, changed, and executed by real workers."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from counterfoil.connections.cron_times import next_after
from counterfoil_simulators.robaws import RobawsSimulator
from tests.cli.test_background import queue_full_run
from tests.support.install import Install
from tests.support.patience import until

BRUSSELS = ZoneInfo("Europe/Brussels")
FULL, INCREMENTAL, PUSH = "full", "incremental", "push"


def shown(install: Install, *words: str) -> dict[str, Any]:
    """Return the schedules by kind, as the command line lists them."""
    return {each["kind"]: each for each in install.json("schedule", "list", "--json", *words)}


def next_of(install: Install, kind: str) -> datetime:
    return datetime.fromisoformat(shown(install)[kind]["next_at"])


@contextmanager
def two_workers(install: Install, clock: datetime, folder: Path) -> Iterator[None]:
    """Start two processes on one database, whose clocks show this time at the start."""
    folder.mkdir()
    environment = {**install.environ(), "COUNTERFOIL_SCHEDULES": "1"}
    command = [sys.executable, "-m", "tests.support.late_worker", clock.isoformat(), str(folder), "2"]
    workers = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(2)]
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(timeout=60)


def outcomes(folder: Path, kind: str) -> list[str]:
    """Return what each worker did at the times of one kind of schedule."""
    return sorted(file.read_text() for file in folder.glob(f"{kind}-*"))


def runs(install: Install) -> Counter[tuple[str, str, str]]:
    return Counter(install.sql("SELECT resource, kind, state FROM counterfoil_run"))


def test_two_workers_fire_a_schedule_once_and_catch_up_once_after_a_week(
    install: Install, sim: RobawsSimulator, tmp_path: Path
) -> None:
    install.connect(sim)
    assert install.run("sync", "acme").returncode == 0
    first, second = (datetime.now(BRUSSELS) + timedelta(days=days) for days in (2, 4))
    install.run("schedule", "set", "acme", INCREMENTAL, "--at", "03:00", "--days", f"{first:%a}".lower())
    install.run("schedule", "set", "acme", FULL, "--at", "12:00", "--days", f"{second:%a}".lower())
    sim.control.change(n=2)
    before = runs(install)
    due = next_of(install, INCREMENTAL)
    with two_workers(install, due - timedelta(seconds=2), tmp_path / "first"):
        until(lambda: outcomes(tmp_path / "first", INCREMENTAL) == ["fired", "not"])
        until(lambda: sum((runs(install) - before).values()) == 2 and not unfinished(install))
    assert runs(install) - before == {
        ("customer", INCREMENTAL, "completed"): 1,
        ("contact_person", INCREMENTAL, "completed"): 1,
    }
    assert install.sql("SELECT updated FROM counterfoil_run WHERE id = 3") == [(2,)]
    assert next_of(install, INCREMENTAL) == next_after(f"0 3 * * {first:%w}", BRUSSELS, due)
    assert shown(install)[INCREMENTAL]["run_id"] == 3

    before = runs(install)
    with two_workers(install, due + timedelta(days=10), tmp_path / "second"):
        until(lambda: outcomes(tmp_path / "second", FULL) == ["fired", "not"])
        until(lambda: outcomes(tmp_path / "second", INCREMENTAL) == ["fired", "not"])
        until(lambda: not unfinished(install))
    assert runs(install) - before == {
        ("customer", FULL, "completed"): 1,
        ("contact_person", FULL, "completed"): 1,
    }, "the full sync does what the incremental one would"
    assert next_of(install, INCREMENTAL) > due + timedelta(days=10)


def unfinished(install: Install) -> bool:
    return bool(install.sql("SELECT 1 FROM counterfoil_run WHERE state IN ('queued', 'running')"))


def test_a_worker_with_schedules_turned_off_fires_none(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.sql("UPDATE counterfoil_schedule SET next_at = '2026-01-01 00:00:00+00:00'")
    run = queue_full_run(install)
    worker = install.start("worker")
    until(lambda: install.sql(f"SELECT state FROM counterfoil_run WHERE id = {run}") == [("completed",)])
    worker.terminate()
    worker.communicate(timeout=30)
    assert install.sql("SELECT count(*) FROM counterfoil_run") == [(1,)]
    assert install.sql("SELECT count(*) FROM counterfoil_schedule WHERE fired_at IS NULL") == [(3,)]
    assert "COUNTERFOIL_SCHEDULES is 0 here" in install.run("schedule", "list").stderr


def test_schedules_are_listed_and_changed(install: Install, sim: RobawsSimulator) -> None:
    assert install.run("schedule", "list").stderr == "No schedules.\n"
    install.connect(sim)
    install.connect(sim, "other")
    usual = shown(install, "--connection", "acme")
    assert {(each["is_on"], each["missed"], each["time_zone"]) for each in usual.values()} == {
        (True, "catch-up", "Europe/Brussels")
    }
    assert {kind: each["cron"] for kind, each in usual.items()} == {
        INCREMENTAL: "0 3 * * *", FULL: "0 4 * * 0", PUSH: "0 22 * * *",
    }  # fmt: skip
    listed = install.run("schedule", "list").stdout
    assert listed.count("At 03:00 every day") == 2
    assert listed.count("At 04:00 on Sunday") == 2

    done = install.run(
        "schedule", "set", "acme", "full", "--at", "05:30", "--days", "sat,mon", "--zone", "America/New_York",
        "--missed", "skip",
    )  # fmt: skip
    assert done.stdout.startswith("acme full: At 05:30 on Monday and Saturday, America/New_York; next ")
    found = shown(install, "--connection", "acme")
    assert (found[FULL]["cron"], found[FULL]["missed"]) == ("30 5 * * 1,6", "skip")
    local = datetime.fromisoformat(found[FULL]["next_at"]).astimezone(ZoneInfo("America/New_York"))
    assert f"{local:%H:%M}" == "05:30"
    assert found[INCREMENTAL]["time_zone"] == "America/New_York", "a connection lives in one zone"
    assert found[INCREMENTAL]["next_at"] != usual[INCREMENTAL]["next_at"]

    assert install.run("schedule", "set", "acme", "full", "--off").stdout.endswith("; off.\n")
    assert shown(install, "--connection", "acme")[FULL]["next_at"] is None
    install.run("schedule", "set", "acme", "incremental", "--zone", "", "--cron", "*/15 6-20 * * mon-fri")
    found = shown(install, "--connection", "acme")
    assert (found[INCREMENTAL]["cron"], found[INCREMENTAL]["time_zone"]) == (
        "*/15 6-20 * * mon-fri", "Europe/Brussels",
    )  # fmt: skip
    assert not found[FULL]["is_on"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("full",), "Nothing to change. Give an option, such as --at 03:00 or --off."),
        (("weekly", "--off"), "“weekly” is not a kind of schedule. Choose one of incremental, full, push."),
        (("full", "--cron", "0 25 * * *"), "“0 25 * * *” is not a cron expression: bad hour. Give minute, hour"),
        (("full", "--cron", "0 0 30 2 *"), "is not a cron expression: bad day-of-month."),
        (("full", "--cron", "daily"), "“daily” is not a cron expression. Give minute, hour, day of the month"),
        (("full", "--at", "soon"), "“soon” is not a time of day. Give one such as 03:00."),
        (("full", "--at", "03:00", "--days", "mon,xyz"), "“xyz” is not a day of the week."),
        (("full", "--days", "mon"), "--days needs a time of day. Add one, such as --at 03:00."),
        (("full", "--cron", "0 3 * * *", "--at", "03:00"), "--cron cannot be combined with --at or --days."),
        (("full", "--zone", "Mars/Olympus"), "“Mars/Olympus” is not a known time zone."),
        (("full", "--missed", "twice"), "“twice” is not a value for --missed. Choose one of catch-up, skip."),
    ],
)
def test_an_unusable_schedule_is_one_clear_line_and_changes_nothing(
    scheduled: Install, words: tuple[str, ...], complaint: str
) -> None:
    before = scheduled.sql("SELECT * FROM counterfoil_schedule")
    done = scheduled.run("schedule", "set", "acme", *words)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert scheduled.sql("SELECT * FROM counterfoil_schedule") == before


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Install]:
    """Set up an install with a connection that no test changes."""
    with (
        Install.fresh(tmp_path_factory.mktemp("scheduled")) as install,
        RobawsSimulator(customers=10, seed=7, rate=None) as sim,
    ):
        install.connect(sim)
        yield install


def test_a_file_is_read_on_schedule_only_if_turned_on(install: Install, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("Id;Name\n1;Acme\n")
    install.run("connect", "file", str(path), "--name", "sites", "--id-column", "Id")
    assert [(each["kind"], each["is_on"]) for each in shown(install).values()] == [(FULL, False)]
    refused = install.run("schedule", "set", "sites", "incremental", "--on")
    assert "sites has no schedule of the kind incremental. Its kinds are: full." in refused.stderr
    assert "At 03:00 every day" in install.run("schedule", "set", "sites", "full", "--on").stdout
