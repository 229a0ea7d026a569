"""`connect file` says which columns it recognised, and takes several for one field."""

from pathlib import Path

import pytest

from tests.support.install import Install

LIST = """\
Klantnr;Bedrijfsnaam;Voornaam;Achternaam;Straat + nr;Postcode;Woonplaats;Tel.;Fax;Geblokkeerd
1;;Anja;Voorbeeld;Kaai 5;9000;Gent;09 234 56 78;09 234 56 79;nee
2;Bakker BV;Piet;Jansen;Markt 1;2000;Antwerpen;03 234 56 78;;ja
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "klanten.csv"
    path.write_text(LIST)
    return path


def connect(install: Install, file: Path, *more: str) -> str:
    done = install.run("connect", "file", str(file), "--name", "klanten", "--id-column", "Klantnr", *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_was_recognised_is_printed_and_fits_80_columns(install: Install, file: Path) -> None:
    said = connect(install, file)
    lines = [line.strip().split(maxsplit=1) for line in said.splitlines()]
    found = {cells[0]: cells[1] for cells in lines if len(cells) > 1}
    assert found["name"] == "Bedrijfsnaam | Voornaam + Achternaam"
    assert found["street"] == '"Straat + nr"'
    assert found["is_active"] == "not Geblokkeerd"
    assert "Kept as extra fields: Fax" in said
    assert max(map(len, said.splitlines())) <= 80
    install.run("sync", "klanten")
    assert install.sql("SELECT name, is_active FROM counterfoil_customer ORDER BY external_id") == [
        ("Anja Voorbeeld", True),
        ("Bakker BV", False),
    ]


def test_a_person_can_choose_several_columns(install: Install, file: Path) -> None:
    connect(install, file, "--map", "name=Achternaam + Voornaam", "--map", "street=Straat + nr")
    shown = install.json("mapping", "show", "klanten", "--json")["fields"]
    assert shown["name"] == ["Achternaam + Voornaam"]
    assert shown["street"] == ['"Straat + nr"']
    install.run("sync", "klanten")
    changed = install.run("mapping", "field", "klanten", "name", "Bedrijfsnaam", "Voornaam + Achternaam")
    assert changed.returncode == 0, changed.stderr
    assert install.sql("SELECT name FROM counterfoil_customer ORDER BY name") == [
        ("Anja Voorbeeld",),
        ("Bakker BV",),
    ]


def test_a_file_that_is_connected_again_with_other_columns_is_mapped_again(install: Install, file: Path) -> None:
    connect(install, file)
    install.run("sync", "klanten")
    assert "mapping" not in connect(install, file)
    said = connect(install, file, "--map", "name=Voornaam + Achternaam")
    assert "Updated klanten." in said
    assert install.sql("SELECT name FROM counterfoil_customer ORDER BY name") == [
        ("Anja Voorbeeld",),
        ("Piet Jansen",),
    ]
    install.run("sync", "klanten", "--full")
    assert install.sql("SELECT count(*) FROM counterfoil_change WHERE field = 'name'") == [(1,)]


def test_a_column_of_several_that_the_file_lacks_is_named(install: Install, file: Path) -> None:
    done = install.run(
        "connect", "file", str(file), "--name", "k", "--id-column", "Klantnr", "--map", "name=Voornaam + Familie"
    )
    assert done.returncode != 0
    assert "The file has no column “Familie”." in done.stderr
