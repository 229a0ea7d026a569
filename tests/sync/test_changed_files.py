"""A file that came back with fewer columns, or with ids in another form: laws 3 and 12."""

from pathlib import Path

import pytest

from counterfoil.connections import connect as connections
from counterfoil.mirror.models import Change, Connection, Customer, Proposal, Run, RunState
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import approval, plan
from counterfoil.worker.handlers import execute_run
from tests.support.mirrored import fingerprints

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = ("Id", "Naam", "Gemeente", "Telefoon")
WITHOUT_PHONE = ("Id", "Naam", "Gemeente")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "klanten.csv", [str(number) for number in range(1, 31)])


def write(path: Path, ids: list[str], columns: tuple[str, ...] = WHOLE) -> Path:
    lines = [";".join(columns)]
    for at, external_id in enumerate(ids):
        values = {"Id": external_id, "Naam": f"Klant {at}", "Gemeente": "Gent", "Telefoon": f"0475 12 34 {at:02}"}
        lines.append(";".join(values[column] for column in columns))
    path.write_text("\n".join(lines) + "\n")
    return path


def connect(path: Path) -> Connection:
    fields = {"name": "Naam", "city": "Gemeente", "phone": "Telefoon"}
    settings = {"path": str(path), "id_column": "Id"}
    return connections.connect(connections.Draft("klanten", "file", settings, {}, "BE", field_map=fields))[0]


def sync(connection: Connection, **options: object) -> Run:
    connection.refresh_from_db()
    chosen = RunOptions(**options)  # type: ignore[arg-type]
    (part,) = plan.plan_runs(connection, full=True, options=chosen)
    return execute(plan.start_run(connection, part, chosen))


def execute(run: Run) -> Run:
    execute_run(run)
    run.refresh_from_db()
    return run


def approve(run: Run) -> Run:
    approval.approve(run)
    run.refresh_from_db()
    return execute(run)


IDS = [str(number) for number in range(1, 31)]


def test_law_3_a_mapped_column_that_is_gone_asks_and_writes_nothing(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    before = fingerprints()
    write(path, [*IDS, "31"], WITHOUT_PHONE)
    run = sync(connection)
    assert run.state == RunState.NEEDS_APPROVAL
    assert "no longer has “Telefoon”, which the mapping uses, so 31 customers would change" in run.note
    proposed = Proposal.objects.get(run=run, external_id="7")
    assert (proposed.before, proposed.after) == ("Klant 6; phone: 0475 12 34 06", "Klant 6; phone: –")
    assert fingerprints() == before
    write(path, IDS)
    assert sync(connection).state == RunState.COMPLETED
    assert fingerprints() == before
    assert Run.objects.get(pk=run.pk).state == RunState.SUPERSEDED


def test_law_3_approved_a_column_may_be_gone_until_it_is_back(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    write(path, IDS, WITHOUT_PHONE)
    run = approve(sync(connection))
    assert (run.state, run.updated) == (RunState.COMPLETED, 30)
    assert not Customer.objects.exclude(phone=None).exists()
    change = Change.objects.get(record_id=Customer.objects.get(external_id="1").pk, field="phone")
    assert (change.before, change.after) == ("0475 12 34 00", None)
    write(path, [*IDS, "31"], WITHOUT_PHONE)
    assert (sync(connection).state, Customer.objects.count()) == (RunState.COMPLETED, 31)
    write(path, IDS)
    assert sync(connection).updated == 30
    write(path, IDS, WITHOUT_PHONE)
    assert sync(connection).state == RunState.NEEDS_APPROVAL, "it is asked about again"


def test_law_3_a_single_read_waits_for_that_decision(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    before = fingerprints()
    write(path, IDS, WITHOUT_PHONE)
    run = sync(connection, client_id="7")
    assert (run.state, fingerprints()) == (RunState.FAILED, before)
    assert "no longer has “Telefoon”" in run.error


def test_a_column_that_never_had_a_value_asks_nothing(path: Path) -> None:
    write(path, IDS, WITHOUT_PHONE)
    connection = connect(path)
    assert sync(connection).created == 30
    assert sync(connection).state == RunState.COMPLETED


@pytest.mark.parametrize("form", ["{}.0", "{},0", "{:0>6}", "'{}"])
def test_law_12_ids_in_another_form_ask_before_anything_is_written(path: Path, form: str) -> None:
    connection = connect(path)
    sync(connection)
    before = fingerprints()
    write(path, [form.format(external_id) for external_id in IDS])
    run = sync(connection)
    assert run.state == RunState.NEEDS_APPROVAL
    assert f"30 ids are here in another form, such as 1 for {form.format(1)}" in run.note
    assert fingerprints() == before
    write(path, IDS)
    assert sync(connection).state == RunState.COMPLETED
    assert fingerprints() == before


def test_law_12_a_single_id_in_another_form_asks_too(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    write(path, [*IDS[:-1], "30.0", "31"])
    run = sync(connection)
    assert run.state == RunState.NEEDS_APPROVAL
    assert sorted(Proposal.objects.filter(run=run).values_list("external_id", "action")) == [
        ("30", "vanish"), ("30.0", "create"), ("31", "create"),
    ]  # fmt: skip
    assert approve(run).state == RunState.COMPLETED
    assert Customer.objects.get(external_id="30").state == "tombstone"
    assert Customer.objects.filter(state="present").count() == 31


def test_an_id_beside_its_other_form_is_another_customer(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    write(path, [*IDS, "007"])
    run = sync(connection)
    assert (run.state, run.created) == (RunState.COMPLETED, 1)
    assert Customer.objects.filter(state="present").count() == 31


@pytest.mark.parametrize("columns", [WHOLE, WITHOUT_PHONE])
def test_a_dry_run_says_what_a_sync_would_ask(path: Path, columns: tuple[str, ...]) -> None:
    connection = connect(path)
    sync(connection)
    write(path, [f"{external_id}.0" for external_id in IDS] if columns == WHOLE else IDS, columns)
    before = fingerprints()
    run = sync(connection, dry_run=True)
    assert (run.state, fingerprints()) == (RunState.COMPLETED, before)
    question = "30 ids are here in another form" if columns == WHOLE else "so 30 customers would change"
    assert question in run.note


def test_a_limited_sync_asks_too(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    before = fingerprints()
    write(path, IDS, WITHOUT_PHONE)
    assert sync(connection, limit=5).state == RunState.NEEDS_APPROVAL
    assert fingerprints() == before


def test_a_newer_sync_asks_in_the_place_of_an_older_one(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    write(path, IDS, WITHOUT_PHONE)
    first, second = sync(connection), sync(connection)
    first.refresh_from_db()
    assert (first.state, second.state) == (RunState.SUPERSEDED, RunState.NEEDS_APPROVAL)


def test_a_cancelled_question_is_asked_again(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    write(path, IDS, WITHOUT_PHONE)
    lifecycle.cancel(sync(connection))
    assert sync(connection).state == RunState.NEEDS_APPROVAL
