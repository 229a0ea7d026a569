"""`counterfoil sync`, as users type it."""

import json
from pathlib import Path

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

KEYS = [
    "run", "connection", "kind", "state", "fetched", "created", "updated", "unchanged", "missing", "tombstoned",
    "failed", "api_calls", "seconds",
]  # fmt: skip


def test_json_prints_one_object_with_the_promised_keys(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    done = install.run("sync", "acme", "--json")
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert list(run)[: len(KEYS)] == KEYS
    assert (run["connection"], run["kind"], run["state"]) == ("acme", "full", "completed")
    assert install.sql("SELECT count(*) FROM counterfoil_customer") == [(250,)]


def test_json_gives_each_run_and_their_sum(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    whole = install.json("sync", "acme", "--json")
    customers, persons = whole["runs"]
    assert (customers["resource"], persons["resource"]) == ("customer", "contact_person")
    assert all(list(run)[: len(KEYS)] == KEYS for run in whole["runs"])
    assert (customers["created"], customers["api_calls"]) == (250, 3)
    assert [(persons["created"],)] == install.sql("SELECT count(*) FROM counterfoil_contact_person")
    for key in ("fetched", "created", "api_calls"):
        assert whole[key] == customers[key] + persons[key]
    assert whole["run"] == customers["run"]
    sim.control.fault("empty_list", path="/clients", times=1)
    sim.control.switch(included_contacts="ignored")
    sim.control.fault("server_error", path="/contacts")
    result = install.json("sync", "acme", "--full", "--json")
    assert (result["state"], [run["state"] for run in result["runs"]]) == ("mixed", ["needs_approval", "failed"])


def test_one_problem_that_stays_does_not_keep_the_others_from_a_retry(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    bad, good = sim.control.ids()[:2]
    for one in (bad, good):
        sim.control.fault("garbage", path="/clients", client=one, shape="name_object")
    install.run("sync", "acme")
    sim.control.fault("error", path=f"/clients/{bad}", status=403)
    done = install.run("import-problems", "retry")
    assert (done.returncode, done.stdout.strip()) == (1, "2 retried, 1 still not imported.")
    assert f"{bad}: Robaws gave no clear answer for {bad}." in done.stderr
    assert [entry["external_id"] for entry in install.json("import-problems", "list", "--json")] == [bad]


def test_a_key_that_may_not_read_persons_is_warned_of_and_syncs_the_rest(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    sim.control.switch(forbidden_modules=["contacts"], include_without_right="403")
    done = install.run("sync", "acme")
    assert done.returncode == 0, done.stderr
    warning = "No contact persons are synced from Robaws; everything else is."
    assert done.stdout.count(warning) == 1
    assert install.run("status").stdout.count(warning) == 1
    sim.control.switch(forbidden_modules=[])
    assert warning not in install.run("sync", "acme").stdout
    assert warning not in install.run("status").stdout


def test_the_table_shows_what_happened(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    done = install.run("sync", "acme")
    assert done.returncode == 0
    for word in ("acme", "run 1: full sync", "completed", "fetched", "created", "unchanged", "API calls", "250"):
        assert word in done.stdout
    assert "run 2: full sync, contact persons" in done.stdout


def test_a_dry_run_shows_per_field_what_would_change_and_mirrors_nothing(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    install.run("sync", "acme")
    before = install.sql("SELECT id, version, updated_at FROM counterfoil_customer ORDER BY id")
    first, gone = sim.control.ids()[0], sim.control.ids()[9]
    sim.control.change(ids=[first], fields={"email": "new@garage.example"})
    sim.control.delete(ids=[gone])
    sim.control.add(1, fields={"name": "Brand New BV"})
    done = install.run("sync", "acme", "--full", "--dry-run")
    assert done.returncode == 0
    assert "Would change" in done.stdout
    assert "new@garage.example" in done.stdout
    assert "Brand New BV" in done.stdout
    assert install.sql("SELECT id, version, updated_at FROM counterfoil_customer ORDER BY id") == before
    run = install.sync("acme", "--full", "--dry-run")
    assert (run["created"], run["updated"], run["missing"], run["api_calls"]) == (1, 1, 1, 3)
    assert install.sql("SELECT count(*) FROM counterfoil_change") == [(0,)]
    assert install.sync("acme", "--full")["tombstoned"] == 1


def test_a_limit_reads_no_more_pages_than_needed(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    run = install.sync("acme", "--limit", "120")
    assert (run["state"], run["fetched"], run["created"], run["api_calls"]) == ("completed", 120, 120, 2)


def test_client_id_syncs_one_customer(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    wanted = sim.control.ids()[42]
    run = install.sync("acme", "--client-id", wanted)
    assert (run["kind"], run["fetched"], run["created"], run["api_calls"]) == ("single", 1, 1, 2)
    assert install.sql("SELECT external_id FROM counterfoil_customer") == [(wanted,)]


def test_a_client_that_does_not_exist_is_one_clear_line(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    done = install.run("sync", "acme", "--client-id", "999999")
    assert done.returncode == 1
    assert "Robaws has no customer 999999, and neither does Counterfoil." in done.stderr


def test_batch_size_is_the_page_size_and_delay_asks_one_page_at_a_time(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    sim.control.reset_stats()
    run = install.sync("acme", "--batch-size", "40", "--delay", "20")
    assert run["api_calls"] == 7
    asked = [request["query"] for request in sim.control.requests()]
    pages = [(str(page), "40") for page in range(7)]
    assert [(query["page"], query["size"]) for query in asked] == [*pages, *pages], "customers, then persons"
    assert install.sync("acme", "--full", "--batch-size", "500")["api_calls"] == 3


def test_a_second_sync_is_incremental_and_full_asks_for_everything(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.run("sync", "acme")
    sim.control.change(n=2)
    whole = install.json("sync", "acme", "--json")
    assert (whole["kind"], whole["updated"], whole["api_calls"]) == ("incremental", 2, 2)
    run = install.sync("acme", "--full")
    assert (run["kind"], run["unchanged"]) == ("full", 250)


def test_exit_code_is_zero_only_where_the_run_completed_and_nothing_failed(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim)
    sim.control.fault("garbage", path="/clients", page=0, position=3, shape="name_object")
    done = install.run("sync", "acme", "--json")
    assert (done.returncode, json.loads(done.stdout)["state"]) == (1, "completed")
    listed = install.run("import-problems", "list")
    assert "The name is an object instead of text." in listed.stdout
    assert install.run("import-problems", "retry").returncode == 0, "a single read is right: the fault is in lists"
    assert "No import problems." in install.run("import-problems", "list").stderr
    sim.control.clear_faults()
    sim.control.fault("empty_list", path="/clients")
    done = install.run("sync", "acme", "--full")
    assert done.returncode == 1
    assert "needs approval" in done.stdout


def test_the_former_name_of_import_problems_still_works(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    sim.control.fault("garbage", path="/clients", page=0, position=3, shape="name_object")
    install.run("sync", "acme")
    assert install.json("set-aside", "list", "--json") == install.json("import-problems", "list", "--json") != []
    assert "Deprecated: this is `counterfoil import-problems` now." in install.run("set-aside", "--help").stdout
    assert "set-aside" not in install.run("--help").stdout


def test_without_a_name_every_connection_is_synced(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim, "one")
    install.connect(sim, "two")
    done = install.run("sync")
    assert done.returncode == 0
    assert install.sql("SELECT connection_id, count(*) FROM counterfoil_customer GROUP BY 1 ORDER BY 1") == [
        (1, 250),
        (2, 250),
    ]


def test_a_stopped_run_is_listed_and_approved(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.run("sync", "acme")
    gone = sim.control.ids()[:30]
    sim.control.delete(ids=gone)
    run = install.sync("acme", "--full")
    assert (run["state"], run["tombstoned"]) == ("needs_approval", 0)
    listed = install.run("approve", str(run["run"]), "--list")
    assert all(f"\n{external_id} " in listed.stdout for external_id in gone)
    done = install.run("approve", str(run["run"]), "--yes")
    assert done.returncode == 0, done.stderr
    assert install.sql("SELECT count(*) FROM counterfoil_customer WHERE state = 'tombstone'") == [(30,)]


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sync", "nobody"], "There is no connection called 'nobody'. There are: acme."),
        (
            ["sync", "acme", "--limit", "0"],
            "Invalid value for '--limit': Input should be greater than or equal to 1",
        ),
        (["sync", "acme", "--batch-size", "x"], "Invalid value for '--batch-size'"),
        (["sync", "acme", "--nonsense"], "No such option: --nonsense"),
        (["syncc"], "No such command 'syncc'"),
        (["approve", "77"], "There is no run 77."),
        (["cancel", "77"], "There is no run 77."),
        (["customers", "show", "acme", "77"], "has no customer 77 in this copy"),
    ],
)
def test_a_mistyped_command_is_one_clear_line(
    install: Install, sim: RobawsSimulator, arguments: list[str], words: str
) -> None:
    install.connect(sim)
    done = install.run(*arguments)
    assert done.returncode != 0
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_connection_that_fails_keeps_no_other_from_its_sync(
    install: Install, sim: RobawsSimulator, tmp_path: Path
) -> None:
    gone = tmp_path / "a.csv"
    gone.write_text("Id;Name\n1;Acme\n")
    assert install.run("connect", "file", "--name", "a-file", str(gone), "--id-column", "Id").returncode == 0
    install.connect(sim)
    gone.unlink()
    done = install.run("sync")
    assert done.returncode == 1
    assert "Error: a-file:" in done.stderr
    assert install.sql("SELECT count(*) FROM counterfoil_customer") == [(250,)]
