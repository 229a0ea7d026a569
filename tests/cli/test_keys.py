"""The encryption key as an operator meets it: rotated under a running console, missing, replaced, another one."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.console import serving
from tests.support.install import Install
from tests.support.patience import until

pytestmark = pytest.mark.once

USED = ("sync", "status", "serve", "worker")


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=30, seed=3, rate=None) as simulator:
        simulator.control.switch(webhook_activation_seconds=0)
        yield simulator


@pytest.fixture
def used(install: Install, sim: RobawsSimulator) -> Install:
    """Connect, so that a secret is stored."""
    install.connect(sim)
    assert install.run("status").returncode == 0
    return install


def key(install: Install) -> Path:
    return install.folder / "key"


def deliveries(install: Install) -> int:
    return int(install.sql("SELECT count(*) FROM counterfoil_delivery")[0][0])


def output(install: Install, *arguments: str, code: int = 0, stdin: str = "") -> str:
    """Run a command and return its output on one line."""
    done = install.run(*arguments, stdin=stdin)
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return " ".join((done.stdout + done.stderr).split())


def test_a_rotation_under_a_running_console_loses_no_webhook(used: Install, sim: RobawsSimulator) -> None:
    old = key(used).read_text()
    with serving(used) as url:
        output(used, "webhooks", "register", "acme", "--url", f"{url}/api/webhooks/robaws/customers")
        sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
        until(lambda: deliveries(used) == 1)
        assert "encrypted 2 secrets" in output(used, "keys", "rotate")
        output(used, "keys", "drop-old", "--yes")
        sim.control.change(["8"], fields={"tel": "+32 3 222 22 22"})
        until(lambda: deliveries(used) == 2)
        assert sim.control.wait_webhooks()
    assert old.strip() not in key(used).read_text()
    assert "opens 2 stored secrets" in output(used, "doctor")
    assert used.sync("acme", "--full")["state"] == "completed"


def test_a_missing_key_is_never_replaced_and_the_way_back_is_said(used: Install, sim: RobawsSimulator) -> None:
    with serving(used) as url:
        address = f"{url}/api/webhooks/robaws/customers"
        output(used, "webhooks", "register", "acme", "--url", address)
        text = key(used).read_text()
        key(used).unlink()
        for command in USED:
            found = output(used, *command.split(), code=70)
            assert found.startswith(f"Error: The encryption key is missing ({key(used)}), and 2 stored secrets"), (
                found
            )
            assert found.endswith("If it is lost: `counterfoil keys replace`.")
        assert not key(used).exists()
        found = output(used, "doctor", "--offline", code=1)
        assert "credentials of acme cannot be opened. Enter them again: `counterfoil connect robaws" in found
        assert f"`counterfoil webhooks register acme --url {address}`" in found
        until(lambda: httpx2.post(address, content=b"{}").status_code == 503)

        key(used).write_text(text)
        sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
        until(lambda: deliveries(used) == 1)
    output(used, "doctor")


def test_without_its_key_an_install_comes_back_step_by_step(used: Install, sim: RobawsSimulator) -> None:
    with serving(used) as url:
        address = f"{url}/api/webhooks/robaws/customers"
        output(used, "webhooks", "register", "acme", "--url", address)
        (former,) = sim.control.webhook_endpoints()
        key(used).unlink()
        assert "2 stored secrets cannot be opened" in output(used, "keys", "replace", "--yes")
        assert "credentials of acme cannot be opened" in output(used, "doctor", "--offline", code=1)
        assert "acme robaws secrets cannot be opened" in output(used, "status")
        used.connect(sim)
        assert former["id"] in output(used, "webhooks", "register", "acme", "--url", address)
        sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
        until(lambda: deliveries(used) == 1)
    assert "opens 2 stored secrets" in output(used, "doctor")


def test_the_key_of_another_install_is_refused_by_every_command(used: Install, tmp_path: Path) -> None:
    other = Install(tmp_path / "other")
    output(other, "status")
    key(used).write_text(key(other).read_text())
    for command in USED:
        found = output(used, *command.split(), code=70)
        assert "is not the one that this database's secrets are encrypted with." in found
    assert "is not the one" in output(used, "doctor", "--offline", code=1)


def test_an_empty_database_beside_a_used_key_is_said(used: Install) -> None:
    for file in used.folder.glob("counterfoil.sqlite3*"):
        file.unlink()
    assert "Warning: This database is empty, but the key here" in output(used, "status")
    assert "✗ database This database is empty" in output(used, "doctor", "--offline", code=1)


def test_a_key_file_that_others_may_read_is_warned_of(used: Install) -> None:
    output(used, "doctor", "--offline")
    key(used).chmod(0o644)
    assert f"chmod 600 {key(used)}" in output(used, "doctor", "--offline", code=1)


def test_a_database_that_others_may_read_is_warned_of(used: Install) -> None:
    (used.folder / "counterfoil.sqlite3").chmod(0o644)
    output(used, "doctor", "--offline")
    used.folder.chmod(0o755)
    assert f"chmod 700 {used.folder}" in output(used, "doctor", "--offline", code=1)


def test_what_an_install_writes_is_for_its_user_only(tmp_path: Path, sim: RobawsSimulator) -> None:
    install = Install(tmp_path / "data")
    install.connect(sim)
    install.sync("acme")
    modes = {path.relative_to(tmp_path): path.stat().st_mode & 0o077 for path in tmp_path.rglob("*")}
    assert len(modes) > 4
    assert {path for path, mode in modes.items() if mode} == set()
