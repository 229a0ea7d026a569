"""A database file that is replaced, moved, deleted or shortened while it is open: nothing is written in vain."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import ConnectionHandler

from counterfoil.errors import DatabaseReplaced
from counterfoil.mirror.store.backends.sqlite import base
from counterfoil.mirror.store.backends.sqlite.open_file import open_files
from counterfoil.project.database import database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a database of one table, and a backup of it."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "counterfoil.sqlite3"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE delivery (id INTEGER PRIMARY KEY, body BLOB)")
    shutil.copy(file, tmp_path / "backup")
    return file.parent


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Any]:
    """Open it as `serve` does, with rows that are only in the log."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(base, "VERIFY_SECONDS", -1.0)
    connection = ConnectionHandler({"default": database(folder)})["default"]
    with django_db_blocker.unblock():
        insert(connection, 3)
        yield connection
        connection.close()


def insert(connection: Any, rows: int = 1) -> None:
    """Insert and commit, as a webhook is stored: large enough to make the file grow."""
    with connection.cursor() as cursor:
        for _ in range(rows):
            cursor.execute("INSERT INTO delivery (body) VALUES (zeroblob(9000))")
    connection.verify_file()


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "counterfoil.sqlite3")) as other:
        return int(other.execute("SELECT count(*) FROM delivery").fetchone()[0])


def restore(folder: Path) -> None:
    for file in folder.glob("counterfoil.sqlite3*"):
        file.unlink()
    shutil.copy(folder.parent / "backup", folder / "counterfoil.sqlite3")


def move(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.mkdir()


FAULTS: dict[str, Callable[[Path], object]] = {
    "restored": restore,
    "renamed over": lambda folder: (folder.parent / "backup").rename(folder / "counterfoil.sqlite3"),
    "deleted": lambda folder: (folder / "counterfoil.sqlite3").unlink(),
    "log deleted": lambda folder: (folder / "counterfoil.sqlite3-wal").unlink(),
    "moved": move,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_write_succeeds_once_the_file_is_another_one(
    folder: Path, opened: Any, fault: Callable[[Path], object]
) -> None:
    fault(folder)
    for _ in range(2):
        with pytest.raises(DatabaseReplaced, match="was replaced, moved or deleted"):
            insert(opened)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_commit_succeeds_where_the_file_goes_during_a_transaction(
    folder: Path, opened: Any, fault: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "VERIFY_SECONDS", 60.0)
    opened.set_autocommit(False)
    with opened.cursor() as cursor:
        cursor.execute("INSERT INTO delivery (body) VALUES ('')")
    fault(folder)
    with pytest.raises(DatabaseReplaced):
        opened.commit()


@pytest.mark.parametrize("ending", ["-wal", "-shm"])
def test_a_look_finds_a_deleted_log_or_index_while_nothing_is_asked(
    folder: Path, opened: Any, ending: str
) -> None:
    (folder / f"counterfoil.sqlite3{ending}").unlink()
    (file,) = open_files(str(folder / "counterfoil.sqlite3"))
    with pytest.raises(DatabaseReplaced, match=f"sqlite3{ending} was"):
        file.verify_identity()


def test_a_file_that_was_shortened_or_overwritten_by_a_shorter_one_is_noticed(folder: Path, opened: Any) -> None:
    with closing(sqlite3.connect(folder / "counterfoil.sqlite3")) as other:
        other.execute("PRAGMA wal_checkpoint")
    insert(opened)
    shutil.copyfile(folder.parent / "backup", folder / "counterfoil.sqlite3")
    with pytest.raises(DatabaseReplaced, match="was shortened"):
        insert(opened)
    (file,) = open_files(str(folder / "counterfoil.sqlite3"))
    with pytest.raises(DatabaseReplaced, match="was shortened"):
        file.verify_identity()


@pytest.mark.parametrize("endings", [("-wal",), ("-wal", "-shm")])
def test_rows_in_a_deleted_log_are_saved(folder: Path, opened: Any, endings: tuple[str, ...]) -> None:
    for ending in endings:
        (folder / f"counterfoil.sqlite3{ending}").unlink()
    with pytest.raises(DatabaseReplaced):
        opened.verify_file()
    assert rows(folder) == 3


def test_a_deleted_log_is_never_mixed_with_a_new_one(folder: Path, opened: Any) -> None:
    for ending in ("-wal", "-shm"):
        (folder / f"counterfoil.sqlite3{ending}").unlink()
    subprocess.run([sys.executable, "-c", BEGIN_A_LOG, str(folder / "counterfoil.sqlite3")], check=True)
    with pytest.raises(DatabaseReplaced):
        insert(opened)
    opened.close()
    with closing(sqlite3.connect(folder / "counterfoil.sqlite3")) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert other.execute("SELECT count(*) FROM new").fetchone() == (0,)


BEGIN_A_LOG = """
import os, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as other:
    other.execute("CREATE TABLE new (id)")
other.commit()
os._exit(0)  # as one that is killed: its log stays
"""


def test_a_second_connection_is_refused_where_the_log_of_the_first_is_gone(folder: Path, opened: Any) -> None:
    (folder / "counterfoil.sqlite3-wal").unlink()
    second = opened.copy()
    with pytest.raises(DatabaseReplaced), second.cursor():
        pass
    assert not (folder / "counterfoil.sqlite3-wal").exists()


def test_what_other_processes_rightly_do_to_the_file_is_no_fault(folder: Path, opened: Any) -> None:
    for statement in (
        "DELETE FROM delivery",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ):
        with closing(sqlite3.connect(folder / "counterfoil.sqlite3", isolation_level=None)) as other:
            other.execute(statement).fetchall()
        insert(opened)
    assert rows(folder) == 4


def test_a_connection_opened_again_takes_the_file_that_is_there(folder: Path, opened: Any) -> None:
    opened.close()
    restore(folder)
    insert(opened)
    assert rows(folder) == 1
