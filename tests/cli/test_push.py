"""`push`, `customers create`: edits and new customers are sent to the upstream, once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once

COUNTS = ["records", "pushed", "created", "refused", "conflicts"]

WRITTEN = ("run", "outbox", "change")


class Office:
    """Customers with an e-mail upstream."""

    def __init__(self, install: Install, sim: RobawsSimulator) -> None:
        self.install, self.sim = install, sim
        install.connect(sim)
        self.ids = sim.control.add(8, fields={"name": "Acme", "email": "old@example.com"})
        assert install.run("sync", "acme").returncode == 0

    def set(self, one: str, *values: str) -> None:
        done = self.install.run("customers", "set", "acme", one, *values)
        assert done.returncode == 0, done.stderr

    def push(self, *words: str) -> tuple[int, Any]:
        """Push. Returns the exit code and the printed JSON."""
        done = self.install.run("push", "acme", *words, "--json")
        assert done.stdout, done.stderr
        import json

        return done.returncode, json.loads(done.stdout)

    def theirs(self, one: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sim.control.client(one)
        return found

    def writes(self) -> int:
        """List the simulator's requests that change something."""
        return sum(request["method"] not in ("GET", "HEAD") for request in self.sim.control.requests())


@pytest.fixture
def office(install: Install) -> Iterator[Office]:
    with RobawsSimulator(customers=20, seed=7, rate=None) as sim:
        yield Office(install, sim)


def test_waiting_edits_are_pushed_and_counted(office: Office) -> None:
    first, second, *_ = office.ids
    office.set(first, "city=Gent", "email=new@example.com")
    office.set(second, "email=")
    code, result = office.push()
    assert (code, result["state"], result["left"]) == (0, "completed", [])
    assert [result[name] for name in COUNTS] == [2, 2, 0, 0, 0]
    assert result["api_calls"] == 6, "read, written, read back"
    assert (office.theirs(first)["address"]["city"], office.theirs(second)["email"]) == ("Gent", None)
    assert office.install.json("customers", "edits", "acme", "--json") == []
    lines = office.install.json("customers", "history", "acme", first, "--field", "city", "--json")
    assert [(line["source"], line["after"]) for line in lines[:-1]] == [("edit", "Gent")]


def test_only_the_given_customers_are_pushed(office: Office) -> None:
    for one in office.ids[:3]:
        office.set(one, "city=Gent")
    code, result = office.push("--client-id", office.ids[0], "--client-id", office.ids[1])
    assert (code, result["pushed"]) == (0, 2)
    assert [edit["external_id"] for edit in office.install.json("customers", "edits", "acme", "--json")] == [
        office.ids[2]
    ]


def test_rejected_edits_and_conflicts_are_listed_by_record_and_field(office: Office) -> None:
    refused, clashing, fine, *_ = office.ids
    office.sim.control.switch(strict_select=True)
    office.set(refused, "upstream_role=NO SUCH ROLE")
    office.set(clashing, "email=ours@example.com")
    office.set(fine, "city=Gent")
    office.sim.control.change([clashing], fields={"email": "theirs@example.com"})
    code, result = office.push()
    assert (code, [result[name] for name in COUNTS]) == (1, [3, 1, 0, 1, 1])
    left = {one["external_id"]: one for one in result["left"]}
    assert (left[refused]["field"], left[refused]["state"]) == ("upstream_role", "refused")
    assert "not an option" in left[refused]["words"]
    assert (left[clashing]["field"], left[clashing]["state"]) == ("email", "conflict")
    assert fine not in left
    done = office.install.run("push", "acme")
    assert done.returncode == 1, "both still wait for a person"
    for words in (refused, "not an option", clashing, "changed on both sides", "counterfoil conflicts settle"):
        assert words in done.stdout + done.stderr, words
    shown = office.install.run("customers", "show", "acme", refused).stdout
    assert "rejected by Robaws: " in shown
    assert "in conflict" in office.install.run("customers", "show", "acme", clashing).stdout
    (connection,) = office.install.json("status", "--json")["connections"]
    assert connection["edits"] == {"waits": 0, "refused": 1, "conflict": 1, "here_only": 0}
    assert connection["conflicts"] == 1
    status = office.install.run("status").stdout
    assert "1 rejected by Robaws, 1 in conflict (counterfoil customers edits acme)" in status
    assert "conflicts   1 to settle (counterfoil conflicts list)" in status


def test_a_dry_run_shows_what_would_be_sent_without_calls_or_writes(office: Office) -> None:
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
    done = office.install.run("push", "acme", "--dry-run")
    assert done.returncode == 0
    for words in ("Would send", waits, "old@example.com", "new@example.com", "Brand New", "new customer",
                  "Held back", refused, "rejected by Robaws: "):  # fmt: skip
        assert words in done.stdout, words
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


def test_a_customer_created_here_has_its_number_until_it_has_an_id(office: Office) -> None:
    made = office.install.json(
        "customers", "create", "acme", "name=Garage Peeters", "email=g@example.com", "--json"
    )
    key = f"#{made['key']}"
    assert (made["external_id"], made["state"]) == (None, "local")
    done = office.install.run("customers", "set", "acme", key, "city=Gent")
    assert f"push acme --client-id '{key}'" in done.stderr
    assert key in office.install.run("customers", "search", "garage", "peeters").stdout
    assert office.install.json("customers", "show", "acme", key, "--json")["city"] == "Gent"
    (first,) = office.install.json("customers", "history", "acme", key, "--field", "city", "--json")[:1]
    assert (first["source"], first["after"]) == ("edit", "Gent")
    code, result = office.push("--client-id", key)
    assert (code, result["created"], result["left"]) == (0, 1, [])
    shown = office.install.json("customers", "show", "acme", key, "--json")
    assert shown["key"] == made["key"]
    assert office.theirs(shown["external_id"])["name"] == "Garage Peeters"
    assert (shown["state"], shown["edits"]) == ("present", {})


