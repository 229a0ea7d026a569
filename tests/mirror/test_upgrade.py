"""An upgrade changes all or nothing, keeps a copy, and an older program refuses what it does not know."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from counterfoil.errors import DatabaseNewer, DiskFull, UpgradeFailed
from counterfoil.mirror import upgrade
from counterfoil.mirror.models import Connection, SchemaRequirement
from counterfoil.mirror.store import sqlite_copy
from tests.support.install import Install
from tests.support.newer_version import latest, newer_version, run_newer, start_newer, write_migration

ADD_COLUMN = 'migrations.AddField("customer", "colour", models.TextField(null=True))'
FILL = """
def fill(apps, _):
    connections = apps.get_model("counterfoil_mirror", "Connection")
    connections.objects.create(name="made by a migration", connector="robaws")
    {then}
"""
RUN = "migrations.RunPython(fill)"


def columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def copies() -> list[Path]:
    file = Path(str(connection.settings_dict["NAME"]))
    return sorted(file.parent.glob(f"{file.stem}.before*{file.suffix}*"))


@contextmanager
def forgotten_afterwards(*names: str) -> Iterator[None]:
    """Take back what an applied migration without operations leaves."""
    try:
        yield
    finally:
        MigrationRecorder.Migration.objects.filter(app="counterfoil_mirror", name__in=names).delete()
        SchemaRequirement.objects.filter(migration__in=[f"counterfoil_mirror.{name}" for name in names]).delete()
        for copy in copies():
            copy.unlink()


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_fails_leaves_the_database_as_it_was_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    write_migration(folder, "0098_first", latest(), f"{RUN}, {ADD_COLUMN}", FILL.format(then=""))
    fails = FILL.replace("made by", "made again by").format(then="raise ValueError('no such colour')")
    write_migration(folder, "0099_second", "0098_first", RUN, fails)
    before, applied = columns("counterfoil_customer"), MigrationRecorder(connection).applied_migrations()
    requirements = list(SchemaRequirement.objects.values_list())
    with newer_version(folder), pytest.raises(UpgradeFailed) as caught:
        upgrade.migrate()
    assert caught.value.message == (
        "The database could not be upgraded: counterfoil_mirror.0099_second failed (ValueError: no such colour). "
        "It is as it was before."
    )
    assert columns("counterfoil_customer") == before
    assert MigrationRecorder(connection).applied_migrations().keys() == applied.keys()
    assert list(SchemaRequirement.objects.values_list()) == requirements
    assert not Connection.objects.filter(name="made by a migration").exists()
    assert not connection.in_atomic_block
    if connection.vendor == "sqlite":
        assert copies() == []
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys")
            assert cursor.fetchone() == (1,)
    assert upgrade.prepare() == upgrade.Migrated()


@pytest.mark.django_db(transaction=True)
def test_an_older_program_refuses_a_database_with_a_migration_it_must_know(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    write_migration(folder, "0098_harmless", latest(), attributes="usable_by_older = True")
    write_migration(folder, "0099_strange", "0098_harmless")
    with forgotten_afterwards("0098_harmless", "0099_strange"):
        with newer_version(folder):
            assert upgrade.migrate().migrations == 2
            assert upgrade.prepare() == upgrade.Migrated()
        for refused in (upgrade.prepare, upgrade.migrate):
            with pytest.raises(DatabaseNewer) as caught:
                refused()
            assert "was upgraded by Counterfoil" in caught.value.message
            assert "counterfoil_mirror.0099_strange" in caught.value.message
        SchemaRequirement.objects.filter(migration="counterfoil_mirror.0099_strange").delete()
        assert upgrade.prepare() == upgrade.Migrated(), "the other one does it no harm"


@pytest.mark.django_db(transaction=True)
def test_the_embedded_database_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is copied by its own tools")
    Connection.objects.create(name="kept", connector="robaws")
    folder = tmp_path / "migrations"
    write_migration(folder, "0099_fill", latest(), RUN, FILL.format(then=""))
    with forgotten_afterwards("0099_fill"):
        with newer_version(folder):
            copy = upgrade.prepare().copy
        assert copy is not None
        assert copies() == [copy]
        assert "before-0.1.0" in copy.name
        assert copy.stat().st_mode & 0o077 == 0
        with closing(sqlite3.connect(copy)) as opened:
            assert opened.execute("SELECT name FROM counterfoil_connection").fetchall() == [("kept",)]
            assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert Connection.objects.count() == 2
        copy.with_name(f"{copy.name}-wal").unlink(missing_ok=True)
        copy.with_name(f"{copy.name}-shm").unlink(missing_ok=True)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_upgraded_where_there_is_no_room_for_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is copied by its own tools")

    class Usage(NamedTuple):
        free: int = 1_000_000

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage())
    folder = tmp_path / "migrations"
    write_migration(folder, "0099_column", latest(), ADD_COLUMN)
    with newer_version(folder), pytest.raises(DiskFull, match="no room for the copy") as caught:
        upgrade.prepare()
    assert "0 MB are free" in caught.value.message
    assert "colour" not in columns("counterfoil_customer")
    assert copies() == []


@pytest.mark.once
def test_only_the_newest_copies_are_kept_and_never_one_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "counterfoil.sqlite3"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE one (id)")
    (tmp_path / "counterfoil.before.sqlite3.unfinished").write_bytes(b"of a process that was killed")
    made_copies = [sqlite_copy.copy_file(file, version) for version in ("0.1.0", "0.1.0", "0.2.0", "0.2.0")]
    assert [copy.name for copy in made_copies] == [
        f"counterfoil.before-{version}.sqlite3" for version in ("0.1.0", "0.1.0-2", "0.2.0", "0.2.0-2")
    ]
    for at, copy in enumerate(made_copies):
        os.utime(copy, (at, at))
    sqlite_copy.delete_old_copies(file)
    assert sorted(tmp_path.iterdir()) == sorted([*made_copies[1:], file])


@pytest.mark.long
def test_an_upgrade_that_is_killed_leaves_the_database_as_it_was(install: Install, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    waits = FILL.format(then="import sys; print('filling', flush=True); sys.stdin.read()")
    write_migration(folder, "0099_fill", latest(), f"{ADD_COLUMN}, {RUN}", waits)
    killed = start_newer(install, folder, "migrate")
    assert killed.stdout is not None
    assert killed.stdout.readline() == "filling\n"
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert install.run("status").returncode == 0
    assert install.sql("SELECT count(*) FROM counterfoil_connection") == [(0,)]
    write_migration(folder, "0099_fill", latest(), f"{ADD_COLUMN}, {RUN}", FILL.format(then=""))
    again = run_newer(install, folder, "migrate")
    assert again.returncode == 0, again.stderr
    assert "1 migration applied" in again.stdout
    assert install.sql("SELECT colour FROM counterfoil_customer") == []
    refused = install.run("status")
    assert refused.returncode == 70
    assert refused.stderr.count("\n") == 1
    assert "was upgraded by Counterfoil" in refused.stderr


@pytest.mark.long
@pytest.mark.database
@pytest.mark.parametrize("begin", ["fresh", "outdated"])
def test_commands_that_start_together_upgrade_once_and_all_end_well(tmp_path: Path, begin: str) -> None:
    with Install.fresh(tmp_path, bare=begin == "fresh") as install:
        folder = tmp_path / "migrations"
        write_migration(folder, "0099_column", latest(), ADD_COLUMN)
        command = "migrate" if install.dsn and begin == "outdated" else "status"
        started = [start_newer(install, folder, command) for _ in range(8)]
        ended: list[Any] = [(one.communicate(timeout=120), one.returncode) for one in started]
        for (_, error), code in ended:
            assert code == 0, error
            assert "Traceback" not in error
        assert install.sql("SELECT count(*) FROM django_migrations WHERE name = '0099_column'") == [(1,)]
        kept = list(tmp_path.glob("counterfoil.before-*"))
        assert len(kept) == (1 if begin == "outdated" and not install.dsn else 0)
