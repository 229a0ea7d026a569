"""`conflicts`, `policy`: changes on both sides are decided by a user or by a rule."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = [pytest.mark.database, pytest.mark.once]

OLD, OURS, THEIRS = "old@example.com", "ours@example.com", "theirs@example.com"


class Dispute:
    """Customers whose e-mail was OLD when both sides last agreed."""

    def __init__(self, install: Install, sim: RobawsSimulator) -> None:
        self.install, self.sim = install, sim
        install.run("user", "add", "anna", "--role", "clerk")
        install.connect(sim)
        self.ids = sim.control.add(24, fields={"name": "Acme", "email": OLD})
        assert install.run("sync", "acme").returncode == 0

    def next(self) -> str:
        """Return a customer that no other test edits."""
        return self.ids.pop()

    def edited(self, one: str, *words: str) -> None:
        done = self.install.run("customers", "set", "acme", one, f"email={OURS}", *words)
        assert done.returncode == 0, done.stderr

    def clash(self, *words: str) -> tuple[str, int]:
        """Return a customer whose e-mail both sides changed, and its conflict."""
        one = self.next()
        self.edited(one, *words)
        self.sim.control.change([one], fields={"email": THEIRS})
        self.install.run("sync", "acme", "--client-id", one)
        return one, int(self.open(one)[-1]["id"])

    def open(self, one: str, *words: str) -> Any:
        listed = self.install.json("conflicts", "list", "acme", *words, "--json")
        return [conflict for conflict in listed if conflict["external_id"] == one]

    def settle(self, *words: str) -> str:
        done = self.install.run("conflicts", "settle", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def email(self, one: str) -> Any:
        return self.install.json("customers", "show", "acme", one, "--json")["email"]


@pytest.fixture(scope="module")
def dispute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dispute]:
    """Set up once for all tests of this file: each takes customers of its own."""
    with (
        Install.fresh(tmp_path_factory.mktemp("dispute")) as install,
        RobawsSimulator(customers=20, seed=7, rate=None) as sim,
    ):
        yield Dispute(install, sim)


def test_law_4_a_conflict_is_shown_with_base_ours_theirs_who_and_when(dispute: Dispute) -> None:
    one, number = dispute.clash("--as", "anna")
    (found,) = dispute.open(one)
    assert (found["base"], found["ours"], found["theirs"]) == (OLD, OURS, THEIRS)
    assert (found["kind"], found["field"], found["edited_by"], found["theirs_source"]) == (
        "both", "email", "anna", "run",
    )  # fmt: skip
    printed = dispute.install.run("conflicts", "list").stdout
    for words in (str(number), one, "E-mail", OLD, OURS, THEIRS, "anna", "Sync run", "ours|theirs"):
        assert words in printed, words
    shown = dispute.install.run("customers", "show", "acme", one).stdout
    assert f"in conflict ({number})" in shown
    dispute.install.run("customers", "set", "acme", one, "email=later@example.com")
    assert dispute.open(one)[0]["ours"] == "later@example.com"


def test_ours_is_sent_by_the_next_push_and_theirs_takes_effect_at_once(dispute: Dispute) -> None:
    (first, mine), (second, other) = dispute.clash(), dispute.clash()
    assert (
        f"Conflict {mine} (customer {first}, E-mail): our value kept. The next push sends it."
        in dispute.settle(str(mine), "ours")
    )
    dispute.settle(str(other), "theirs", "--as", "anna")
    assert dispute.email(second) == THEIRS
    assert dispute.install.run("push", "acme", "--client-id", first).returncode == 0
    assert dispute.sim.control.client(first)["email"] == OURS
    assert (dispute.open(first), dispute.open(second)) == ([], [])
    (settled,) = dispute.open(second, "--all")
    assert (settled["decision"], settled["settled_by"], settled["by_policy"]) == ("theirs", "anna", False)
    assert "Robaws' value kept by anna" in dispute.install.run("conflicts", "list", "--all").stdout


def test_several_conflicts_are_resolved_separately(dispute: Dispute) -> None:
    (first, one), (second, two) = dispute.clash(), dispute.clash()
    dispute.settle(str(one), "theirs")
    done = dispute.install.run("conflicts", "settle", str(one), str(two), "theirs")
    assert done.returncode == 1
    assert f"Error: Conflict {one}: This conflict is already settled." in done.stderr
    assert (dispute.email(first), dispute.email(second)) == (THEIRS, THEIRS)


def test_all_conflicts_of_a_field_are_resolved_after_confirmation(install: Install) -> None:
    with RobawsSimulator(customers=20, seed=7, rate=None) as sim:
        dispute = Dispute(install, sim)
        (first, _), (second, _) = dispute.clash(), dispute.clash()
        words = ("conflicts", "settle", "--all", "--connection", "acme", "--field")
        asked = install.run(*words, "email", "theirs", stdin="n\n")
        assert asked.returncode == 1
        assert "Settle 2 conflicts of acme about E-mail and keep Robaws' values?" in asked.stdout
        assert "No open conflicts of acme about City" in install.run(*words, "city", "theirs").stderr
        assert len(install.json("conflicts", "list", "--json")) == 2
        assert "2 settled: Robaws' value kept." in install.run(*words, "email", "theirs", "--yes").stdout
        assert (dispute.email(first), dispute.email(second)) == (THEIRS, THEIRS)
        assert "No open conflicts." in install.run("conflicts", "list").stderr


@pytest.mark.parametrize("decision", ["recreate", "drop"])
def test_edited_here_and_deleted_there_is_created_again_or_dropped(dispute: Dispute, decision: str) -> None:
    one = dispute.next()
    dispute.edited(one)
    dispute.sim.control.delete([one])
    pushed = dispute.install.run("push", "acme", "--client-id", one)
    assert pushed.returncode == 1
    assert "edited here, deleted in Robaws" in pushed.stdout
    (found,) = dispute.open(one)
    assert (found["kind"], found["field"], found["ours"]) == ("deleted", None, {"email": OURS})
    assert "recreate|drop" in dispute.install.run("conflicts", "list", "acme").stdout
    before = dispute.sim.control.count()
    printed = dispute.settle(str(found["id"]), decision)
    if decision == "recreate":
        key = printed.partition("as #")[2].partition(".")[0]
        assert dispute.install.run("push", "acme", "--client-id", f"#{key}").returncode == 0
        again = dispute.install.json("customers", "show", "acme", f"#{key}", "--json")
        assert dispute.sim.control.client(again["external_id"])["email"] == OURS
    assert dispute.sim.control.count() == before + (decision == "recreate")
    assert dispute.install.json("customers", "show", "acme", one, "--json")["state"] == "tombstone"


@pytest.mark.parametrize("decision", ["same", "new"])
def test_a_creation_that_may_have_arrived_asks_which_customer_it_is(install: Install, decision: str) -> None:
    with RobawsSimulator(customers=20, seed=7, rate=None) as sim:
        install.connect(sim)
        assert install.run("sync", "acme").returncode == 0
        made = install.json("customers", "create", "acme", "name=Nieuw BV", "email=n@example.com", "--json")
        sim.control.fault("html_error", method="POST", times=1)
        first = install.run("push", "acme")
        assert first.returncode == 1
        assert "the next push looks it up" in first.stdout
        theirs = sim.control.add(2, {"name": "Nieuw", "email": "n@example.com"})
        install.run("push", "acme")
        (found,) = install.json("conflicts", "list", "--json")
        assert (found["kind"], found["key"]) == ("created", made["key"])
        assert {entry["external_id"] for entry in found["theirs"]} == set(theirs)
        number = str(found["id"])
        if decision == "new":
            install.run("conflicts", "settle", number, "new")
            assert install.run("push", "acme").returncode == 0
            assert install.json("customers", "show", "acme", f"#{made['key']}", "--json")["state"] == "present"
            return
        asked = install.run("conflicts", "settle", number, "same")
        assert "Several customers may be the one that was created. Say which." in asked.stderr
        wrong = install.run("conflicts", "settle", number, "same", "--as-record", "1")
        assert "1 is not one of the candidates." in wrong.stderr
        settled = install.run("conflicts", "settle", number, "same", "--as-record", theirs[1]).stdout
        assert f"same customer as {theirs[1]}, which now has your edits." in settled
        assert install.json("customers", "show", "acme", f"#{made['key']}", "--json")["state"] == "merged"


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["77", "ours"], 1, "There is no conflict 77. See `counterfoil conflicts list`."),
        (["x", "ours"], 2, "“x” is not a conflict number."),
        (["77", "mine"], 2, "“mine” is not a decision. Choose one of ours, theirs, recreate, drop, same, new."),
        (["ours"], 2, "Which conflict?"),
        (["--all", "ours"], 2, "--all takes --connection and a decision, but no conflict numbers."),
        (["--all", "--connection", "acme", "drop"], 2, "“drop” cannot be used with --all."),
        (["77", "ours", "--connection", "acme"], 2, "--connection and --field only work with --all."),
        (["--all", "--connection", "nobody", "ours"], 1, "There is no connection called 'nobody'."),
    ],
)
def test_a_decision_that_cannot_be_used_is_one_clear_line(
    dispute: Dispute, words: list[str], code: int, complaint: str
) -> None:
    done = dispute.install.run("conflicts", "settle", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
    assert complaint in done.stderr


def test_a_decision_that_does_not_fit_resolves_nothing(dispute: Dispute) -> None:
    one, number = dispute.clash()
    done = dispute.install.run("conflicts", "settle", str(number), "drop")
    assert done.returncode == 1
    assert "“drop” does not settle this conflict. Choose ours or theirs." in done.stderr
    assert len(dispute.open(one)) == 1


def test_a_policy_decides_new_conflicts_and_is_on_record(dispute: Dispute) -> None:
    _, before = dispute.clash()
    done = dispute.install.run("policy", "set", "acme", "email", "upstream")
    assert "E-mail: Robaws wins." in done.stdout
    assert re.search(r"Still open: \d+\. See `counterfoil conflicts list`\.", done.stderr)
    one = dispute.next()
    dispute.edited(one)
    dispute.sim.control.change([one], fields={"email": THEIRS})
    assert dispute.install.run("push", "acme", "--client-id", one).returncode == 0
    assert dispute.email(one) == THEIRS
    (settled,) = dispute.open(one, "--all")
    assert (settled["decision"], settled["by_policy"]) == ("theirs", True)
    assert before in [conflict["id"] for conflict in dispute.install.json("conflicts", "list", "--json")]
    dispute.install.run("policy", "set", "acme", "*", "ours")
    assert dispute.install.json("policy", "show", "acme", "--json") == {"*": "ours", "email": "upstream"}
    shown = dispute.install.run("policy", "show", "acme").stdout
    assert "All other fields" in shown
    assert dispute.install.run("policy", "remove", "acme", "email").returncode == 0
    assert dispute.install.run("policy", "remove", "acme", "*").returncode == 0
    assert dispute.install.json("policy", "show", "acme", "--json") == {"*": "ask"}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["set", "acme", "fax", "ours"], "“fax” is not a field that can be edited."),
        (["set", "acme", "email", "mine"], "“mine” is not a rule. Choose one of ask, upstream, ours, fill."),
        (["remove", "acme", "city"], "City has no rule of its own."),
    ],
)
def test_a_rule_that_cannot_be_used_is_one_clear_line(dispute: Dispute, words: list[str], complaint: str) -> None:
    done = dispute.install.run("policy", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert complaint in done.stderr