def test_a_customer_is_created_and_pushed_at_once(office: Office) -> None:
    office.install.run("user", "add", "anna", "--role", "clerk")
    done = office.install.run("customers", "create", "acme", "name=Garage Peeters", "--push", "--as", "anna")
    assert done.returncode == 0, done.stderr
    ((external_id, key),) = office.install.sql(
        "SELECT external_id, id FROM counterfoil_customer WHERE name = 'Garage Peeters' AND state = 'present'"
    )
    assert f"Created Garage Peeters here as #{key}. The next push adds it to Robaws." in done.stdout
    assert f"Added to Robaws as {external_id}." in done.stdout
    history = office.install.run("customers", "history", "acme", external_id).stdout
    assert "Push" in history
    lines = office.install.json("customers", "history", "acme", external_id, "--json")
    assert (lines[-1]["source"], lines[-1]["by"], lines[-1]["first_seen"]) == ("edit", "anna", True)


def test_a_customer_created_while_the_upstream_is_down_is_pushed_once_later(office: Office) -> None:
    office.sim.stop()
    done = office.install.run("customers", "create", "acme", "name=Garage Peeters", "--push")
    assert done.returncode == 75
    assert "Created Garage Peeters here as #" in done.stdout
    assert "It was not sent; the next push sends it." in done.stdout
    office.sim.start()
    code, result = office.push()
    assert (code, result["created"]) == (0, 1)
    assert result["run"] == office.install.sql("SELECT max(id) FROM counterfoil_run WHERE kind = 'push'")[0][0]


def test_a_discarded_customer_is_never_pushed(office: Office) -> None:
    key = office.install.json("customers", "create", "acme", "name=Garage Peeters", "--json")["key"]
    done = office.install.run("customers", "discard", "acme", f"#{key}")
    assert done.stdout == "Discarded Garage Peeters. It will not be added to Robaws.\n"
    code, result = office.push()
    assert (code, result["created"], office.sim.control.writes()) == (0, 0, [])
    assert office.install.run("customers", "discard", "acme", "7").returncode == 2


@pytest.mark.parametrize("values", [["email=a@example.com"], ["name=", "city=Gent"], ["name=A", "fax=1"]])
def test_a_customer_with_unusable_values_is_one_clear_line_and_not_created(
    office: Office, values: list[str]
) -> None:
    done = office.install.run("customers", "create", "acme", *values)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert office.install.sql("SELECT count(*) FROM counterfoil_customer WHERE external_id IS NULL") == [(0,)]


def test_a_customer_with_an_email_that_cannot_be_right_is_created_only_anyway(office: Office) -> None:
    values = ("customers", "create", "acme", "name=Garage Zonder", "email=no address")
    done = office.install.run(*values)
    assert (done.returncode, done.stdout, "--anyway" in done.stderr) == (2, "", True)
    made = office.install.json(*values, "--anyway", "--json")
    assert (made["name"], made["invalid"]) == ("Garage Zonder", {"email": "no @"})
    assert office.install.run("customers", "discard", "acme", f"#{made['key']}").returncode == 0


def test_sync_and_push_in_one_command(office: Office) -> None:
    one = office.ids[0]
    office.set(one, "city=Gent")
    office.sim.control.change([one], fields={"email": "theirs@example.com"})
    result = office.install.json("sync", "acme", "--push", "--json")
    assert (result["kind"], result["push"]["pushed"], result["push"]["left"]) == ("incremental", 1, [])
    theirs = office.theirs(one)
    assert (theirs["email"], theirs["address"]["city"]) == ("theirs@example.com", "Gent")
    office.set(one, "city=Brugge")
    done = office.install.run("sync", "acme", "--push", "--dry-run")
    assert "Would send" in done.stdout
    assert office.theirs(one)["address"]["city"] == "Gent"
    assert "push" in office.install.run("sync", "--push").stdout
    assert office.theirs(one)["address"]["city"] == "Brugge"


def test_a_connection_that_cannot_be_written_is_synced_and_not_pushed(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("Id;Name\n1;Acme\n")
    office.install.run("connect", "file", str(file), "--name", "sites", "--id-column", "Id")
    named = office.install.run("sync", "sites", "--push")
    assert (named.returncode, named.stdout) == (1, "")
    assert "sites is read-only." in named.stderr
    done = office.install.run("sync", "--push")
    assert done.returncode == 0, done.stderr
    assert "Edits of sites are kept here only: nothing to push." in done.stderr
    assert re.search(r"^acme  run \d+: push", done.stdout, re.MULTILINE)


def test_a_sync_that_needs_approval_pushes_nothing(office: Office) -> None:
    office.set(office.ids[0], "city=Gent")
    office.sim.control.fault("empty_list", path="/clients", times=1)
    office.sim.control.reset_stats()
    done = office.install.run("sync", "acme", "--full", "--push")
    assert done.returncode == 1
    assert "Nothing was pushed, because the sync of acme did not complete." in done.stderr
    assert office.writes() == 0
