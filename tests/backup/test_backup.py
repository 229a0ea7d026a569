"""`backup` and `restore`: what is in a backup comes back, whole or not at all, and starts nothing by itself."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.backup import archive
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.console import serving
from tests.support.install import Install

TABLES = ("connection", "customer", "change", "run", "endpoint", "schedule")


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=30, seed=3, rate=None) as simulator:
        yield simulator


@pytest.fixture
def used(install: Install, sim: RobawsSimulator) -> Install:
    """Connect and sync 30 customers."""
    install.connect(sim)
    assert install.sync("acme")["created"] == 30
    return install


@pytest.fixture
def file(used: Install, tmp_path: Path) -> Path:
    """Make a backup outside the data folder's way."""
    path = tmp_path / "saved" / "backup.zip"
    path.parent.mkdir()
    output(used, "backup", str(path))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Install]:
    """Make a new install without tables, which has the key of the first one."""
    folder = tmp_path / "other"
    folder.mkdir()
    with Install.fresh(folder, bare=True) as made:
        yield made


def output(install: Install, *arguments: str, code: int = 0) -> str:
    """Run a command and return its output on one line."""
    done = install.run(*arguments)
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return " ".join((done.stdout + done.stderr).split())


def counts(install: Install) -> dict[str, int]:
    return {name: install.sql(f"SELECT count(*) FROM counterfoil_{name}")[0][0] for name in TABLES}


