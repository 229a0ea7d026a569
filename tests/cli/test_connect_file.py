"""`connect file` says how a file is read before anything is written, and asks where that is not clear."""

import gzip
import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.install import Install
from tests.support.workbook import NO_REFERENCE, write_xlsx

pytestmark = pytest.mark.database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "klanten.csv"


def connect(install: Install, path: Path, *arguments: str) -> CompletedProcess[str]:
    ids = () if "--id-column" in arguments else ("--id-column", "Id")
    done = install.run("connect", "file", str(path), "--name", "list", *ids, *arguments)
    assert "Traceback" not in done.stderr
    return done


def customers(install: Install) -> list[tuple[str, ...]]:
    return install.sql("SELECT external_id, name FROM counterfoil_customer ORDER BY id")


def sync(install: Install) -> tuple[int, int, int]:
    """Sync twice: the second one must rewrite nothing."""
    run = install.json("sync", "list", "--full", "--json")
    again = install.json("sync", "list", "--full", "--json")
    assert (again["created"], again["updated"]) == (0, 0)
    return run["created"], run["failed"], again["unchanged"]


def test_what_is_said_on_connect_is_said_again_in_a_dry_run(install: Install, path: Path) -> None:
    text = "Klantenlijst;;;\n;;;\nId;Naam;Telefoon;Telefoon;\n1;Müller;5;6;\n2;Liège;;;x\n"
    path.write_bytes(text.encode("mac_roman"))
    said = [
        "Read: columns divided by semicolons, mac_roman (Mac), as in “Müller”, “Liège”.",
        "The columns' names stand on line 3; the lines before it are left out.",
        "Columns without a name are called by their place: column 5.",
        "Columns with the name of an earlier one are counted: Telefoon (2).",
    ]
    connected = connect(install, path)
    assert connected.returncode == 0
    dry = install.run("sync", "list", "--full", "--dry-run")
    for sentence in said:
        assert sentence in connected.stdout
        assert sentence in dry.stdout
    assert customers(install) == []
    assert sync(install) == (2, 0, 2)
    assert customers(install) == [("1", "Müller"), ("2", "Liège")]


def test_law_12_what_is_not_clear_is_shown_as_each_encoding_reads_it(install: Install, path: Path) -> None:
    path.write_bytes("Id;Naam\n1;Dvořák\n".encode("cp1250"))
    asked = connect(install, path)
    assert asked.returncode == 2
    assert "--encoding cp1250: Dvořák" in asked.stderr
    assert "Connect it with --encoding" in asked.stderr
    assert install.sql("SELECT count(*) FROM counterfoil_connection") == [(0,)]
    assert connect(install, path, "--encoding", "cp1250").returncode == 0
    assert sync(install) == (1, 0, 1)
    assert customers(install) == [("1", "Dvořák")]


def test_law_12_an_encoding_that_is_no_longer_clear_writes_nothing(install: Install, path: Path) -> None:
    path.write_bytes("Id;Naam\n1;Café\n2;Müller\n".encode())
    connect(install, path)
    sync(install)
    path.write_bytes("Id;Naam\n1;Dvořák\n2;Acme\n".encode("cp1250"))
    failed = install.run("sync", "list", "--full")
    assert failed.returncode != 0
    assert "not clear in which encoding klanten.csv is" in failed.stderr
    assert "Dvo" not in failed.stderr + failed.stdout + str(install.sql("SELECT note FROM counterfoil_run"))
    assert customers(install) == [("1", "Café"), ("2", "Müller")]


def test_law_9_a_row_with_a_stray_byte_is_an_import_problem_and_keeps_its_record(
    install: Install, path: Path
) -> None:
    path.write_bytes("Id;Naam\n1;Café Noël\n2;Zoë\n".encode())
    connect(install, path)
    sync(install)
    path.write_bytes("Id;Naam\n1;Café Noël\n".encode() + "2;Zoë\n".encode("cp1252"))
    install.run("sync", "list", "--full")
    assert customers(install) == [("1", "Café Noël"), ("2", "Zoë")]
    assert install.sql("SELECT DISTINCT state FROM counterfoil_customer") == [("present",)]
    problems = install.run("import-problems", "list").stdout
    assert r"Line 3 has bytes that are no text in UTF-8: \xEB." in " ".join(problems.split())


def test_law_12_shortened_ids_are_said_and_none_is_imported(install: Install, path: Path) -> None:
    path.write_text("Id;Naam\n4.6E+17;A\n4.6E+17;B\n4.7E+17;C\n")
    assert (
        "3 rows have an id in “Id” that a spreadsheet has shortened, as in 4.6E+17"
        in connect(install, path).stdout
    )
    assert sync(install) == (0, 3, 0)


def test_several_columns_can_be_the_id_and_stay_fields(install: Install, path: Path) -> None:
    path.write_text("Naam;Postcode;Telefoon\nGarage Élan;9000;\nGarage Élan;2000;\nGARAGE ELAN;2000;\n")
    done = connect(install, path, "--id-column", "Naam, Postcode")
    assert "1 row repeats the id of an earlier row; only the first is imported." in done.stdout
    assert sync(install) == (2, 1, 2)
    found = install.sql("SELECT external_id, name, postal_code FROM counterfoil_customer ORDER BY id")
    assert found == [
        ("garage elan | 9000", "Garage Élan", "9000"),
        ("garage elan | 2000", "Garage Élan", "2000"),
    ]


