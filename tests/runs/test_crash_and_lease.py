"""Law 8, a crash costs a page: processes are killed, paused and interrupted; one run at a time."""

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

PAGES = 8


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start a simulator with eight pages."""
    with RobawsSimulator(customers=PAGES * 100 - 10, seed=3, rate=None) as simulator:
        yield simulator


def start_and_stop_at(install: Install, sim: RobawsSimulator, page: int) -> "subprocess.Popen[str]":
    """Start a sync with one page at a time, and wait until it waits for the answer to `page`."""
    sim.control.hold(method="GET", path="/clients", page=page, times=1)
    process = install.start("sync", "acme", "--full", "--delay", "1")
    assert sim.control.wait_held(1, timeout=30), process.communicate(timeout=5)
    return process


def requested_pages(sim: RobawsSimulator) -> Counter[int]:
    """Count the requests by page, without the check of credentials and the pages of persons."""
    queries = [request["query"] for request in sim.control.requests() if request["path"] == "/api/v2/clients"]
    return Counter(int(query["page"]) for query in queries if query["size"] == "100" and "include" not in query)


@pytest.mark.parametrize("page", [0, 1, 5])
def test_after_kill_9_a_sync_fetches_only_the_pages_not_yet_fetched(
    install: Install, sim: RobawsSimulator, page: int
) -> None:
    install.connect(sim)
    process = start_and_stop_at(install, sim, page)
    process.kill()
    process.communicate()
    sim.control.release()
    stored = install.sql("SELECT count(*) FROM counterfoil_customer")[0][0]
    assert stored in {page * 100, max(0, page - 1) * 100}, "rows and checkpoint go together"
    run = install.sync("acme", "--full")
    assert (run["state"], run["fetched"], run["created"]) == ("completed", 790, 790)
    requested = requested_pages(sim)
    assert [requested[number] for number in range(stored // 100)] == [1] * (stored // 100)
    assert requested[page] == 2
    assert install.sql("SELECT count(*), count(DISTINCT external_id) FROM counterfoil_customer") == [(790, 790)]


def test_a_run_stopped_by_ctrl_c_resumes_where_it_stopped(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    process = start_and_stop_at(install, sim, 4)
    process.send_signal(signal.SIGINT)
    sim.control.release()
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "What was read so far is kept. Resume with" in stderr
    assert "Traceback" not in stderr
    assert install.sql("SELECT state FROM counterfoil_run") == [("parked",)]
    run = install.sync("acme", "--full")
    assert (run["run"], run["state"], run["created"]) == (1, "completed", 790)


def test_one_run_at_a_time_per_connection_across_processes(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    process = start_and_stop_at(install, sim, 2)
    refused = install.run("sync", "acme", "--full")
    assert refused.returncode == 1
    assert "is already running on this connection" in refused.stderr
    assert install.sql("SELECT count(*) FROM counterfoil_run") == [(1,)], "the refused run is not queued for later"
    sim.control.release()
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_process_paused_past_its_lease_writes_nothing_when_it_wakes_up(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    paused = start_and_stop_at(install, sim, 3)
    while install.sql("SELECT fetched FROM counterfoil_run WHERE resource = 'customer'") != [(300,)]:
        assert paused.poll() is None
    paused.send_signal(signal.SIGSTOP)
    install.sql("UPDATE counterfoil_run SET lease_expires_at = '2020-01-01 00:00:00'")
    sim.control.release()
    run = install.sync("acme", "--full")
    assert (run["state"], run["created"]) == ("completed", 790)
    written = install.sql("SELECT sum(version), count(*), max(updated_at) FROM counterfoil_customer")
    counted = install.sql("SELECT fetched, created, api_calls FROM counterfoil_run WHERE resource = 'customer'")
    paused.send_signal(signal.SIGCONT)
    _, stderr = paused.communicate(timeout=60)
    assert paused.returncode == 70
    assert "taken over by another process" in stderr
    assert install.sql("SELECT sum(version), count(*), max(updated_at) FROM counterfoil_customer") == written
    assert (
        install.sql("SELECT fetched, created, api_calls FROM counterfoil_run WHERE resource = 'customer'")
        == counted
    )


def test_a_pass_interrupted_long_ago_starts_over_instead_of_resuming(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    process = start_and_stop_at(install, sim, 4)
    process.kill()
    process.communicate()
    sim.control.release()
    earlier = "started_at - interval '7 hours'" if install.dsn else "datetime(started_at, '-7 hours')"
    install.sql(f"UPDATE counterfoil_run SET started_at = {earlier}")
    run = install.sync("acme", "--full")
    assert (run["run"], run["state"], run["fetched"], run["api_calls"]) == (2, "completed", 790, PAGES)
    assert install.sql("SELECT state FROM counterfoil_run WHERE resource = 'customer' ORDER BY id") == [
        ("superseded",),
        ("completed",),
    ]


def test_a_lost_database_connection_fails_the_run_and_the_next_sync_resumes_it(
    install: Install, sim: RobawsSimulator
) -> None:
    if not install.dsn:
        pytest.skip("the embedded database has no server")
    install.connect(sim)
    process = start_and_stop_at(install, sim, 4)
    install.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    sim.control.release()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 75
    assert "The connection to PostgreSQL failed" in stderr
    assert "Traceback" not in stderr
    run = install.sync("acme", "--full")
    assert (run["run"], run["state"], run["created"]) == (1, "completed", 790)


def test_a_resumed_pass_notices_upstream_changes_made_meanwhile(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    process = start_and_stop_at(install, sim, 5)
    process.kill()
    process.communicate()
    sim.control.release()
    sim.control.delete(ids=sim.control.ids()[:3])
    run = install.sync("acme", "--full")
    assert (run["state"], run["tombstoned"]) == ("completed", 3)
    assert "listing was started again" in run["note"]
    assert install.sql("SELECT count(*) FROM counterfoil_customer WHERE state = 'present'") == [(787,)]
