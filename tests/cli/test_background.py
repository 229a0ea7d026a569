"""`worker`, `serve`, `demo`, `simulate`: processes that run in the background."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from counterfoil.cli import demo_folder
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install
from tests.support.serving import children_of, is_alive

PATIENCE = 90.0

ASK = """
from counterfoil.cli.ready import ready
ready()
from counterfoil.connections import connect as connections
from counterfoil.runs import lifecycle
from counterfoil.mirror.models import RunKind
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.worker import wake
run = lifecycle.request_run(connections.find_connection("acme"), RunKind.FULL, RunOptions(page_size=25))
wake.nudge()
print(run.pk)
"""


def queue_full_run(install: Install) -> int:
    """Queue a full run, as the console's button does."""
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=install.environ(), capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def until(condition: Callable[[], bool]) -> None:
    """Wait until another process has made the condition true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def state(install: Install, run: int) -> str:
    return str(install.sql(f"SELECT state FROM counterfoil_run WHERE id = {run}")[0][0])


def end(process: "subprocess.Popen[str]") -> tuple[str, str]:
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_worker_carries_out_queued_runs(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    run = queue_full_run(install)
    worker = install.start("worker")
    until(lambda: state(install, run) == "completed")
    end(worker)
    assert worker.returncode == 0
    assert install.sql("SELECT count(*) FROM counterfoil_customer") == [(250,)]


def test_what_a_killed_worker_left_is_taken_up_by_the_next_where_it_was(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    sim.control.hold(method="GET", path="/clients", page=6, times=1)
    run = queue_full_run(install)
    worker = install.start("worker")
    assert sim.control.wait_held(1, timeout=PATIENCE)
    worker.kill()
    worker.communicate()
    sim.control.release()
    assert state(install, run) == "running"
    second = install.start("worker")
    until(lambda: state(install, run) == "completed")
    end(second)
    assert install.sql("SELECT fetched, created FROM counterfoil_run") == [(250, 250)]


def test_a_worker_that_is_stopped_parks_its_run_and_goes_on_when_it_is_back(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    sim.control.hold(method="GET", path="/clients", page=6, times=1)
    run = queue_full_run(install)
    worker = install.start("worker")
    assert sim.control.wait_held(1, timeout=PATIENCE)
    worker.send_signal(signal.SIGTERM)
    sim.control.release()
    worker.communicate(timeout=30)
    assert worker.returncode == 0
    if state(install, run) != "completed":
        assert state(install, run) == "parked"
        again = install.start("worker")
        until(lambda: state(install, run) == "completed")
        end(again)
    assert install.sql("SELECT fetched, created FROM counterfoil_run") == [(250, 250)]


def test_serve_answers_and_on_the_embedded_database_runs_a_worker(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    port = free_port()
    server = install.start("serve", "--port", str(port))
    try:
        until(lambda: answers(port))
        page = httpx2.get(f"http://127.0.0.1:{port}/", follow_redirects=True)
        assert page.status_code == 200
        assert "password" in page.text
        if not install.dsn:
            run = queue_full_run(install)
            until(lambda: state(install, run) == "completed")
    finally:
        printed, hints = end(server)
    assert f"http://localhost:{port}/" in printed
    assert "There are no users yet" in hints


@pytest.mark.once
def test_a_taken_port_is_one_clear_line(install: Install) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = install.run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot be used (Address already in use)" in done.stderr


def test_the_demo_mirrors_its_customers_and_a_second_one_finds_them_unchanged(install: Install) -> None:
    first = install.run("demo", "--customers", "310", "--no-serve")
    assert first.returncode == 0, first.stderr
    assert re.search(r"310 +310 +0 +0 ", first.stdout)
    second = install.run("demo", "--customers", "310", "--no-serve")
    assert second.returncode == 0, second.stderr
    assert re.search(r"310 +0 +0 +310 ", second.stdout)
    assert install.sql("SELECT count(*) FROM counterfoil_connection") == [(0,)], "a real install is left alone"
    assert "310 in Robaws" in install.run("--demo", "status").stdout
    install = Install(install.folder / "demo")
    assert install.sql("SELECT count(*) FROM counterfoil_customer GROUP BY connection_id ORDER BY 1") == [
        (300,),
        (310,),
    ]
    assert install.sql("SELECT count(*) FROM counterfoil_schedule WHERE NOT is_on") == [(6,)]
    assert install.sql("SELECT count(*) FROM counterfoil_invoice WHERE customer_id IS NOT NULL")[0][0] > 300


def test_the_demo_serves_with_a_user_of_its_own(install: Install) -> None:
    port = free_port()
    demo = install.start("demo", "--customers", "30", "--port", str(port))
    try:
        until(lambda: answers(port))
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True) as browser:
            login = browser.get("/login/")
            password = (install.folder / "demo" / "demo-login").read_text().strip()
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', login.text)
            assert token
            form = {"username": "demo", "password": password, "csrfmiddlewaretoken": token[1], "next": "/"}
            inside = browser.post("/login/", data=form, headers={"referer": str(login.url)})
            assert inside.status_code == 200
            assert "Log out" in inside.text
    finally:
        printed, _ = end(demo)
    assert password in printed


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/", timeout=5).status_code < 500
    except httpx2.HTTPError:
        return False


def test_the_simulator_runs_from_the_command_line(install: Install) -> None:
    simulator = install.start("simulate", "robaws", "--port", "0", "--customers", "40", "--seed", "9")
    assert simulator.stdout is not None
    printed = simulator.stdout.readline() + simulator.stdout.readline()
    command = printed.splitlines()[1].split()
    assert install.run(*command[1:]).returncode == 0
    assert install.sync("demo")["created"] == 40
    end(simulator)
    assert simulator.returncode == 0


@pytest.mark.once
def test_two_demos_do_not_fight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_folder, "_locks", [])
    chosen = []
    for url in ("postgresql://real/install", ""):
        monkeypatch.setenv("COUNTERFOIL_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("DATABASE_URL", url)
        chosen.append(demo_folder.begin(30))
        assert "DATABASE_URL" not in os.environ
        assert os.environ["COUNTERFOIL_DATA_DIR"] == str(chosen[-1])
    assert chosen == [tmp_path / "demo", tmp_path / "demo-2"]
    for handle in demo_folder._locks:
        os.close(handle)


@pytest.mark.once
def test_a_demo_that_is_killed_leaves_no_process(install: Install) -> None:
    port = free_port()
    demo = install.start("demo", "--customers", "30", "--port", str(port))
    until(lambda: answers(port))
    children = children_of(demo.pid)
    assert len(children) >= 3  # two simulators and a worker
    demo.kill()
    demo.communicate()
    until(lambda: not any(is_alive(child) for child in children))


@pytest.mark.once
def test_a_demo_of_another_size_starts_over(install: Install) -> None:
    assert install.run("--demo", "status").returncode == 1
    for customers in ("60", "30"):
        done = install.run("demo", "--customers", customers, "--no-serve")
        assert done.returncode == 0, done.stderr
    assert "30 in Robaws" in install.run("--demo", "status").stdout


@pytest.mark.once
def test_the_zoho_books_simulator_prints_how_to_connect_each_organisation(install: Install) -> None:
    simulator = install.start("simulate", "zoho-books", "--port", "0", "--organizations", "2", "--contacts", "4")
    assert simulator.stdout is not None
    printed = [simulator.stdout.readline() for _ in range(3)]
    organizations = [line.rsplit(" --organization ", 1)[1].strip() for line in printed[1:]]
    options = dict(re.findall(r"--([a-z-]+) (\S+)", printed[2]))
    form = {name.replace("-", "_"): options[name] for name in ("client-id", "client-secret", "refresh-token")}
    answer = httpx2.post(
        options["accounts-url"] + "/oauth/v2/token", data=form | {"grant_type": "refresh_token"}
    ).json()
    listed = httpx2.get(
        options["api-url"] + "/books/v3/organizations",
        headers={"authorization": f"Zoho-oauthtoken {answer['access_token']}"},
    ).json()["organizations"]
    assert [row["organization_id"] for row in listed] == organizations
    end(simulator)
    assert simulator.returncode == 0
