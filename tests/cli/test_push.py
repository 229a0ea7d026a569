"""`push`, `customers create`: what was edited here reaches the upstream, once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

COUNTS = ["records", "pushed", "created", "refused", "conflicts"]

WRITTEN = ("run", "outbox", "change")


class Office:
    """Customers of which the upstream says a city and an e-mail."""

    def __init__(self, install: Install, sim: RobawsSimulator) -> None:
        self.install, self.sim = install, sim
        install.connect(sim)
        self.ids = sim.control.add(8, fields={"name": "Acme", "email": "old@example.com"})
        assert install.run("sync", "acme").returncode == 0

    def set(self, one: str, *values: str) -> None:
        done = self.install.run("customers", "set", "acme", one, *values)
        assert done.returncode == 0, done.stderr

    def push(self, *words: str) -> tuple[int, Any]:
        """Exit code and what is told as JSON."""
        done = self.install.run("push", "acme", *words, "--json")
        assert done.stdout, done.stderr
        import json

        return done.returncode, json.loads(done.stdout)

    def theirs(self, one: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sim.control.client(one)
        return found

    def writes(self) -> int:
        """Requests of the simulator that change something."""
        return sum(request["method"] not in ("GET", "HEAD") for request in self.sim.control.requests())


@pytest.fixture
def office(install: Install) -> Iterator[Office]:
    with RobawsSimulator(customers=20, seed=7, rate=None) as sim:
        yield Office(install, sim)


def test_what_waits_is_pushed_and_counted(office: Office) -> None:
    first, second, *_ = office.ids
    office.set(first, "city=Gent", "email=new@example.com")
    office.set(second, "email=")
    code, told = office.push()
    assert (code, told["state"], told["left"]) == (0, "completed", [])
    assert [told[name] for name in COUNTS] == [2, 2, 0, 0, 0]
    assert told["api_calls"] == 6, "read, written, read back"
    assert (office.theirs(first)["address"]["city"], office.theirs(second)["email"]) == ("Gent", None)
    assert office.install.json("customers", "edits", "acme", "--json") == []
    lines = office.install.json("customers", "history", "acme", first, "--field", "city", "--json")
    assert [(line["source"], line["after"]) for line in lines[:-1]] == [("edit", "Gent")]


def test_only_the_customers_that_are_named_are_pushed(office: Office) -> None:
    for one in office.ids[:3]:
        office.set(one, "city=Gent")
    code, told = office.push("--client-id", office.ids[0], "--client-id", office.ids[1])
    assert (code, told["pushed"]) == (0, 2)
    assert [edit["external_id"] for edit in office.install.json("customers", "edits", "acme", "--json")] == [
        office.ids[2]
    ]


def test_what_is_refused_or_in_conflict_is_told_by_record_and_field(office: Office) -> None:
    refused, clashing, fine, *_ = office.ids
    office.sim.control.switch(strict_select=True)
    office.set(refused, "upstream_role=NO SUCH ROLE")
    office.set(clashing, "email=ours@example.com")
    office.set(fine, "city=Gent")
    office.sim.control.change([clashing], fields={"email": "theirs@example.com"})
    code, told = office.push()
    assert (code, [told[name] for name in COUNTS]) == (1, [3, 1, 0, 1, 1])
    left = {one["external_id"]: one for one in told["left"]}
    assert (left[refused]["field"], left[refused]["state"]) == ("upstream_role", "refused")
    assert "not an option" in left[refused]["words"]
    assert (left[clashing]["field"], left[clashing]["state"]) == ("email", "conflict")
    assert fine not in left
    said = office.install.run("push", "acme")
    assert said.returncode == 1, "both still wait for somebody"
    for words in (refused, "not an option", clashing, "Changed on both sides", "counterfoil conflicts settle"):
        assert words in said.stdout + said.stderr, words
    shown = office.install.run("customers", "show", "acme", refused).stdout
    assert "refused: " in shown
    assert "in conflict" in office.install.run("customers", "show", "acme", clashing).stdout
    (known,) = office.install.json("status", "--json")["connections"]
    assert known["edits"] == {"waits": 0, "refused": 1, "conflict": 1, "here_only": 0}
    assert known["conflicts"] == 1
    status = office.install.run("status").stdout
    assert "1 refused, 1 in conflict (counterfoil customers edits acme)" in status
    assert "conflicts   1 to be decided (counterfoil conflicts list)" in status


def test_a_dry_run_says_what_would_be_sent_makes_no_call_and_writes_nothing(office: Office) -> None:
    waits, refused, *_ = office.ids
    office.sim.control.switch(strict_select=True)
    office.set(refused, "upstream_role=NO SUCH ROLE")
    office.push()
    office.set(waits, "email=new@example.com")
    office.install.run("customers", "create", "acme", "name=Brand New")
    office.sim.control.reset_stats()
    before = [
        office.install.sql(f"SELECT count(*) FROM counterfoil_{name}") for name in ("run", "outbox", "change")
    ]
    said = office.install.run("push", "acme", "--dry-run")
    assert said.returncode == 0
    for words in ("Would send", waits, "old@example.com", "new@example.com", "Brand New", "a new customer",
                  "Held back", refused, "refused: "):  # fmt: skip
        assert words in said.stdout, words
    planned = office.install.json("push", "acme", "--dry-run", "--json")
    assert [(edit["external_id"], edit["field"]) for edit in planned["would_send"]] == [
        (waits, "email"), (None, "name"),
    ]  # fmt: skip
    assert [(edit["external_id"], edit["state"]) for edit in planned["held_back"]] == [(refused, "refused")]
    assert office.sim.control.requests() == []
    after = [
        office.install.sql(f"SELECT count(*) FROM counterfoil_{name}") for name in ("run", "outbox", "change")
    ]
    assert after == before


def test_a_customer_made_here_goes_by_its_number_until_the_upstream_has_it(office: Office) -> None:
    made = office.install.json(
        "customers", "create", "acme", "name=Garage Peeters", "email=g@example.com", "--json"
    )
    key = f"#{made['key']}"
    assert (made["external_id"], made["state"]) == (None, "local")
    said = office.install.run("customers", "set", "acme", key, "city=Gent")
    assert f"push acme --client-id '{key}'" in said.stderr
    assert key in office.install.run("customers", "search", "garage", "peeters").stdout
    assert office.install.json("customers", "show", "acme", key, "--json")["city"] == "Gent"
    (first,) = office.install.json("customers", "history", "acme", key, "--field", "city", "--json")[:1]
    assert (first["source"], first["after"]) == ("edit", "Gent")
    code, told = office.push("--client-id", key)
    assert (code, told["created"], told["left"]) == (0, 1, [])
    known = office.install.json("customers", "show", "acme", key, "--json")
    assert known["key"] == made["key"]
    assert office.theirs(known["external_id"])["name"] == "Garage Peeters"
    assert (known["state"], known["edits"]) == ("present", {})


def test_a_customer_is_made_and_created_at_once(office: Office) -> None:
    office.install.run("user", "add", "anna", "--role", "clerk")
    done = office.install.run("customers", "create", "acme", "name=Garage Peeters", "--push", "--as", "anna")
    assert done.returncode == 0, done.stderr
    ((external_id, key),) = office.install.sql(
        "SELECT external_id, id FROM counterfoil_customer WHERE name = 'Garage Peeters' AND state = 'present'"
    )
    assert f"Made Garage Peeters as #{key}, not created upstream yet: the next push does it." in done.stdout
    assert f"Created upstream as {external_id}." in done.stdout
    history = office.install.run("customers", "history", "acme", external_id).stdout
    assert "Push" in history
    lines = office.install.json("customers", "history", "acme", external_id, "--json")
    assert (lines[-1]["source"], lines[-1]["by"], lines[-1]["first_seen"]) == ("edit", "anna", True)


def test_with_the_upstream_down_a_customer_is_made_here_and_created_once_it_is_back(office: Office) -> None:
    office.sim.stop()
    done = office.install.run("customers", "create", "acme", "name=Garage Peeters", "--push")
    assert done.returncode == 75
    assert "Made Garage Peeters as #" in done.stdout
    assert "It was not sent; the next push sends it." in done.stdout
    office.sim.start()
    code, told = office.push()
    assert (code, told["created"]) == (0, 1)
    assert told["run"] == office.install.sql("SELECT max(id) FROM counterfoil_run WHERE kind = 'push'")[0][0]


def test_a_customer_that_nobody_wants_any_more_is_discarded_and_never_created(office: Office) -> None:
    key = office.install.json("customers", "create", "acme", "name=Garage Peeters", "--json")["key"]
    done = office.install.run("customers", "discard", "acme", f"#{key}")
    assert done.stdout == "Garage Peeters is discarded: it is not created upstream.\n"
    code, told = office.push()
    assert (code, told["created"], office.sim.control.writes()) == (0, 0, [])
    assert office.install.run("customers", "discard", "acme", "7").returncode == 2


@pytest.mark.parametrize("values", [["email=a@example.com"], ["name=", "city=Gent"], ["name=A", "fax=1"]])
def test_a_customer_that_cannot_be_is_one_clear_line_and_is_not_made(office: Office, values: list[str]) -> None:
    done = office.install.run("customers", "create", "acme", *values)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert office.install.sql("SELECT count(*) FROM counterfoil_customer WHERE external_id IS NULL") == [(0,)]


def test_sync_and_push_in_one_go(office: Office) -> None:
    one = office.ids[0]
    office.set(one, "city=Gent")
    office.sim.control.change([one], fields={"email": "theirs@example.com"})
    told = office.install.json("sync", "acme", "--push", "--json")
    assert (told["kind"], told["push"]["pushed"], told["push"]["left"]) == ("incremental", 1, [])
    theirs = office.theirs(one)
    assert (theirs["email"], theirs["address"]["city"]) == ("theirs@example.com", "Gent")
    office.set(one, "city=Brugge")
    said = office.install.run("sync", "acme", "--push", "--dry-run")
    assert "Would send" in said.stdout
    assert office.theirs(one)["address"]["city"] == "Gent"
    assert "push" in office.install.run("sync", "--push").stdout
    assert office.theirs(one)["address"]["city"] == "Brugge"


def test_what_cannot_be_written_to_is_synced_and_not_pushed(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("Id;Name\n1;Acme\n")
    office.install.run("connect", "file", str(file), "--name", "sites", "--id-column", "Id")
    named = office.install.run("sync", "sites", "--push")
    assert (named.returncode, named.stdout) == (1, "")
    assert "Nothing is written to the upstream of sites." in named.stderr
    done = office.install.run("sync", "--push")
    assert done.returncode == 0, done.stderr
    assert "Nothing is written to the upstream of sites." in done.stderr
    assert "acme  push " in done.stdout


def test_a_sync_that_stops_and_asks_pushes_nothing(office: Office) -> None:
    office.set(office.ids[0], "city=Gent")
    office.sim.control.fault("empty_list", path="/clients", times=1)
    office.sim.control.reset_stats()
    done = office.install.run("sync", "acme", "--full", "--push")
    assert done.returncode == 1
    assert "Nothing was pushed: the sync of acme did not come to its end." in done.stderr
    assert office.writes() == 0
