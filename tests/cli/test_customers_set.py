"""`customers set`, `customers edits`: a field edited by hand, shown at once and as waiting to be sent."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = [pytest.mark.database, pytest.mark.once]

OLD, NEW = "03 234 56 78", "03 345 67 89"


class Office:
    """An install with Anna, and customers that have a phone, an e-mail and a city upstream."""

    def __init__(self, install: Install, sim: RobawsSimulator) -> None:
        self.install, self.sim = install, sim
        install.run("user", "add", "anna", "--role", "clerk")
        install.connect(sim)
        self.ids = sim.control.add(
            12, fields={"name": "Acme", "tel": OLD, "email": "old@example.com", "address": {"city": "Gent"}}
        )
        assert install.run("sync", "acme").returncode == 0

    def next(self) -> str:
        """Return a customer that no other test edits."""
        return self.ids.pop()

    def set(self, one: str, *values: str) -> Any:
        return self.install.json("customers", "set", "acme", one, *values, "--json")

    def shown(self, one: str) -> Any:
        return self.install.json("customers", "show", "acme", one, "--json")

    def printed(self, *words: str) -> str:
        done = self.install.run("customers", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def edits(self, one: str) -> dict[str, Any]:
        found = self.install.json("customers", "edits", "acme", "--json")
        return {edit["field"]: edit for edit in found if edit["external_id"] == one}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Set up once for all tests of this file: each takes a customer of its own."""
    with (
        Install.fresh(tmp_path_factory.mktemp("office")) as install,
        RobawsSimulator(customers=20, seed=7, rate=None) as sim,
    ):
        yield Office(install, sim)


def test_law_4_an_edit_shows_at_once_as_waiting_to_be_sent(office: Office) -> None:
    one = office.next()
    printed = office.printed("set", "acme", one, f"phone={NEW}", "--as", "anna")
    assert "waiting to be sent" in printed
    assert f"counterfoil --as anna push acme --client-id {one}" in printed
    shown = office.shown(one)
    assert (shown["phone"], shown["phone_e164"]) == (NEW, "+3233456789")
    edit = shown["edits"]["phone"]
    assert (edit["base"], edit["value"], edit["by"], edit["state"]) == (OLD, NEW, "anna", "waits")
    assert f"waiting to be sent (Robaws: {OLD})" in office.printed("show", "acme", one)
    listed = office.printed("edits", "acme")
    assert all(words in listed for words in (one, "Phone", OLD, NEW, "anna", "waiting to be sent"))


def test_each_field_has_its_result_and_clearing_is_an_edit(office: Office) -> None:
    one = office.next()
    made = office.set(one, f"phone={NEW}", "email=", "city=Gent")
    assert (made["pending"], made["unchanged"], made["taken_back"]) == (["phone", "email"], ["city"], [])
    assert office.shown(one)["email"] is None
    assert "waiting to be sent (Robaws: old@example.com)" in office.printed("show", "acme", one)
    back = office.set(one, f"phone={OLD}")
    assert (back["taken_back"], back["pending"]) == (["phone"], [])
    assert office.edits(one).keys() == {"email"}
    printed = office.printed("set", "acme", one, "city=Gent", "email=old@example.com")
    assert "unchanged" in printed
    assert "undone: Robaws' value again" in printed
    assert office.edits(one) == {}


def test_an_email_or_phone_that_cannot_be_right_is_saved_only_anyway(office: Office) -> None:
    one = office.next()
    for value in ("phone=12", "email=no address", "billing_email=x@y", "mobile=n/a"):
        done = office.install.run("customers", "set", "acme", one, value, "city=Brugge")
        assert (done.returncode, done.stdout) == (2, "")
        assert "--anyway" in done.stderr
    assert office.edits(one) == {}
    assert "phone" in office.set(one, "phone=12", "--anyway")["invalid"]
    assert office.shown(one)["phone"] == "12"
    printed = office.printed("set", "acme", one, "phone=13", "--anyway")
    assert office.shown(one)["invalid"]["phone"] in printed


def test_a_push_and_the_history_say_that_an_invalid_value_was_sent(office: Office) -> None:
    one = office.next()
    office.set(one, "email=no address", "--anyway")
    result = office.install.json("push", "acme", "--client-id", one, "--json")
    (sent,) = result["sent"]
    assert (sent["external_id"], sent["field"], sent["invalid"], sent["kept"]) == (one, "email", "no @", None)
    assert "1 invalid value was sent." in result["note"]
    office.set(one, "email=still none", "--anyway")
    pushed = office.install.run("push", "acme", "--client-id", one)
    assert f"{one}  E-mail  Invalid (no @), and sent to Robaws" in pushed.stdout
    assert "Invalid (no @), and sent to Robaws" in " ".join(office.printed("history", "acme", one).split())
    history = office.install.json("customers", "history", "acme", one, "--json")
    assert [line["sent"]["invalid"] for line in history if "sent" in line] == ["no @", "no @"]


