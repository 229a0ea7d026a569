"""An install made before tables had a prefix is adopted by one step of `migrate`: every row, right and key stays.

The two installs in tests/data were made by that version against simulated upstreams: edits, a conflict, a run that
waits for approval, webhooks, quarantined records, roles, a group with rights of its own.
"""

import gzip
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.install import Install

DATA = Path(__file__).parents[1] / "data"
KEY = "Y291bnRlcmZvaWwtdGVzdC1rZXktMzItYnl0ZXMteHg="
"""Of the two installs; it opens nothing else."""
RENAMED = {"counterfoil_quarantine": "set_aside", "counterfoil_outbox": "write"}
pytestmark = pytest.mark.database


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Install]:
    """Make an install as the version before has left it."""
    with Install.fresh(tmp_path, bare=True) as made:
        made.environment["COUNTERFOIL_KEY"] = KEY
        if made.dsn:
            with psycopg.connect(made.dsn, autocommit=True) as database:
                database.execute(gzip.decompress((DATA / "install_before_prefix.sql.gz").read_bytes()))
        else:
            file = made.folder / "counterfoil.sqlite3"
            file.write_bytes(gzip.decompress((DATA / "install_before_prefix.sqlite3.gz").read_bytes()))
        yield made


def tables(install: Install) -> list[str]:
    listed = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        if install.dsn
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    )
    return [str(name) for (name,) in install.sql(listed)]


def rows(install: Install, table: str) -> list[dict[str, Any]]:
    """All rows of a table, by column."""
    if install.dsn:
        with psycopg.connect(install.dsn, row_factory=psycopg.rows.dict_row) as database:
            return sorted(database.execute(f'SELECT * FROM "{table}"'.encode()).fetchall(), key=str)
    with closing(sqlite3.connect(install.folder / "counterfoil.sqlite3")) as opened:
        opened.row_factory = sqlite3.Row
        return sorted((dict(row) for row in opened.execute(f'SELECT * FROM "{table}"')), key=str)


