"""The statements of docs/operate.md about a copy restored from an older backup."""

import shutil
from collections.abc import Callable, Iterator

import psycopg
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

FILE = "counterfoil.sqlite3"


@pytest.fixture
def backup(install: Install) -> Iterator[Callable[[], Callable[[], None]]]:
    """Return a function that makes a backup and returns one that restores it."""
    server, _, name = install.dsn.rpartition("/")

    def make() -> Callable[[], None]:
        if not install.dsn:
            shutil.copytree(install.folder, install.folder / "backup")
            return restore_file
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}_backup TEMPLATE {name}".encode())
        return lambda: setattr(install, "dsn", f"{server}/{name}_backup")

    def restore_file() -> None:
        for file in install.folder.glob(f"{FILE}*"):
            file.unlink()
        for file in (install.folder / "backup").glob(f"{FILE}*"):
            shutil.copy(file, install.folder)

    yield make
    if server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name}_backup WITH (FORCE)".encode())


def test_a_restored_copy_is_as_old_as_its_backup_says_so_and_catches_up(
    install: Install, sim: RobawsSimulator, backup: Callable[[], Callable[[], None]]
) -> None:
    install.connect(sim)
    changed, gone = sim.control.ids()[:2]
    install.run("sync", "acme")
    then = install.json("customers", "show", "acme", changed, "--json")
    restore = backup()
    sim.control.change(ids=[changed], fields={"email": "later@garage.example"})
    sim.control.delete(ids=[gone])
    install.run("sync", "acme", "--full")
    later = install.json("customers", "show", "acme", changed, "--json")
    assert later["last_synced_at"] > then["last_synced_at"]

    restore()
    assert install.json("customers", "show", "acme", changed, "--json") == then
    plain = install.sync("acme")
    assert (plain["kind"], plain["updated"], plain["tombstoned"]) == ("incremental", 1, 0)
    assert install.json("customers", "show", "acme", changed, "--json")["email"] == "later@garage.example"
    assert install.sync("acme", "--full")["tombstoned"] == 1
