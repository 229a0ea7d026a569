"""A file as an upstream: the same engine and laws, with the errors of real files."""

import json
from pathlib import Path

import pytest

from counterfoil.connections import connect as connections
from counterfoil.errors import CounterfoilError, InvalidInput, NotFound
from counterfoil.mirror.models import Change, Connection, Customer, QuarantinedRecord, Run, RunState
from counterfoil.runs.execute import Execution
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import approval, plan
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.odd_payloads import LONG_NAME
from tests.support.mirrored import fingerprints

HEADER = "Id,Site name,Address,Zip,Phone,Website,Program Name\n"


def line(number: int, name: str = "", phone: str = "226 26 49") -> str:
    return f'{number}," {name or f"Site {number}"}","{number} S Wabash Ave ",60601,{phone},,"Head\nStart"\n'


def write(path: Path, numbers: range | list[int], encoding: str = "utf-8") -> Path:
    path.write_text(HEADER + "".join(line(number) for number in numbers), encoding=encoding)
    return path


def connect(file: Path, **settings: str) -> Connection:
    fields = {"name": "Site name", "phone": "Phone", "street": "Address", "postal_code": "Zip"}
    draft = connections.Draft(
        "sites", "file", {"path": str(file), "id_column": "Id", **settings}, {}, "US", field_map=fields
    )
    return connections.connect(draft)[0]


def sync(connection: Connection, **options: object) -> Run:
    chosen = RunOptions(**options)  # type: ignore[arg-type]
    (part,) = plan.plan_runs(connection, full=True, options=chosen)
    return execute(plan.start_run(connection, part, chosen)).run


def execute(run: Run) -> Execution:
    execution = execute_run(run)
    run.refresh_from_db()
    return execution


@pytest.fixture
def path(tmp_path: Path, transactional_db: None) -> Path:
    return write(tmp_path / "sites.csv", range(1200))


def states(connection: Connection) -> dict[str, int]:
    rows = Customer.objects.filter(connection=connection).values_list("state", flat=True)
    return {state: list(rows).count(state) for state in set(rows)}


def test_every_line_is_mirrored_and_a_second_sync_rewrites_none(path: Path) -> None:
    connection = connect(path)
    run = sync(connection)
    assert (run.state, run.created, run.failed, run.api_calls) == (RunState.COMPLETED, 1200, 0, 0)
    row = Customer.objects.get(external_id="7")
    assert (row.name, row.street, row.extra) == ("Site 7", "7 S Wabash Ave", {"Program Name": "Head\nStart"})
    assert json.loads(row.raw)["Site name"] == " Site 7", "the raw payload is kept unchanged"
    before = fingerprints()
    assert sync(connection).unchanged == 1200
    assert fingerprints() == before