def test_a_list_in_a_field_is_shown_in_full(office: Office) -> None:
    one = office.next()
    tels = [{"type": "work", "number": OLD}, {"number": NEW}]
    office.sim.control.change([one], fields={"email": ["a@example.com", "b@example.com"], "tel": tels})
    office.install.run("sync", "acme", "--client-id", one)
    record = office.shown(one)
    assert (record["email"], record["phone"]) == ("a@example.com", OLD)
    assert (record["extra"]["email"], record["extra"]["tel"]) == (["a@example.com", "b@example.com"], tels)
    printed = " ".join(office.printed("show", "acme", one).split())
    assert "a@example.com, b@example.com" in printed
    assert f"type: work, number: {OLD}; number: {NEW}" in printed
    assert "['" not in printed
    assert "{'" not in printed


def test_another_value_without_a_normal_form_is_kept_with_a_note(office: Office) -> None:
    one = office.next()
    assert "vat_number" in office.set(one, "vat_number=BE12")["invalid"]
    assert office.shown(one)["vat_number"] == "BE12"


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (["fax=1"], "“fax” is not a field that can be edited. Fields: name, company_name, legal_form, vat_number"),
        (["is_active=no"], "“is_active” is not a field that can be edited."),
        (["name="], "A customer needs a name. Enter one."),
        (["peppol=perhaps"], "Peppol must be yes or no."),
        ([f"street={'x' * 1001}"], "Street is longer than 1,000 characters."),
        (["Gent"], "“Gent” is not field=value. As in phone='03 234 56 78'; phone= clears the field."),
        (["email=x"], "The field email is given twice. Give it once."),
    ],
)
def test_a_value_that_cannot_be_used_is_one_clear_line_and_changes_nothing(
    office: Office, values: list[str], complaint: str
) -> None:
    before = office.install.sql("SELECT id, version FROM counterfoil_customer ORDER BY 1")
    done = office.install.run("customers", "set", "acme", office.ids[0], "email=", "city=Brugge", *values)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert office.install.sql("SELECT id, version FROM counterfoil_customer ORDER BY 1") == before


def test_an_edit_outlives_a_sync_and_history_names_its_author(office: Office) -> None:
    one = office.next()
    office.printed("set", "acme", one, f"phone={NEW}", "--as", "anna")
    office.sim.control.change([one], fields={"email": "new@example.com"})
    assert office.install.run("sync", "acme", "--full").returncode == 0
    shown = office.shown(one)
    assert (shown["phone"], shown["email"]) == (NEW, "new@example.com")
    lines = office.install.json("customers", "history", "acme", one, "--field", "phone", "--json")
    assert [(line["source"], line["by"], line["before"], line["after"]) for line in lines[:-1]] == [
        ("edit", "anna", OLD, NEW)
    ]
    printed = office.printed("show", "acme", one)
    assert "Edit by anna" in printed
    assert "Edit by anna" in office.printed("show", "acme", one, "--sources")


def test_a_read_only_connection_keeps_edits_here_and_shows_them_as_ours(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim, "acme", "--read-only")
    (one,) = sim.control.add(fields={"name": "Acme", "tel": OLD})
    install.run("sync", "acme")
    made = install.json("customers", "set", "acme", one, f"phone={NEW}", "--json")
    assert (made["here_only"], made["pending"]) == (["phone"], [])
    install.run("sync", "acme", "--full")
    assert f"kept here only (Robaws: {OLD})" in install.run("customers", "show", "acme", one).stdout
    refused = install.run("push", "acme")
    assert (refused.returncode, refused.stderr) == (
        1,
        "Error: acme is read-only. Edits are kept here only, and every sync leaves them as they are.\n",
    )
    created = install.run("customers", "create", "acme", "name=New")
    assert "acme is read-only." in created.stderr
    assert install.sql("SELECT count(*) FROM counterfoil_customer WHERE external_id IS NULL") == [(0,)]


def test_a_connection_made_writable_again_sends_the_edits_kept_here(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim, "acme", "--read-only")
    (one,) = sim.control.add(fields={"name": "Acme", "tel": OLD})
    install.run("sync", "acme")
    install.run("customers", "set", "acme", one, f"phone={NEW}")
    install.connect(sim, "acme", "--read-write")
    assert install.run("push", "acme").returncode == 0
    assert sim.control.client(one)["tel"] == NEW
