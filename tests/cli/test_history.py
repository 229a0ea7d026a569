"""`customers history`, `customers show --at` and `--sources`: what set each value, and how a customer stood."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.database


class Life:
    """A customer whose phone came, changed and went, with a note that came later; a role by an override of
    anna's. `seen` is what `customers show --json` said after each, with the moment."""

    def __init__(self, install: Install, sim: RobawsSimulator) -> None:
        self.install = install
        install.run("user", "add", "anna", "--role", "operator")
        install.connect(sim)
        (self.id,) = sim.control.add(
            fields={"name": "Acme", "tel": "03 234 56 78", "extraFields": {"Role": "POV"}}
        )
        self.seen: list[dict[str, Any]] = []
        self._after("sync", "acme")
        sim.control.change([self.id], fields={"tel": "03 345 67 89", "extraFields": {"Note": "[b]hello"}})
        self._after("sync", "acme", "--client-id", self.id)
        sim.control.change([self.id], fields={"tel": None})
        self._after("sync", "acme", "--client-id", self.id)
        self._after("--as", "anna", "mapping", "role", "acme", "BROKER", "--client-id", self.id)

    def _after(self, *words: str) -> None:
        done = self.install.run(*words)
        assert done.returncode == 0, done.stderr
        self.seen.append(self.install.json("customers", "show", "acme", self.id, "--json"))

    def history(self, *words: str) -> Any:
        return self.install.json("customers", "history", "acme", self.id, *words, "--json")

    def at(self, moment: str, *words: str) -> Any:
        return self.install.json("customers", "show", "acme", self.id, "--at", moment, "--json", *words)

    def said(self, *words: str) -> str:
        done = self.install.run("customers", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """One for all tests of this file: they only look."""
    with (
        Install.fresh(tmp_path_factory.mktemp("life")) as install,
        RobawsSimulator(customers=20, seed=7, rate=None) as sim,
    ):
        yield Life(install, sim)


def test_law_10_a_customers_history_is_told_newest_first_down_to_its_first_sight(life: Life) -> None:
    lines = life.history()
    assert [(line["field"], line["before"], line["after"], line["source"], line["by"]) for line in lines] == [
        ("role", "POV", "BROKER", "mapping", "anna"),
        ("phone", "03 345 67 89", None, "run", None),
        ("extra.Note", None, "[b]hello", "run", None),
        ("phone", "03 234 56 78", "03 345 67 89", "run", None),
        (None, None, None, "run", None),
    ]
    assert [line["first_seen"] for line in lines] == [False, False, False, False, True]
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), reverse=True)
    runs = dict(life.install.sql("SELECT id, kind FROM counterfoil_run"))
    assert [runs[line["reference"]] for line in lines] == ["remap", "single", "single", "single", "full"]
    said = life.said("history", "acme", life.id)
    for words in ("03 345 67 89", "Note", "[b]hello", "Mapping change", "anna", "first seen"):
        assert words in said, said


def test_the_history_of_one_field_ends_with_what_it_was_at_first(life: Life) -> None:
    (changed, first) = life.history("--field", "role")
    assert (changed["after"], first["after"], first["first_seen"]) == ("BROKER", "POV", True)
    notes = life.history("--field", "Note")
    assert notes == life.history("--field", "extra.Note")
    assert [(line["after"], line["first_seen"]) for line in notes] == [("[b]hello", False), (None, True)]
    (unchanged,) = life.history("--field", "name")
    assert (unchanged["field"], unchanged["after"]) == ("name", "Acme")
    followed = life.history("--field", "phone_e164")
    assert [line["field"] for line in followed] == ["phone", "phone", "phone_e164"]
    assert "after" not in followed[-1], "what the normal form was then is not kept"
    assert "not known" in life.said("history", "acme", life.id, "--field", "phone_e164")


def test_a_longer_history_says_that_there_is_more(life: Life) -> None:
    assert life.history("--limit", "2") == life.history()[:2]
    assert "The newest 2; raise --limit for more." in life.said("history", "acme", life.id, "--limit", "2")
    assert "raise --limit" not in life.said("history", "acme", life.id, "--limit", "5")


def test_law_10_a_customer_is_shown_as_it_stood_at_a_moment(life: Life) -> None:
    for known in life.seen:
        then = life.at(known["updated_at"])
        kept = {"connection", "external_id", "first_seen_at", "state", "extra"}
        shown = {name: value for name, value in then.items() if name not in {"at", "not_known"}}
        assert shown == {name: known[name] for name in shown}
        assert kept <= set(shown)
        assert then["at"] == known["updated_at"]
    first = life.at(life.seen[0]["updated_at"])
    assert (first["phone"], first["role"], first["extra"].get("Note")) == ("03 234 56 78", "POV", None)
    assert first["not_known"] == ["phone_e164"]
    assert "phone_e164" not in first
    assert life.at("0m")["not_known"] == []
    said = life.said("show", "acme", life.id, "--at", life.seen[0]["updated_at"])
    assert "03 234 56 78" in said
    assert "Not known of then: Phone (E.164)." in said
    assert "BROKER" not in said


def test_each_value_is_shown_with_its_source(life: Life) -> None:
    newest = life.install.json("customers", "show", "acme", life.id, "--sources", "--json")["sources"]
    role, phone, note, name = (newest[field] for field in ("role", "phone", "extra.Note", "name"))
    assert (role["source"], role["by"], role["before"]) == ("mapping", "anna", "POV")
    assert (phone["source"], phone["before"]) == ("run", "03 345 67 89")
    assert newest["phone_e164"] == {**{k: v for k, v in phone.items() if k != "before"}, "follows": "phone"}
    assert note["before"] is None
    assert name["first_seen"] is True
    assert set(newest) >= {"city", "state", "upstream_role"}
    said = life.said("show", "acme", life.id, "--sources")
    assert "by anna" in said
    assert "before: 03 345 67 89" in said, "a value that was taken away has a source too"
    then = life.at(life.seen[1]["updated_at"], "--sources")["sources"]
    assert then["phone"]["before"] == "03 234 56 78"
    assert then["role"]["first_seen"] is True


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("show", "acme", "{id}", "--at", "400d"), 1, "it was first seen at"),
        (("show", "acme", "{id}", "--at", "2999-01-01"), 2, "“2999-01-01” is still to come."),
        (("show", "acme", "{id}", "--at", "999999d"), 2, "“999999d” is no moment."),
        (("show", "acme", "{id}", "--at", "0001-01-01T00:00+14:00"), 2, "is no moment."),
        (("show", "acme", "404", "--at", "1d"), 1, "acme has no customer 404 in this copy."),
        (("history", "acme", "404"), 1, "acme has no customer 404 in this copy."),
        (("history", "acme", "{id}", "--field", "fax"), 2, "has no field called “fax”."),
        (("history", "acme", "{id}", "--limit", "0"), 2, "--limit"),
    ],
)
def test_what_cannot_be_told_is_one_clear_line(
    life: Life, words: tuple[str, ...], code: int, complaint: str
) -> None:
    done = life.install.run("customers", *(word.format(id=life.id) for word in words))
    assert done.returncode == code
    assert complaint in " ".join(done.stderr.replace("│", " ").split())
    assert not done.stdout