def test_removed_lines_become_missing_then_tombstones(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    write(path, range(40, 1200))
    run = sync(connection)
    assert (run.state, run.tombstoned, run.missing) == (RunState.COMPLETED, 40, 0)
    row = Customer.objects.get(external_id="7")
    changes = Change.objects.filter(record_id=row.pk, field="state").order_by("id")
    assert [(c.before, c.after) for c in changes] == [("present", "missing"), ("missing", "tombstone")]
    write(path, range(1200))
    run = sync(connection)
    assert (run.state, states(connection)) == (RunState.COMPLETED, {"present": 1200})


def test_removing_half_the_file_needs_approval_which_applies_it(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    write(path, range(0, 1200, 2))
    run = sync(connection)
    assert run.state == RunState.NEEDS_APPROVAL
    assert states(connection) == {"present": 1200}
    approval.approve(run)
    run.refresh_from_db()
    execute(run)
    assert (run.state, states(connection)) == (RunState.COMPLETED, {"present": 600, "tombstone": 600})


def test_a_wrong_id_column_writes_nothing(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    before = fingerprints()
    path.write_text(HEADER + "".join(line(n, name=f"Site {(n + 1) % 1200}") for n in range(1200)))
    assert sync(connection).state == RunState.NEEDS_APPROVAL
    assert fingerprints() == before


def test_a_changed_line_is_kept_in_history(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    path.write_text(path.read_text().replace(line(5), line(5, phone="(312) 555-0188")))
    run = sync(connection)
    assert (run.updated, run.unchanged) == (1, 1199)
    change = Change.objects.get(field="phone")
    assert (change.before, change.after) == ("226 26 49", "(312) 555-0188")
    assert Customer.objects.get(external_id="5").phone_e164 == "+13125550188"


def test_lines_without_a_unique_id_are_quarantined_with_their_number(path: Path) -> None:
    connection = connect(path)
    path.write_text(HEADER + line(1) + "2,B,,,,,,,too many\n" + ",nobody,,,,,\n" + line(1, "Twin") + "3,C,,,,,\n")
    run = sync(connection)
    assert (run.created, run.failed) == (2, 3)
    assert sorted(QuarantinedRecord.objects.values_list("reason", flat=True)) == [
        "Line 4 has 9 cells, the header has 7.",
        "Line 5 has no id in column 'Id'.",
        "Line 7 repeats an id of an earlier line.",
    ]
    again = sync(connection)
    assert (again.unchanged, again.failed, again.updated) == (2, 3, 0)
    path.write_text(HEADER + line(1) + "3,C,,,,,\n")
    sync(connection)
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()


def test_law_12_the_line_where_a_file_was_cut_off_clears_nothing(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    whole = path.read_text()
    path.write_text(whole[: whole.index(line(1199)) + 9])
    run = sync(connection)
    assert (run.updated, run.failed, states(connection)) == (0, 1, {"present": 1200})
    assert "a quote is not closed" in QuarantinedRecord.objects.get().reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_written_by_spreadsheet_programs_are_read(
    tmp_path: Path, transactional_db: None, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "klanten.csv"
    rows = [["Id", "Site name", "Zip"], ["1", "Café Müller", "2000"], ["2", "Garage d'Été", ""]]
    path.write_text("\r\n".join(delimiter.join(row) for row in rows) + "\r\n", encoding=encoding)
    connection = connect(path)
    assert sync(connection).created == 2
    names = Customer.objects.filter(connection=connection).values_list("name", flat=True)
    assert sorted(names) == ["Café Müller", "Garage d'Été"]


def test_json_lines_keep_their_types_and_bad_lines_are_quarantined(tmp_path: Path, transactional_db: None) -> None:
    path = tmp_path / "sites.jsonl"
    good = {"Id": 7, "Site name": "Acme", "Phone": None, "more": {"deep": [1, 2]}, "vip": True}
    path.write_text(json.dumps(good) + "\n\n{broken\n[1]\n" + '{"Id": {"a": 1}}\n')
    connection = connect(path)
    run = sync(connection)
    assert (run.created, run.failed) == (1, 3)
    row = Customer.objects.get()
    assert (row.external_id, row.name, row.extra) == ("7", "Acme", {"more.deep": [1, 2], "vip": True})


def test_an_emptied_file_deletes_nothing(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    path.write_text(HEADER)
    assert sync(connection).state == RunState.NEEDS_APPROVAL
    path.write_text("")
    run = sync(connection)
    assert run.state == RunState.FAILED
    assert "has no header line" in run.error
    path.unlink()
    run = sync(connection)
    assert run.state == RunState.FAILED
    assert "There is no file" in run.error
    assert states(connection) == {"present": 1200}


def test_a_file_without_its_id_column_fails_with_a_clear_message(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    path.write_text(path.read_text().replace("Id,", "Number,", 1))
    run = sync(connection)
    assert run.state == RunState.FAILED
    assert "has no column 'Id'. Its columns are: Number, Site name" in run.error


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"path": "/no/such/file.csv"}, NotFound, "There is no file"),
        ({"path": "/"}, InvalidInput, "is a folder"),
        ({"id_column": "ID"}, InvalidInput, "has no column 'ID'"),
        ({"encoding": "klingon"}, InvalidInput, "no encoding called klingon"),
    ],
)
def test_a_wrong_setting_is_rejected_before_anything_is_stored(
    path: Path, settings: dict[str, str], error: type[CounterfoilError], message: str
) -> None:
    with pytest.raises(error, match=message):
        connect(path, **settings)
    assert not Connection.objects.exists()


ODD_LINES = {
    "not JSON": '{"Id": "%s", "Site name": "A", "x": NaN}',
    "half a character": '{"Id": "%s", "Site name": "half \\ud83d"}',
    "nested": '{"Id": "%s", "Site name": "A", "x": ' + "[" * 10_000 + "]" * 10_000 + "}",
    "too deep to write": '{"Id": "%s", "Site name": "A", "x": ' + "[" * 400 + "]" * 400 + "}",
    "NUL": '{"Id": "%s", "Site name": "A", "x": "\\u0000"}',
    "NUL in a name": '{"Id": "%s", "Site name": "A\\u0000"}',
    "long": '{"Id": "%s", "Site name": "' + LONG_NAME + '"}',
}


def test_law_9_an_odd_line_costs_only_itself_and_makes_no_row_missing(
    tmp_path: Path, transactional_db: None
) -> None:
    path = tmp_path / "sites.jsonl"
    good = [json.dumps({"Id": str(number), "Site name": f"Site {number}"}) for number in range(30)]
    path.write_text("\n".join(good))
    connection = connect(path)
    assert sync(connection).created == 30
    odd = {str(at): line % at for at, line in enumerate(ODD_LINES.values())}
    path.write_text("\n".join([*odd.values(), *good[len(odd) :]]))
    for _ in range(2):
        run = sync(connection)
        assert (run.state, run.failed, run.missing, run.tombstoned) == (RunState.COMPLETED, len(odd), 0, 0)
        problems = QuarantinedRecord.objects.filter(resolved_at=None)
        assert {entry.external_id: bytes(entry.payload) for entry in problems}.keys() == odd.keys()
    assert states(connection) == {"present": 30}
    path.write_text("\n".join(good))
    sync(connection)
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()


def test_law_9_a_cell_with_a_nul_costs_only_its_line(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    path.write_text(path.read_text().replace(line(5), line(5, name="Site\x00 5")))
    run = sync(connection)
    assert (run.state, run.failed, run.missing) == (RunState.COMPLETED, 1, 0)
    assert "NUL character in “Site name”" in QuarantinedRecord.objects.get(external_id="5").reason
    assert Customer.objects.get(external_id="5").state == "present"


@pytest.mark.parametrize("odd", ["x" * 501, "5\\u0000"])
def test_law_9_an_id_that_cannot_be_stored_is_none(tmp_path: Path, transactional_db: None, odd: str) -> None:
    path = tmp_path / "sites.jsonl"
    path.write_text('{"Id": "5", "Site name": "A"}\n{"Id": "%s", "Site name": "B"}\n' % odd)  # noqa: UP031
    run = sync(connect(path))
    assert (run.state, run.created, run.failed) == (RunState.COMPLETED, 1, 1)
    assert Customer.objects.get().name == "A"
