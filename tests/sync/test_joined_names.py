"""The name of a file's customer may be a company's or a person's, joined from several columns."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from counterfoil.connections import connect as connections
from counterfoil.connections import factory
from counterfoil.connectors.file.column_names import sample_of
from counterfoil.connectors.file.customer_columns import guess
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.rows import columns, rows
from counterfoil.mirror.models import Connection, Customer, QuarantinedRecord, Run, RunState
from counterfoil.runs import mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker.handlers import execute_run
from tests.support.mirrored import fingerprints

pytestmark = pytest.mark.django_db(transaction=True)

PERSONS = """\
Klantnummer;Bedrijfsnaam;Voornaam;Tussenvoegsel;Achternaam;Telefoonnummer;Status
1;;Anja;van den;Voorbeeld;0475 12 34 56;klant
2;Bakker BV;Piet;;Jansen;geen;Inactief
3;NULL;NULL;;NULL;03 234 56 78;klant
4; ; ;; ;0475 12 34 57;klant
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "klanten.csv"
    file.write_text(PERSONS)
    return file


def connect(path: Path, field_map: Mapping[str, str] | None = None) -> Connection:
    headings = columns(path, Layout())
    found = guess(headings[1:], sample_of(rows(path, Layout())))
    settings = {"path": str(path), "id_column": headings[0]}
    draft = connections.Draft("klanten", "file", settings, {}, "BE", field_map=field_map or found)
    return connections.connect(draft)[0]


def sync(connection: Connection) -> Run:
    chosen = RunOptions()
    (part,) = plan.plan_runs(connection, full=True, options=chosen)
    return execute(plan.start_run(connection, part, chosen))


def execute(run: Run) -> Run:
    execute_run(run)
    run.refresh_from_db()
    return run


def names() -> dict[str, str]:
    return {str(row.external_id): row.name for row in Customer.objects.all()}


def test_law_12_rows_without_a_company_have_their_persons_name(path: Path) -> None:
    connection = connect(path)
    run = sync(connection)
    assert (run.state, run.created, run.failed) == (RunState.COMPLETED, 4, 0)
    assert names() == {"1": "Anja van den Voorbeeld", "2": "Bakker BV", "3": "", "4": ""}
    company = Customer.objects.get(external_id="2")
    assert company.extra == {"Voornaam": "Piet", "Achternaam": "Jansen"}
    assert (company.is_active, company.status, company.phone) == (False, "Inactief", None)
    before = fingerprints()
    assert sync(connection).unchanged == 4
    assert fingerprints() == before, "law 2"


def test_law_9_a_blank_name_in_a_file_is_an_empty_one(path: Path) -> None:
    sync(connect(path))
    nameless = Customer.objects.get(external_id="4")
    assert (nameless.phone_e164, nameless.invalid) == ("+32475123457", {"name": "no name given"})
    assert not QuarantinedRecord.objects.exists()


def test_each_source_is_an_entry_of_the_field_map(path: Path) -> None:
    connection = connect(path)
    found = factory.mapping_config(connection).sources
    assert found["name"] == ("Bedrijfsnaam", "Voornaam + Tussenvoegsel + Achternaam")


def test_a_changed_map_is_applied_without_the_file(path: Path) -> None:
    connection = connect(path)
    sync(connection)
    path.unlink()
    run = execute(mapping_changes.set_field(connection, "name", ["Achternaam + Voornaam | Bedrijfsnaam"]))
    assert (run.state, run.updated) == (RunState.COMPLETED, 2)
    assert names()["1"] == "Voorbeeld Anja"
    assert names()["2"] == "Jansen Piet"
    assert Customer.objects.get(external_id="2").extra == {"Bedrijfsnaam": "Bakker BV"}


@pytest.mark.parametrize("written", ["Voornaam + Achternaam", "Bedrijfsnaam | Voornaam + Achternaam"])
def test_law_3_a_part_of_a_name_that_is_gone_asks(path: Path, written: str) -> None:
    connection = connect(path, {"name": written})
    assert sync(connection).state == RunState.COMPLETED
    path.write_text(PERSONS.replace("Achternaam", "Familie"))
    run = sync(connection)
    assert run.state == RunState.NEEDS_APPROVAL
    assert "no longer has “Achternaam”" in run.note


@pytest.mark.parametrize("written", ["Straat + nr", '"Straat + nr"'])
def test_law_3_a_column_with_a_plus_in_its_name_is_not_missed(path: Path, written: str) -> None:
    path.write_text("Id;Naam;Straat + nr\n1;A;Kaai 5\n")
    connection = connect(path, {"name": "Naam", "street": written})
    assert sync(connection).created == 1
    assert sync(connection).state == RunState.COMPLETED
    assert Customer.objects.get().street == "Kaai 5"