def test_one_address_in_two_spellings_is_one_customer_and_said(install: Install, path: Path) -> None:
    path.write_text("E-mail;Naam\na@x.example;A\nA@X.example;A2\n")
    done = connect(install, path, "--id-column", "E-mail")
    assert "1 row has an e-mail address as id that an earlier row has in other capitals" in done.stdout
    assert sync(install) == (1, 1, 1)


def test_objects_within_objects_can_be_mapped_and_be_the_id(install: Install, tmp_path: Path) -> None:
    path = tmp_path / "klanten.json"
    records = [{"key": {"id": 1}, "properties": {"company": "Acme"}, "tel": {"free": "03 234 56 78"}}]
    path.write_text(json.dumps({"count": 1, "results": records}))
    done = connect(install, path, "--id-column", "key.id", "--map", "phone=tel.free")
    assert done.returncode == 0, done.stderr
    assert "Read: JSON, UTF-8." in done.stdout
    assert sync(install) == (1, 0, 1)
    found = install.sql("SELECT external_id, name, phone FROM counterfoil_customer")
    assert found == [("1", "Acme", "03 234 56 78")]


def test_a_sheet_and_a_packed_file_are_connected_like_any_other(install: Install, tmp_path: Path) -> None:
    book = write_xlsx(
        tmp_path / "klanten.xlsx",
        {"Uitleg": [["Lees mij"]], "Klanten": [["Id", "Naam", "Stad"], [7, "Élan", NO_REFERENCE]]},
    )
    done = connect(install, book, "--sheet", "Klanten")
    assert "Read: the sheet “Klanten”." in done.stdout
    assert sync(install) == (1, 0, 1)
    assert customers(install) == [("7", "Élan")]
    packed = tmp_path / "klanten.csv.gz"
    packed.write_bytes(gzip.compress("Id;Naam\n7;Élan\n".encode()))
    assert connect(install, packed).returncode == 0


@pytest.mark.once
@pytest.mark.parametrize(
    "content", [b"Id;Naam\n1;\x81\x8d\x8f\x90\x9d\n", bytes(range(256)) * 3, b"\xff\xfe\0\xd8"]
)
def test_no_bytes_of_a_file_reach_the_terminal(install: Install, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    done = connect(install, path)
    shown = done.stdout + done.stderr
    assert shown
    assert all(sign.isprintable() or sign in "\n\t" for sign in shown)


def test_persons_and_invoices_join_the_connection_of_their_customers(install: Install, tmp_path: Path) -> None:
    texts = {
        "klanten": "Id;Naam\n1;Bakker BV\n2;Janssens\n",
        "personen": "Id;Klantnr;Voornaam;Achternaam;GSM\n1;1;Anja;Peeters;0475 12 34 56\n",
        "facturen": "Factuurnr;Klantnaam;Datum;Totaal\n1;BAKKER B.V.;2026-01-02;121.00\n2;Onbekend;2026-01-03;5\n",
    }
    files = {name: tmp_path / f"{name}.csv" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text)
    early = connect(install, files["personen"], "--holds", "contact-persons")
    assert (early.returncode, "There is no connection called 'list'" in early.stderr) == (1, True)
    assert connect(install, files["klanten"]).returncode == 0
    persons = connect(install, files["personen"], "--holds", "contact-persons")
    assert (persons.returncode, "customer_external_id" in persons.stdout) == (0, True), persons.stderr
    invoices = connect(install, files["facturen"], "--holds", "invoices", "--id-column", "Factuurnr")
    assert (invoices.returncode, "customer_name" in invoices.stdout) == (0, True), invoices.stderr
    assert install.run("sync", "list").returncode == 0
    (anja,) = install.json("customers", "persons", "list", "list", "1", "--json")
    assert anja["name"] == "Anja Peeters"
    unmatched = install.json("invoices", "unmatched", "list", "--json")
    assert [(one["name"], one["candidate_id"], one["is_sure"]) for one in unmatched] == [
        ("BAKKER B.V.", "1", True), ("Onbekend", None, False),
    ]  # fmt: skip
    assert install.run("invoices", "match", "list", "--sure", "--yes").returncode == 0
    of_bakker = install.json("invoices", "list", "list", "--client-id", "1", "--json")
    assert [invoice["external_id"] for invoice in of_bakker] == ["1"]
    assert connect(install, files["klanten"]).returncode == 0, "renewed, it keeps the other files"
    assert install.run("sync", "list", "--full").returncode == 0
    assert install.sql("SELECT count(*) FROM counterfoil_contact_person WHERE state = 'present'") == [(1,)]


def test_a_file_of_persons_needs_the_id_of_their_customer(install: Install, tmp_path: Path, path: Path) -> None:
    path.write_text("Id;Naam\n1;A\n")
    assert connect(install, path).returncode == 0
    other = tmp_path / "personen.csv"
    other.write_text("Id;Voornaam\n1;Anja\n")
    refused = connect(install, other, "--holds", "contact-persons")
    assert (refused.returncode, "the id of the person's customer" in refused.stderr) == (2, True)
    unknown = connect(install, other, "--holds", "contact-persons", "--map", "customer=Id")
    assert (unknown.returncode, "no field called “customer”" in unknown.stderr) == (2, True)
