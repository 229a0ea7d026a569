"""`customers delete`: asks, shows what depends on the customer, and deletes with the next push."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once


@pytest.fixture
def few() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=10, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def office(install: Install, few: RobawsSimulator) -> Install:
    install.connect(few)
    assert install.run("sync", "acme").returncode == 0
    return install


def deleted(office: Install, *words: str) -> Any:
    done = office.run("customers", "delete", "acme", *words, "--json")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_customer_is_deleted_after_a_question(office: Install, few: RobawsSimulator) -> None:
    done = office.run("customers", "delete", "acme", "7", stdin="n\n")
    assert done.returncode == 1
    assert "Delete this customer in Robaws?" in done.stdout
    done = office.run("customers", "delete", "acme", "7", stdin="y\n")
    assert done.returncode == 0, done.stderr
    assert "The next push deletes it in Robaws." in done.stdout
    assert "7" in few.control.ids()
    assert "deletions   1 waiting" in office.run("status").stdout
    planned = office.json("push", "acme", "--dry-run", "--json")
    assert [one["external_id"] for one in planned["would_delete"]] == ["7"]
    assert office.json("customers", "show", "acme", "7", "--json")["deletion"]["held"] is None
    assert office.run("push", "acme").returncode == 0
    assert "7" not in few.control.ids()
    assert office.json("customers", "show", "acme", "7", "--json")["state"] == "tombstone"


def test_a_deletion_at_once_reports_what_robaws_refused(office: Install, few: RobawsSimulator) -> None:
    few.control.switch(client_delete="refused")
    done = office.run("customers", "delete", "acme", "7", "--yes", "--push")
    assert done.returncode == 1
    assert "sales invoices" in done.stdout
    assert "to be confirmed again" in office.run("customers", "show", "acme", "7").stdout
    assert office.json("status", "--json")["connections"][0]["deletions"] == {"waits": 0, "deletion": 1}
    found = deleted(office, "7", "--undo")
    assert (found["deletion"], found["state"]) == (None, "present")


def test_a_deletion_can_be_undone_and_json_needs_yes(office: Install) -> None:
    assert office.run("customers", "delete", "acme", "7", "--json").returncode == 2
    found = deleted(office, "7", "--yes")
    assert (found["deletion"]["held"], found["dependents"]["edits"]) == (None, 0)
    assert office.run("customers", "set", "acme", "7", "city=Gent").returncode == 2, "about to be deleted"
    assert deleted(office, "7", "--undo")["deletion"] is None
    assert office.run("customers", "delete", "acme", "7", "--undo").returncode == 2


def test_a_customer_that_exists_only_here_is_discarded(office: Install, few: RobawsSimulator) -> None:
    made = office.json("customers", "create", "acme", "name=Nieuwe Klant BV", "--json")
    assert deleted(office, f"#{made['key']}", "--yes")["state"] == "tombstone"
    office.run("push", "acme")
    assert "Nieuwe Klant BV" not in [client["name"] for client in few.control.clients()]
