"""The words that the command line prints for codes, and the help texts: complete, and without "upstream"."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer

from counterfoil.cli.main import app
from counterfoil.connections import wording
from counterfoil.connectors.priority import Priority
from counterfoil.mirror.edit_status import EditState
from counterfoil.mirror.enums import Rule, State
from counterfoil.mirror.models import Action, ConflictKind, Connection, Decision, RunKind, RunState

SYSTEM = "Zoho Books"


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (State, lambda code: wording.record_state(code, SYSTEM)),
        (EditState, lambda code: wording.edit_state(code, SYSTEM)),
        (RunKind, wording.run_kind),
        (RunState, wording.run_state),
        (Action, lambda code: wording.proposed_change(code, SYSTEM)),
        (ConflictKind, lambda code: wording.conflict_kind(code, SYSTEM)),
        (Decision, lambda code: wording.decision(code, SYSTEM)),
        (Rule, lambda code: wording.rule(code, SYSTEM)),
        (Priority, wording.calls),
    ],
)
def test_every_code_has_words_that_do_not_say_upstream(codes: Any, words: Callable[[Any], str]) -> None:
    printed = [words(code) for code in codes]
    assert all(printed)
    assert len(set(printed)) == len(printed)
    assert not any("upstream" in text or "_" in text for text in printed)


@pytest.mark.parametrize(
    ("connector", "settings", "name"),
    [
        ("robaws", {}, "Robaws"),
        ("zoho_books", {}, "Zoho Books"),
        ("file", {"path": "/data/customers.csv"}, "customers.csv"),
        ("gone", {}, "gone"),
    ],
)
def test_a_connected_system_is_called_by_its_name(connector: str, settings: dict[str, str], name: str) -> None:
    assert wording.system(Connection(connector=connector, settings=settings)) == name


def texts(command: Any, name: str = "counterfoil") -> Iterator[tuple[str, str]]:
    """Yield the help of a command, of its options and of its subcommands, each with the command's name."""
    yield name, str(command.help)
    for parameter in command.params:
        yield f"{name} {parameter.name}", str(getattr(parameter, "help", "") or "")
    if hasattr(command, "commands"):
        for below in command.list_commands(None):
            yield from texts(command.get_command(None, below), f"{name} {below}")


def test_no_help_text_says_upstream_except_for_the_rule_of_that_name() -> None:
    found = dict(texts(typer.main.get_command(app)))
    rule = found.pop("counterfoil policy set rule")
    assert rule.count("upstream") == 1
    assert {name: text for name, text in found.items() if "upstream" in text.lower()} == {}
