"""`doctor` says what is wrong with the database: damaged, read-only, or without what this version needs."""

import psycopg
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

PAGE = 4096


def bad_lines(install: Install) -> list[str]:
    """Return the lines of the checks that failed; there is one, since what follows would make no sense."""
    done = install.run("doctor", "--offline")
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert done.returncode == (1 if lines else 0)
    return lines


def test_a_sound_database_is_said_to_be_sound(install: Install) -> None:
    done = install.run("doctor", "--offline")
    assert "columns as expected" in done.stdout
    assert install.dsn or "every page read, indexes compared" in done.stdout


def test_every_kind_of_damage_to_the_file_is_found(install: Install, sim: RobawsSimulator) -> None:
    if install.dsn:
        pytest.skip("PostgreSQL looks after its files")
    install.connect(sim)
    install.sync("acme")
    file = install.folder / "counterfoil.sqlite3"
    sound = file.read_bytes()
    roots = dict(install.sql("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))
    for file_beside in install.folder.glob("counterfoil.sqlite3-*"):
        file_beside.unlink()

    def without(page: int) -> bytes:
        return sound[: (page - 1) * PAGE] + bytes(PAGE) + sound[page * PAGE :]

    damaged = {
        "cut off": sound[: len(sound) // 2],
        "cut off within a page": sound[:-1000],
        "no header": b"x" * 100 + sound[100:],
        "a table": without(roots["counterfoil_customer"]),
        "an index": without(roots["counterfoil_customer_name"]),
        "the search index": without(roots["counterfoil_customer_search_data"]),
        "a page of another place": sound[:PAGE] + sound[2 * PAGE : 3 * PAGE] + sound[2 * PAGE :],
    }
    for what, content in damaged.items():
        file.write_bytes(content)
        (line,) = bad_lines(install)
        assert "The embedded database is damaged" in line, what
    file.write_bytes(sound)
    assert bad_lines(install) == []


def test_a_column_that_is_missing_is_named(install: Install) -> None:
    install.sql("ALTER TABLE counterfoil_coverage DROP COLUMN unannounced")
    (line,) = bad_lines(install)
    assert "This database is not up to date: counterfoil_coverage.unannounced is missing." in line
    done = install.run("status")
    assert "try again" not in done.stderr


def test_a_table_that_is_missing_is_named(install: Install) -> None:
    install.sql("DROP TABLE counterfoil_policy")
    (line,) = bad_lines(install)
    assert "counterfoil_policy is missing" in line


def test_a_server_that_only_allows_reading_is_named_as_such(install: Install) -> None:
    if not install.dsn:
        pytest.skip("a server")
    name = install.dsn.rpartition("/")[2]
    with psycopg.connect(install.dsn, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    (line,) = bad_lines(install)
    assert "The PostgreSQL server only allows reading, as a standby does" in line
    assert "Set DATABASE_URL to the server that is written to." in line
    done = install.run("user", "add", "anna", "--password", "a long secret 4711")
    assert "The PostgreSQL server only allows reading" in done.stderr
    assert "Traceback" not in done.stderr