def schema(install: Install) -> list[str]:
    """Describe the tables, columns, indexes, constraints and counters of the database."""
    queries: tuple[str, ...]
    if install.dsn:
        queries = (
            (
                "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || "
                "coalesce(column_default, '') || is_identity FROM information_schema.columns "
                "WHERE table_schema = 'public'"
            ),
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
            (
                "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) "
                "FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            ),
            "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
        )
    else:
        queries = ("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master",)
    return sorted(str(line) for query in queries for (line,) in install.sql(query))


def rights(install: Install) -> list[tuple[Any, ...]]:
    """Who has which right, by group or by name."""
    return install.sql(
        "SELECT u.username, '', p.codename FROM auth_user u "
        "JOIN auth_user_user_permissions up ON up.user_id = u.id "
        "JOIN auth_permission p ON p.id = up.permission_id "
        "UNION SELECT u.username, g.name, p.codename FROM auth_user u "
        "JOIN auth_user_groups ug ON ug.user_id = u.id JOIN auth_group g ON g.id = ug.group_id "
        "JOIN auth_group_permissions gp ON gp.group_id = g.id JOIN auth_permission p ON p.id = gp.permission_id "
        "ORDER BY 1, 2, 3"
    )


def test_every_row_is_in_its_new_table_and_no_old_table_is_left(old: Install) -> None:
    before = {table: rows(old, table) for table in tables(old) if _has_id(table)}
    done = old.run("migrate")
    assert done.returncode == 0, done.stderr
    after = tables(old)
    assert "ticket" not in after
    assert "customer_search" not in after
    for table in (name for name in after if name.startswith("counterfoil_") and _has_id(name)):
        former = RENAMED.get(table, table.removeprefix("counterfoil_"))
        assert former not in after
        if table != "counterfoil_role_group" and former in before:
            found, differs = rows(old, table), MAPPED_AGAIN.get(table, {})
            if table == "counterfoil_run":
                runs = {row["id"] for row in before[former]}
                found = [row for row in found if row["id"] in runs]  # newer ones fill new columns
            had = [row.keys() - DROPPED.get(table, set()) for row in before[former]]
            kept = [{name: row[name] for name in names} | differs for row, names in zip(found, had, strict=True)]
            expected = [
                {name: row[name] for name in names} for row, names in zip(before[former], had, strict=True)
            ]
            assert kept == [row | differs for row in expected], table
    assert len(before["customer"]) > 50
    assert all(before[table] for table in ("set_aside", "write", "delivery", "conflict", "proposal", "token"))


DROPPED = {"counterfoil_invoice": {"customer_name", "phone", "country"}}
"""Columns whose values stand in the payload or on the customer."""
MAPPED_AGAIN = {"counterfoil_connection": {"mapping_version": 0}}
"""What differs because new columns are filled from the stored payloads, by runs of their own."""


def _has_id(table: str) -> bool:
    return table not in {"ticket", "counterfoil_ticket", "django_session"} and "search" not in table


def test_the_tables_are_those_of_a_new_installation(old: Install, tmp_path: Path) -> None:
    assert old.run("migrate").returncode == 0
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    with Install.fresh(fresh, bare=True) as made:
        assert made.run("migrate").returncode == 0
        assert schema(old) == schema(made)


def test_users_and_groups_keep_their_permissions(old: Install) -> None:
    before = rights(old)
    assert old.run("migrate").returncode == 0
    renamed = [(who, group, code.replace("setaside", "quarantinedrecord")) for who, group, code in before]
    assert rights(old) == sorted([*renamed, ("boss", "Owner", "delete_customer")])  # of a role since
    assert ("anna", "Sales", "retry_quarantinedrecord") in renamed
    labels = {label for (label,) in old.sql("SELECT DISTINCT app_label FROM django_content_type")}
    assert {"counterfoil_mirror", "counterfoil_webhooks"} <= labels
    assert not labels & {"mirror", "inbox", "django_tasks_db"}
    given = " ".join(str(given) for (given,) in old.sql("SELECT given FROM counterfoil_role_group"))
    assert "counterfoil_mirror.retry_quarantinedrecord" in given
    assert '"mirror.' not in given
    assert '"inbox.' not in given


def test_an_adopted_installation_continues_to_work(old: Install) -> None:
    assert old.run("migrate").returncode == 0
    assert old.run("migrate").stdout.strip() == "The database is up to date."
    found = old.json("status", "--json")
    assert {one["name"] for one in found["connections"]} == {"acme", "books"}
    assert "Nieuwe Klant" in old.run("customers", "search", "nieuwe").stdout
    assert "Brugge" in old.run("customers", "edits", "acme").stdout
    assert old.run("conflicts", "list").returncode == 0
    created = old.run("customers", "create", "acme", "name=Noch einer", "--anyway")
    assert created.returncode == 0, created.stderr
    (before, after) = old.sql("SELECT id FROM counterfoil_customer ORDER BY id DESC LIMIT 2")
    assert before[0] == after[0] + 1, "keys go on where they were"


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a PostgreSQL is copied by its own tools")
def test_a_copy_of_the_embedded_file_is_made_first_and_reported(old: Install) -> None:
    former = old.folder.parent / "former.sqlite3"
    shutil.copy(old.folder / "counterfoil.sqlite3", former)
    done = old.run("status")
    assert done.returncode == 0, done.stderr
    copy = old.folder / "counterfoil.before-0.1.0.sqlite3"
    assert str(copy) in done.stderr
    with closing(sqlite3.connect(copy)) as opened, closing(sqlite3.connect(former)) as kept:
        dump = "SELECT id, name, raw, version FROM customer ORDER BY id"
        assert opened.execute(dump).fetchall() == kept.execute(dump).fetchall()
    assert copy.stat().st_mode & 0o077 == 0
    assert (old.folder / "counterfoil.sqlite3").stat().st_size < 1.5 * former.stat().st_size


def test_a_failed_adoption_changes_nothing_and_can_be_repeated(old: Install) -> None:
    old.sql("CREATE TABLE counterfoil_delivery (id integer)")  # in the way
    before = tables(old), rows(old, "customer")
    assert old.run("migrate").returncode != 0
    assert (tables(old), rows(old, "customer")) == before
    old.sql("DROP TABLE counterfoil_delivery")
    assert old.run("migrate").returncode == 0
    assert len(rows(old, "counterfoil_customer")) == len(before[1])


def test_a_database_that_is_too_old_is_rejected_and_unchanged(old: Install) -> None:
    old.sql("DELETE FROM django_migrations WHERE app = 'mirror' AND name = '0021_write_of_run'")
    before = tables(old)
    done = old.run("migrate")
    assert done.returncode == 70
    assert "too old to upgrade (mirror.0021_write_of_run is missing)" in done.stderr
    assert "Traceback" not in done.stderr
    assert tables(old) == before