def changed(file: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Copy an archive with another manifest."""
    copy = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(copy, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "manifest.json":
                manifest = json.loads(data)
                change(manifest)
                data = json.dumps(manifest).encode()
            after.writestr(name, data)
    return copy


def test_a_backup_made_under_a_running_console_is_restored_whole(
    used: Install, other: Install, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    with serving(used):
        found = output(used, "backup", str(file))
    assert "1 connection, 30 customers" in found
    assert file.stat().st_mode & 0o777 == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".backup")]
    manifest = json.loads(zipfile.ZipFile(file).read("manifest.json"))
    assert (manifest["product"], manifest["format"], manifest["rows"]["counterfoil_customer"]) == (
        "counterfoil", 1, 30,
    )  # fmt: skip
    assert str(used.folder / "key") in found
    assert (used.folder / "key").read_text().strip() not in str(file.read_bytes())

    shutil.copy(used.folder / "key", other.folder / "key")
    output(other, "restore", str(file))
    assert counts(other) == counts(used)
    row = ("customers", "show", "acme", "7", "--json")
    assert other.json(*row) == used.json(*row)


@pytest.mark.once
@pytest.mark.parametrize("tables", [False, True], ids=["no database", "empty database"])
def test_an_empty_database_is_no_backup(tmp_path: Path, tables: bool) -> None:
    install = Install(tmp_path / "data")
    if tables:
        output(install, "status")
    file = tmp_path / "backup.zip"
    assert "no backup was made" in output(install, "backup", str(file), code=2 if tables else 1)
    assert not file.exists()
    assert tables or not (install.folder / "counterfoil.sqlite3").exists()


@pytest.mark.once
def test_a_file_is_never_replaced_unasked(used: Install, file: Path) -> None:
    first = file.read_bytes()
    assert f"{file} exists already." in output(used, "backup", str(file), code=2)
    assert file.read_bytes() == first
    output(used, "backup", str(file), "--replace")
    assert file.read_bytes() != first
    database = used.folder / "counterfoil.sqlite3"
    assert "is not a backup of Counterfoil" in output(used, "backup", str(database), "--replace", code=2)
    assert used.sql("SELECT count(*) FROM counterfoil_customer") == [(30,)]


@pytest.mark.once
def test_a_backup_that_cannot_be_restored_is_refused_before_anything_changes(
    used: Install, file: Path, tmp_path: Path
) -> None:
    before = (used.folder / "counterfoil.sqlite3").read_bytes()

    def refused(path: Path) -> str:
        return output(used, "restore", str(path), "--replace", code=2)

    def to(**values: object) -> Path:
        return changed(file, lambda manifest: manifest.update(values))

    assert "made by a newer version" in refused(to(format=2))
    assert "newer version" in refused(to(migrations=["counterfoil_mirror.9999_later"]))
    assert "is of PostgreSQL" in refused(to(database="postgresql"))
    assert "damaged" in refused(to(sha256="0" * 64))
    assert "does not hold the rows" in refused(to(rows={"counterfoil_customer": 31}))
    assert "is not a backup" in refused(to(product="other"))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(file.read_bytes()[:-400])
    assert "is not a backup of Counterfoil, or it is damaged" in refused(cut)
    with zipfile.ZipFile(tmp_path / "else.zip", "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "is not a backup" in refused(tmp_path / "else.zip")
    assert (used.folder / "counterfoil.sqlite3").read_bytes() == before
    assert not list(used.folder.glob(".*"))


def test_a_database_in_use_is_replaced_only_when_told_and_kept_aside(
    used: Install, file: Path, sim: RobawsSimulator
) -> None:
    sim.control.add()
    output(used, "sync", "acme", "--full")
    assert "--replace" in output(used, "restore", str(file), code=2)
    assert counts(used)["customer"] == 31
    found = output(used, "restore", str(file), "--replace")
    assert counts(used)["customer"] == 30
    (aside,) = used.folder.glob("*replaced-*")
    assert str(aside) in found.replace(" ", "")
    if not used.dsn:
        aside.replace(used.folder / "counterfoil.sqlite3")
        assert "(WAL)" in output(used, "doctor", "--offline")
    else:
        output(used, "restore", str(aside), "--replace")
    assert counts(used)["customer"] == 31


def test_nothing_is_restored_under_a_running_console(used: Install, file: Path) -> None:
    before = counts(used)
    with serving(used):
        assert "Nothing was restored." in output(used, "restore", str(file), "--replace", code=2)
    assert counts(used) == before
    assert not list(used.folder.glob("*replaced-*"))


def test_a_restored_install_is_held_until_somebody_says_that_it_is_live(
    used: Install, file: Path, sim: RobawsSimulator
) -> None:
    output(used, "restore", str(file), "--replace")
    for command in (("sync", "acme"), ("push", "acme")):
        assert "on hold" in output(used, *command, code=2)
    assert "On hold since a backup was restored" in output(used, "status")
    assert "✗ install on hold" in output(used, "doctor", "--offline", code=1)
    assert used.sql("SELECT count(*) FROM counterfoil_run WHERE state IN ('queued', 'running')") == [(0,)]
    output(used, "go-live", "--yes")
    output(used, "doctor", "--offline")
    assert used.sync("acme")["state"] == "completed"


@pytest.mark.once
def test_a_restored_install_names_the_secrets_that_its_key_does_not_open(file: Path, other: Install) -> None:
    found = output(other, "restore", str(file))
    assert f"Put the key of this backup into {other.folder / 'key'}" in found
    assert "credentials of acme" in found
    assert not (other.folder / "key").exists()
    assert "The encryption key is missing" in output(other, "go-live", "--yes", code=70)


@pytest.mark.once
def test_a_backup_with_another_database_than_the_one_in_use_is_refused(used: Install, tmp_path: Path) -> None:
    note = used.folder / "key-use.json"
    output(used, "status")
    values = json.loads(note.read_text()) | {"database": "PostgreSQL db.example:5432/counterfoil"}
    note.write_text(json.dumps(values))
    file = tmp_path / "backup.zip"
    assert "last used with PostgreSQL db.example:5432/counterfoil" in output(used, "backup", str(file), code=2)
    assert not file.exists()


needs_postgres = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="about PostgreSQL's own programs")
RECORD = """#!{python}
import os, sys
open({log!r}, "a").write(" ".join(sys.argv[1:]) + "|" + os.environ.get("PGPASSWORD", "") + "\\n")
sys.exit("pg_dump: error: no thanks")
"""


@needs_postgres
def test_a_password_never_stands_on_a_command_line(used: Install, tmp_path: Path) -> None:
    import sys

    programs, log = tmp_path / "programs", tmp_path / "log"
    programs.mkdir()
    (programs / "pg_dump").write_text(RECORD.format(python=sys.executable, log=str(log)))
    (programs / "pg_dump").chmod(0o755)
    used.environment["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    used.dsn = used.dsn.replace("postgres@", "postgres:s3same@")
    file = tmp_path / "backup.zip"
    found = output(used, "backup", str(file), code=2)
    assert "`pg_dump` failed: pg_dump: error: no thanks" in found
    arguments, _, password = log.read_text().strip().partition("|")
    assert password == "s3same"
    assert "s3same" not in arguments + found
    assert not file.exists()


@needs_postgres
def test_without_pg_dump_the_command_is_said_and_no_backup_is_claimed(used: Install, tmp_path: Path) -> None:
    used.environment["PATH"] = str(tmp_path)
    used.dsn = used.dsn.replace("postgres@", "postgres:s3same@")
    file = tmp_path / "backup.zip"
    found = output(used, "backup", str(file), code=2)
    assert "No backup was made" in found
    assert "pg_dump --format=custom --file=counterfoil.dump" in found
    assert "s3same" not in found
    assert not file.exists()


def test_what_is_kept_aside_in_the_same_second_has_names_of_its_own(tmp_path: Path) -> None:
    wanted = tmp_path / "replaced-20260102-030405.zip"
    for name in (
        "replaced-20260102-030405.zip",
        "replaced-20260102-030405-2.zip",
        "replaced-20260102-030405-3.zip",
    ):
        path = archive.free_path(wanted)
        assert path.name == name
        path.touch()
