"""The dates of a file are read as their columns are written; what is in doubt stays empty and marked (law 12)."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from counterfoil.connections import connect as connections
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Connection, Customer, Run, RunState
from counterfoil.runs import mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from tests.support.mirrored import fingerprints

pytestmark = pytest.mark.django_db(transaction=True)
APRIL, MARCH = date(2026, 4, 3), date(2026, 3, 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "klanten.csv"


def write(path: Path, *days: str) -> Path:
    lines = [f"{number};Klant {number};{day};{day}" for number, day in enumerate(days)]
    path.write_text("\n".join(["Id;Naam;Opvolging;Sinds", *lines, ""]))
    return path


def connect(path: Path) -> Connection:
    fields = {"name": "Naam", "follow_up_date": "Opvolging", "upstream_created_at": "Sinds"}
    settings = {"path": str(path), "id_column": "Id"}
    return connections.connect(connections.Draft("klanten", "file", settings, {}, "BE", field_map=fields))[0]


def sync(connection: Connection, **options: object) -> Run:
    connection.refresh_from_db()
    chosen = RunOptions(**options)  # type: ignore[arg-type]
    (part,) = plan.plan_runs(connection, full=True, options=chosen)
    run = plan.start_run(connection, part, chosen)
    execute_run(run)
    run.refresh_from_db()
    return run


def days() -> list[date | None]:
    return list(Customer.objects.order_by("external_id").values_list("follow_up_date", flat=True))


@pytest.mark.parametrize(("decisive", "read"), [("25/03/2026", APRIL), ("03/25/2026", MARCH)])
def test_law_12_one_date_decides_for_the_whole_column(path: Path, decisive: str, read: date) -> None:
    connection = connect(write(path, "03/04/2026", decisive))
    assert sync(connection).state == RunState.COMPLETED
    assert days() == [read, date(2026, 3, 25)]
    created = Customer.objects.order_by("external_id")[0].upstream_created_at
    assert created == datetime(read.year, read.month, read.day, tzinfo=UTC)
    assert coverage.warnings(connection.pk) == []
    before = fingerprints("customer")
    sync(connection)
    assert fingerprints("customer") == before


def test_law_12_dates_in_doubt_are_left_empty_and_the_connection_says_so(path: Path) -> None:
    connection = connect(write(path, "03/04/2026", "2026-05-06", "03/03/2026"))
    sync(connection)
    assert days() == [None, date(2026, 5, 6), date(2026, 3, 3)]
    doubtful = Customer.objects.order_by("external_id")[0]
    reason = "not clear whether the day or the month comes first"
    assert doubtful.invalid == {"follow_up_date": reason, "upstream_created_at": reason}
    (warning,) = coverage.warnings(connection.pk)
    assert "Follow-up date" in warning


@pytest.mark.parametrize(("chosen", "read"), [("day-first", APRIL), ("month-first", MARCH)])
def test_law_12_the_choice_of_a_person_fills_what_was_in_doubt(path: Path, chosen: str, read: date) -> None:
    connection = connect(write(path, "03/04/2026"))
    sync(connection)
    run = mapping_changes.set_forms(connection, {"dates": chosen})
    assert run is not None
    execute_run(run)
    assert days() == [read]
    assert coverage.warnings(connection.pk) == []
    sync(connection)
    assert days() == [read]


def test_law_12_a_later_file_that_decides_maps_the_earlier_rows_again(path: Path) -> None:
    connection = connect(write(path, "03/04/2026"))
    sync(connection)
    write(path, "03/04/2026", "03/25/2026")
    sync(connection)
    queue.execute_due_runs()
    assert days() == [MARCH, date(2026, 3, 25)]


def test_law_12_what_was_decided_stays_where_a_later_file_leaves_it_open(path: Path) -> None:
    connection = connect(write(path, "25/03/2026"))
    sync(connection)
    write(path, "03/04/2026")
    sync(connection)
    assert days() == [APRIL]


def test_law_12_a_file_with_both_forms_is_in_doubt(path: Path) -> None:
    connection = connect(write(path, "03/04/2026", "25/03/2026", "03/26/2026"))
    sync(connection)
    assert days() == [None, date(2026, 3, 25), date(2026, 3, 26)]


def test_a_dry_run_decides_and_keeps_nothing(path: Path) -> None:
    connection = connect(write(path, "03/04/2026", "03/25/2026"))
    sync(connection, dry_run=True)
    connection.refresh_from_db()
    assert "forms" not in connection.settings
