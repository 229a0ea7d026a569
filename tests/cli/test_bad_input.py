"""Errors from the environment: one clear line with cause and remedy, nothing lost, no traceback."""

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install
from tests.support.newer_version import latest, run_newer, write_migration


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line on stderr of a command that failed."""
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stderr
    lines = [text for text in done.stderr.splitlines() if text.startswith("Error:")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Mount a small disk that is soon full. Only root can do so."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root can make a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_an_unreachable_database_is_reported_without_the_password(install: Install) -> None:
    install.dsn = "postgresql://me:hunter2@127.0.0.1:1/nothing"
    error = complaint(install.run("status"))
    assert "The connection to PostgreSQL failed" in error
    assert "Check DATABASE_URL" in error
    assert "hunter2" not in error


@pytest.mark.once
@pytest.mark.parametrize("url", ["mysql://a:hunter2@b/c", "nonsense"])
def test_a_wrong_database_url_is_reported_without_the_password(install: Install, url: str) -> None:
    install.dsn = url
    error = complaint(install.run("status"))
    assert "DATABASE_URL" in error
    assert "hunter2" not in error


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERFOIL_BUSY_SECONDS", "soon"),
        ("COUNTERFOIL_BUSY_SECONDS", "-1"),
        ("COUNTERFOIL_TIME_ZONE", "Mars/Olympus"),
        ("COUNTERFOIL_TIME_ZONE", "../../etc/passwd"),
        ("COUNTERFOIL_HTTPS", "perhaps"),
    ],
)
def test_a_wrong_setting_is_reported_by_name(install: Install, name: str, value: str) -> None:
    install.environment[name] = value
    done = install.run("status")
    error = complaint(done)
    assert name in error
    assert value not in error
    assert done.returncode == 2


def test_a_locked_database_is_reported_and_loses_nothing(install: Install, sim: RobawsSimulator) -> None:
    if install.dsn:
        pytest.skip("PostgreSQL has no lock on the whole database")
    install.connect(sim)
    install.run("sync", "acme")
    sim.control.change(n=3)
    with sqlite3.connect(install.folder / "counterfoil.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        install.environment["COUNTERFOIL_BUSY_SECONDS"] = "1"
        error = complaint(install.run("sync", "acme", "--full"))
        assert "locked by another process" in error
        other.execute("ROLLBACK")
    run = install.sync("acme", "--full")
    assert (run["state"], run["updated"]) == ("completed", 3)


def test_a_full_disk_is_reported_and_the_run_resumes_when_there_is_room(install: Install) -> None:
    if install.dsn:
        pytest.skip("the embedded database's disk")
    with small_disk(install.folder, 4), RobawsSimulator(customers=6000, seed=2, rate=None) as sim:
        install.connect(sim)
        error = complaint(install.run("sync", "acme"))
        assert "There is no space left" in error
        assert "Free some space" in error
        kept = install.sql("SELECT count(*) FROM counterfoil_customer")[0][0]
        assert 0 < kept < 6000
        subprocess.run(["mount", "-o", "remount,size=64m", str(install.folder)], check=True)
        run = install.sync("acme")
        assert (run["state"], run["created"]) == ("completed", 6000)


@pytest.mark.once
def test_a_data_folder_that_cannot_be_written_is_reported(install: Install, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    install.folder = file / "data"
    assert "Set COUNTERFOIL_DATA_DIR to a folder that can be written." in complaint(install.run("status"))


@pytest.mark.once
def test_a_damaged_key_is_reported(install: Install) -> None:
    install.run("status")
    (install.folder / "key").write_text("not a key\n")
    assert "is not a valid key" in complaint(install.run("status"))


def test_a_damaged_database_is_reported(install: Install) -> None:
    if install.dsn:
        pytest.skip("the embedded database's file")
    install.run("status")
    for file in install.folder.glob("counterfoil.sqlite3*"):
        file.unlink()
    (install.folder / "counterfoil.sqlite3").write_bytes(b"this is not a database, it is a letter" * 100)
    assert "is damaged" in complaint(install.run("status"))


def test_an_outdated_database_is_not_changed_without_a_request(install: Install, tmp_path: Path) -> None:
    write_migration(tmp_path / "newer", "0099_newer", latest())
    done = run_newer(install, tmp_path / "newer", "status")
    if install.dsn:
        assert re.search(r"lacks 1 migration of this version. Run `counterfoil migrate`", complaint(done))
        assert run_newer(install, tmp_path / "newer", "migrate").returncode == 0
    assert run_newer(install, tmp_path / "newer", "status").returncode == 0


def test_an_index_that_a_new_version_brings_does_not_mislead_the_embedded_database(
    install: Install, sim: RobawsSimulator, tmp_path: Path
) -> None:
    if install.dsn:
        pytest.skip("the embedded database's planner")
    install.connect(sim)
    install.run("sync", "acme")
    write_migration(tmp_path / "newer", "0099_newer", latest())
    with closing(sqlite3.connect(install.folder / "counterfoil.sqlite3")) as database:
        (made,) = database.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'counterfoil_customer_name'"
        ).fetchone()
        database.execute("DROP INDEX counterfoil_customer_name")
        database.execute("ANALYZE")  # what it knows of the other indexes makes the new one look better
        database.execute(made)
    assert run_newer(install, tmp_path / "newer", "status").returncode == 0
    page = (
        "EXPLAIN QUERY PLAN SELECT id FROM counterfoil_customer WHERE connection_id = 1 ORDER BY name, id LIMIT 50"
    )
    with closing(sqlite3.connect(install.folder / "counterfoil.sqlite3")) as database:
        steps = [step for *_, step in database.execute(page)]
    assert len(steps) == 1, steps
    assert "customer_name " in steps[0], steps


def test_an_upstream_that_is_down_is_reported_and_the_copy_stays(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.run("sync", "acme")
    sim.stop()
    done = install.run("sync", "acme", "--client-id", sim.control.ids()[0])
    assert "cannot be reached (connection refused)" in complaint(done)
    assert done.returncode == 75
    assert install.json("customers", "search", "aeon", "--json")
    sim.start()


@pytest.mark.once
def test_debug_shows_the_traceback(install: Install) -> None:
    done = install.run("sync", "nobody", "--debug")
    assert done.returncode != 0
    assert "Traceback" in done.stderr


def test_logs_hold_no_secret_and_no_personal_data(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    sim.control.fault("garbage", path="/clients", page=0, position=3, shape="name_object", times=1)
    install.run("sync", "acme")
    log = (install.folder / "logs" / "counterfoil.log").read_text()
    assert "run started" in log
    emails = [client["email"] for client in sim.control.clients() if client.get("email")]
    for private in [sim.api_key, sim.api_secret, "Aeon Shipping", *emails]:
        assert private.strip() not in log
