"""Nothing in data reaches a terminal or a pipe as an order; no stream, encoding or argument ends in exit 70."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.normalize.hidden_characters import HIDDEN
from tests.support.install import Install

ODD = "\x1b]0;owned\x07[red]Garage[/red]\u202e\x9b2J\u200b\nPeeters\x7f\\"
ROWS = [
    {"id": "1\u202e2", "name": ODD, "phone": f"03 {ODD}", "city": "[/]", "[bold]\x1b[0m": ODD},
    {"id": "2", "name": "Café Zoë 株式会社"},
    {"id": "3", "name": ODD + "2", "phone": "03 234 56 78"},
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Install]:
    """Sync a file whose values give orders to a terminal."""
    folder = tmp_path_factory.mktemp("install")
    with Install.fresh(folder) as made:
        path = folder / "rows.jsonl"
        path.write_text("\n".join(json.dumps(row) for row in [*ROWS, {"id": "4\x1b[31m" + "x" * 600}]))
        connected = made.run("connect", "file", str(path), "--name", "acme", "--id-column", "id")
        assert connected.returncode == 0, connected.stderr
        made.run("sync", "acme")
        yield made


def orders(text: str) -> list[str]:
    """Return the characters of an output that a terminal would obey, or that nobody would see."""
    return [found for found in HIDDEN.findall(text) if found not in "\n\t"]


COMMANDS = [
    ("customers", "search", "garage"),
    ("customers", "search", "zoe\x1b[31m\u202e"),
    ("customers", "show", "acme", "1\u202e2"),
    ("customers", "show", "acme", "1\u202e2", "--sources"),
    ("customers", "show", "acme", "9\x1b[31m"),
    ("customers", "history", "acme", "1\u202e2"),
    ("customers", "set", "acme", "3", f"city={ODD}"),
    ("customers", "edits", "acme"),
    ("customers", "export"),
    ("import-problems", "list"),
    ("mapping", "show", "acme"),
    ("sync", "acme", "--full", "--dry-run"),
    ("status",),
    ("sync", "no\x1b[31msuch"),
    ("connect", "file", "/no\x1b]0;x\x07where", "--name", "x", "--id-column", "id"),
    ("customers", "\x1b[31m"),
]


@pytest.mark.parametrize(
    "command", COMMANDS, ids=lambda command: " ".join(command).encode("unicode_escape").decode()
)
def test_no_data_reaches_a_terminal_as_an_order(filled: Install, command: tuple[str, ...]) -> None:
    done = filled.run(*command)
    assert done.returncode != 70
    assert done.stdout + done.stderr
    assert orders((done.stdout + done.stderr).removeprefix("\ufeff")) == []


def test_a_name_is_shown_as_it_is_its_brackets_and_the_codes_of_what_is_hidden(filled: Install) -> None:
    done = filled.run("customers", "search", "garage")
    lines = done.stdout.splitlines()
    assert len(lines) == 3, "a line for each customer, below the headings"
    assert any("<U+001B>]0;owned<U+0007>[red]Garage[/red]<U+202E>" in line for line in lines)


def test_json_holds_the_very_value(filled: Install) -> None:
    (row,) = [row for row in filled.json("customers", "search", "garage", "--json") if row["external_id"] != "3"]
    assert (row["external_id"], row["name"]) == ("1\u202e2", ODD)


def test_an_export_marks_what_is_hidden_and_keeps_lines(filled: Install) -> None:
    text = filled.run("customers", "export").stdout
    assert "<U+001B>]0;owned<U+0007>[red]Garage[/red]<U+202E><U+009B>2J<U+200B>\nPeeters<U+007F>" in text


def test_forty_columns_keep_the_number_of_a_run_and_every_value(filled: Install) -> None:
    filled.environment["COLUMNS"] = "40"
    try:
        narrow = filled.run("status").stdout
    finally:
        del filled.environment["COLUMNS"]
    number = str(filled.json("status", "--json")["runs"][0]["run"])
    assert ["run", number] in [line.split() for line in narrow.splitlines()]


def shell(install: Install, script: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a shell that calls the command line, as `$cf`."""
    variables = {**install.environ(), "cf": f"{sys.executable} -m counterfoil", **environment}
    return subprocess.run(["sh", "-c", script], env=variables, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("$cf status >&-", 0),
        ("$cf status 2>&-", 0),
        ("$cf customers search garage <&- >&- 2>&-", 0),
        ("$cf customers show acme nobody 2>&-", 1),
        ("$cf customers show acme nobody 2>/dev/full", 1),
        ("$cf status >/dev/full", 74),
        ("$cf customers export >/dev/full", 74),
        ("$cf status --json >/dev/full", 74),
    ],
)
def test_closed_and_full_streams_end_a_command_as_usual(filled: Install, script: str, code: int) -> None:
    done = shell(filled, script)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {"LC_ALL": "xx_XX.nonsense", "TERM": "nonsense", "COLUMNS": "0"},
    ],
)
def test_a_foreign_locale_loses_no_character(filled: Install, settings: dict[str, str]) -> None:
    done = shell(filled, "$cf customers search zoe && $cf customers search zoe --json", **settings)
    assert done.returncode == 0, done.stderr
    found: Any = json.loads(done.stdout[done.stdout.index(b"[\n") :].decode(errors="replace"))
    assert found[0]["name"] == ROWS[1]["name"]


def test_an_argument_that_is_no_text_is_refused(filled: Install) -> None:
    done = shell(filled, "$cf customers search \"$(printf 'caf\\351')\"")
    assert (done.returncode, b"An argument is not valid UTF-8." in done.stderr) == (2, True)
    done = shell(filled, "COUNTERFOIL_AS=\"$(printf 'caf\\351')\" $cf status")
    assert (done.returncode, b"COUNTERFOIL_AS is not valid UTF-8." in done.stderr) == (2, True)


def test_a_traceback_gives_no_orders_either(filled: Install) -> None:
    done = filled.run("customers", "show", "acme", "\x1b[31m", "--debug")
    assert "Traceback" in done.stderr
    assert orders(done.stderr) == []


def test_no_file_takes_the_number_of_a_closed_stream(filled: Install, tmp_path: Path) -> None:
    imports = "import os, counterfoil.cli.output"
    script = f"{imports}; print(open('/proc/self/stat').fileno(), file=open(os.environ['to'], 'w'))"
    to = tmp_path / "number"
    done = subprocess.run(
        ["sh", "-c", f'{sys.executable} -c "{script}" <&- >&- 2>&-'],
        env={**os.environ, "to": str(to)}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert int(to.read_text()) > 2


def test_a_secret_without_end_on_stdin_is_refused(filled: Install) -> None:
    done = shell(filled, "$cf user add boss --role owner --password - </dev/zero")
    assert (done.returncode, b"too long" in done.stderr) == (2, True)
