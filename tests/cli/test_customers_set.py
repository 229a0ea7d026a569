"""`customers set`, `customers edits`: a field edited by hand, shown at once and as not confirmed yet."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.database

OLD, NEW = "03 234 56 78", "03 345 67 89"


class Desk:
    """Anna's desk: one customer after the other with a phone, an e-mail and a city that the upstream knows."""

    def __init__(self, install: Install, sim: RobawsSimulator) -> None:
        self.install, self.sim = install, sim
        install.run("user", "add", "anna", "--role", "clerk")
        install.connect(sim)
        self.ids = sim.control.add(
            12, fields={"name": "Acme", "tel": OLD, "email": "old@example.com", "address": {"city": "Gent"}}
        )
        assert install.run("sync", "acme").returncode == 0

    def next(self) -> str:
        """A customer that no other test edits."""
        return self.ids.pop()

    def set(self, one: str, *values: str) -> Any:
        return self.install.json("customers", "set", "acme", one, *values, "--json")

    def shown(self, one: str) -> Any:
        return self.install.json("customers", "show", "acme", one, "--json")

    def said(self, *words: str) -> str:
        done = self.install.run("customers", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def edits(self, one: str) -> dict[str, Any]:
        found = self.install.json("customers", "edits", "acme", "--json")
        return {edit["field"]: edit for edit in found if edit["external_id"] == one}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all tests of this file: each takes a customer of its own."""
    with (
        Install.fresh(tmp_path_factory.mktemp("desk")) as install,
        RobawsSimulator(customers=20, seed=7, rate=None) as sim,
    ):
        yield Desk(install, sim)


def test_law_4_an_edit_shows_at_once_and_says_that_it_is_not_confirmed(desk: Desk) -> None:
    one = desk.next()
    said = desk.said("set", "acme", one, f"phone={NEW}", "--as", "anna")
    assert "waits to be pushed" in said
    assert f"counterfoil --as anna push acme --client-id {one}" in said
    known = desk.shown(one)
    assert (known["phone"], known["phone_e164"]) == (NEW, "+3233456789")
    edit = known["edits"]["phone"]
    assert (edit["base"], edit["value"], edit["by"], edit["state"]) == (OLD, NEW, "anna", "waits")
    assert f"not confirmed yet (upstream: {OLD})" in desk.said("show", "acme", one)
    listed = desk.said("edits", "acme")
    assert all(words in listed for words in (one, "Phone", OLD, NEW, "anna", "waits to be pushed"))


def test_each_field_says_what_became_of_it_and_clearing_is_an_edit(desk: Desk) -> None:
    one = desk.next()
    made = desk.set(one, f"phone={NEW}", "email=", "city=Gent")
    assert (made["pending"], made["unchanged"], made["taken_back"]) == (["phone", "email"], ["city"], [])
    assert desk.shown(one)["email"] is None
    assert "not confirmed yet (upstream: old@example.com)" in desk.said("show", "acme", one)
    back = desk.set(one, f"phone={OLD}")
    assert (back["taken_back"], back["pending"]) == (["phone"], [])
    assert desk.edits(one).keys() == {"email"}
    said = desk.said("set", "acme", one, "city=Gent", "email=old@example.com")
    assert "as it was" in said
    assert "taken back: what the upstream says" in said
    assert desk.edits(one) == {}


def test_a_value_without_a_normal_form_is_kept_with_a_note(desk: Desk) -> None:
    one = desk.next()
    assert "phone" in desk.set(one, "phone=12")["invalid"]
    assert desk.shown(one)["phone"] == "12"
    said = desk.said("set", "acme", one, "phone=13")
    assert desk.shown(one)["invalid"]["phone"] in said


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (["fax=1"], "“fax” is not a field that can be edited. Fields: name, legal_form, vat_number"),
        (["is_active=no"], "“is_active” is not a field that can be edited."),
        (["name="], "A customer needs a name. Enter one."),
        (["peppol=perhaps"], "Peppol must be yes or no."),
        ([f"street={'x' * 1001}"], "Street is longer than 1,000 characters."),
        (["Gent"], "“Gent” is not field=value. As in phone='03 234 56 78'; phone= clears the field."),
        (["email=x"], "The field email is given twice. Give it once."),
    ],
)
def test_what_cannot_be_is_one_clear_line_and_nothing_is_kept(
    desk: Desk, values: list[str], complaint: str
) -> None:
    before = desk.install.sql("SELECT id, version FROM counterfoil_customer ORDER BY 1")
    done = desk.install.run("customers", "set", "acme", desk.ids[0], "email=", "city=Brugge", *values)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert desk.install.sql("SELECT id, version FROM counterfoil_customer ORDER BY 1") == before


def test_an_edit_outlives_a_sync_and_history_says_whose_it_is(desk: Desk) -> None:
    one = desk.next()
    desk.said("set", "acme", one, f"phone={NEW}", "--as", "anna")
    desk.sim.control.change([one], fields={"email": "new@example.com"})
    assert desk.install.run("sync", "acme", "--full").returncode == 0
    known = desk.shown(one)
    assert (known["phone"], known["email"]) == (NEW, "new@example.com")
    lines = desk.install.json("customers", "history", "acme", one, "--field", "phone", "--json")
    assert [(line["source"], line["by"], line["before"], line["after"]) for line in lines[:-1]] == [
        ("edit", "anna", OLD, NEW)
    ]
    said = desk.said("show", "acme", one)
    assert "Edit by anna" in said
    assert "Edit by anna" in desk.said("show", "acme", one, "--sources")


def test_a_read_only_connection_keeps_edits_here_and_shows_them_as_ours(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim, "acme", "--read-only")
    (one,) = sim.control.add(fields={"name": "Acme", "tel": OLD})
    install.run("sync", "acme")
    made = install.json("customers", "set", "acme", one, f"phone={NEW}", "--json")
    assert (made["here_only"], made["pending"]) == (["phone"], [])
    install.run("sync", "acme", "--full")
    assert f"kept here only (upstream: {OLD})" in install.run("customers", "show", "acme", one).stdout
    refused = install.run("push", "acme")
    assert (refused.returncode, refused.stderr) == (
        1,
        "Error: Nothing is written to the upstream of acme. Edits are kept here only, and outlive every sync.\n",
    )
    created = install.run("customers", "create", "acme", "name=New")
    assert "Nothing is written to the upstream of acme." in created.stderr
    assert install.sql("SELECT count(*) FROM counterfoil_customer WHERE external_id IS NULL") == [(0,)]


def test_written_to_again_a_connection_sends_what_was_kept_here(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim, "acme", "--read-only")
    (one,) = sim.control.add(fields={"name": "Acme", "tel": OLD})
    install.run("sync", "acme")
    install.run("customers", "set", "acme", one, f"phone={NEW}")
    install.connect(sim, "acme", "--read-write")
    assert install.run("push", "acme").returncode == 0
    assert sim.control.client(one)["tel"] == NEW
