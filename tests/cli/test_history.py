"""`customers history`, `customers show --at` and `--sources`: the source of each value, and its earlier values."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.database


class Life:
    """A customer whose phone was set, changed and removed, with a later note and a role overridden by anna.

    `seen` holds what `customers show --json` printed after each change.
    """

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

    def printed(self, *words: str) -> str:
        done = self.install.run("customers", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Set up once for all tests of this file: they only read."""
    with (
        Install.fresh(tmp_path_factory.mktemp("life")) as install,
        RobawsSimulator(customers=20, seed=7, rate=None) as sim,
    ):
        yield Life(install, sim)


def test_law_10_history_is_listed_newest_first_down_to_when_it_was_first_seen(life: Life) -> None:
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
    printed = life.printed("history", "acme", life.id)
    for words in ("03 345 67 89", "Note", "[b]hello", "Mapping change", "anna", "first seen"):
        assert words in printed, printed


def test_the_history_of_one_field_ends_with_its_first_value(life: Life) -> None:
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
    assert "unknown" in life.printed("history", "acme", life.id, "--field", "phone_e164")


def test_a_longer_history_points_out_that_there_is_more(life: Life) -> None:
    assert life.history("--limit", "2") == life.history()[:2]
    assert "Showing the newest 2. Raise --limit for more." in life.printed(
        "history", "acme", life.id, "--limit", "2"
    )
    assert "raise --limit" not in life.printed("history", "acme", life.id, "--limit", "5")


def test_law_10_a_customer_is_shown_as_it_was_at_a_given_time(life: Life) -> None:
    for seen in life.seen:
        then = life.at(seen["updated_at"])
        kept = {"connection", "external_id", "first_seen_at", "state", "extra"}
        shown = {name: value for name, value in then.items() if name not in {"at", "not_known"}}
        assert shown == {name: seen[name] for name in shown}
        assert kept <= set(shown)
        assert then["at"] == seen["updated_at"]
    first = life.at(life.seen[0]["updated_at"])
    assert (first["phone"], first["role"], first["extra"].get("Note")) == ("03 234 56 78", "POV", None)
    assert first["not_known"] == ["phone_e164"]
    assert "phone_e164" not in first
    assert life.at("0m")["not_known"] == []
    printed = life.printed("show", "acme", life.id, "--at", life.seen[0]["updated_at"])
    assert "03 234 56 78" in printed
    assert "Unknown at that time: Phone (E.164)." in printed
    assert "BROKER" not in printed


def test_each_value_is_shown_with_its_source(life: Life) -> None:
    newest = life.install.json("customers", "show", "acme", life.id, "--sources", "--json")["sources"]
    role, phone, note, name = (newest[field] for field in ("role", "phone", "extra.Note", "name"))
    assert (role["source"], role["by"], role["before"]) == ("mapping", "anna", "POV")
    assert (phone["source"], phone["before"]) == ("run", "03 345 67 89")
    assert newest["phone_e164"] == {**{k: v for k, v in phone.items() if k != "before"}, "follows": "phone"}
    assert note["before"] is None
    assert name["first_seen"] is True
    assert set(newest) >= {"city", "state", "upstream_role"}
    printed = life.printed("show", "acme", life.id, "--sources")
    assert "by anna" in printed
    assert "before: 03 345 67 89" in printed, "a value that was removed has a source too"
    then = life.at(life.seen[1]["updated_at"], "--sources")["sources"]
    assert then["phone"]["before"] == "03 234 56 78"
    assert then["role"]["first_seen"] is True


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("show", "acme", "{id}", "--at", "400d"), 1, "it was first seen at"),
        (("show", "acme", "{id}", "--at", "2999-01-01"), 2, "“2999-01-01” is in the future."),
        (("show", "acme", "{id}", "--at", "999999d"), 2, "“999999d” is not a date or time."),
        (("show", "acme", "{id}", "--at", "0001-01-01T00:00+14:00"), 2, "is not a date or time."),
        (("show", "acme", "404", "--at", "1d"), 1, "acme has no customer 404 in this copy."),
        (("history", "acme", "404"), 1, "acme has no customer 404 in this copy."),
        (("history", "acme", "{id}", "--field", "fax"), 2, "has no field “fax”."),
        (("history", "acme", "{id}", "--limit", "0"), 2, "--limit"),
    ],
)
def test_a_question_without_an_answer_is_one_clear_line(
    life: Life, words: tuple[str, ...], code: int, complaint: str
) -> None:
    done = life.install.run("customers", *(word.format(id=life.id) for word in words))
    assert done.returncode == code
    assert complaint in " ".join(done.stderr.replace("│", " ").split())
    assert not done.stdout
