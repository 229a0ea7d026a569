"""Laws 3 and 9: an entry without an id may be anybody, and a listed record that is bad was still listed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from counterfoil.connections import connect
from counterfoil.connections.factory import connector_class
from counterfoil.mirror.models import Customer, QuarantinedRecord, RunState
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import approval, plan
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

CLIENT = "3"


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(8, seed=7, rate=None) as simulator:
        yield simulator


def state(mirror: Mirrored) -> tuple[str, bool]:
    row = mirror.row(CLIENT)
    return row.state, row.is_active


def test_law_3_an_entry_without_an_id_lets_no_pass_mark_anybody_missing(mirror: Mirrored) -> None:
    mirror.sync()
    (gone,) = mirror.sim.control.delete(["7"])
    mirror.sim.control.fault("garbage", client=CLIENT, path="/clients", shape="no_id")
    for _ in range(3):
        run = mirror.sync(full=True)
        assert (run.state, run.missing, run.failed) == (RunState.COMPLETED, 0, 1)
        assert state(mirror) == ("present", True)
        assert "1 entry has no readable id" in run.note
    assert mirror.row(gone).state == "tombstone", "a single read proves what the listing cannot"
    mirror.sim.control.clear_faults()
    mirror.sync(full=True)
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()


def test_a_read_that_fails_leaves_present_what_may_be_listed(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("garbage", client=CLIENT, path="/clients", shape="no_id")
    mirror.sim.control.fault("html_error", path="/clients/*", status=502)
    run = mirror.sync(full=True)
    assert (run.state, run.missing, mirror.states()) == (RunState.COMPLETED, 0, {"present": 8})


def test_a_client_missing_before_may_be_the_entry_without_an_id(
    mirror: Mirrored,
) -> None:
    mirror.sync()
    Customer.objects.filter(external_id=CLIENT).update(state="missing", state_ticket=1)
    mirror.sim.control.fault("garbage", client=CLIENT, path="/clients", shape="no_id")
    mirror.sync(full=True)
    assert state(mirror) == ("present", True)


def test_law_9_a_listed_record_that_cannot_be_imported_is_not_missing(mirror: Mirrored) -> None:
    mirror.sync()
    Customer.objects.filter(external_id=CLIENT).update(state="missing", state_ticket=1)
    mirror.sim.control.fault("garbage", client=CLIENT, shape="name_object")
    for _ in range(2):
        run = mirror.sync(full=True)
        assert (run.state, run.unlisted) == (RunState.COMPLETED, 0)
        assert state(mirror) == ("present", True)


def test_law_3_even_an_approval_marks_nobody_missing_by_an_entry_without_an_id(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("short_page", path="/clients", count=5, times=1)
    mirror.sim.control.fault("garbage", path="/clients", position=0, shape="no_id", times=1)
    mirror.sim.control.fault("wrong_total", path="/clients", total=3, times=1)
    run = mirror.sync(full=True)
    assert run.state == RunState.NEEDS_APPROVAL
    approval.approve(run)
    run.refresh_from_db()
    execute_run(run)
    assert mirror.states() == {"present": 8}


def test_law_3_a_row_of_a_file_without_an_id_may_be_the_one_that_is_gone(
    transactional_db: None, tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("Id;Name\n" + "".join(f"{n};Customer {n}\n" for n in range(1, 9)))
    connection = connect.connect(connect.Draft("list", "file", {"path": str(file), "id_column": "Id"}, {}))[0]
    assert connector_class(connection).name == "file"

    def sync() -> dict[str | None, str]:
        (part,) = plan.plan_runs(connection, full=True, options=RunOptions())
        execute_run(plan.start_run(connection, part, RunOptions()))
        return dict(Customer.objects.values_list("external_id", "state"))

    sync()
    whole = file.read_text()
    file.write_text(whole.replace("3;Customer 3", ";Customer 3"))
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        assert set(sync().values()) == {"present"}
        problem = QuarantinedRecord.objects.get(external_id=CLIENT)
        assert "1 row of the file has no id that can be read; it may be this record." in problem.reason
    file.write_text(whole.replace("3;Customer 3\n", "2;Customer 2 again\n"))
    assert sync()[CLIENT] == "tombstone", "a repeated id is nobody else's"
