"""Writes docs/cli.md and docs/settings.md from the code, for `make docs`. Touches no database and no data folder.

python -m counterfoil.cli.reference FOLDER
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from counterfoil.cli.connect import secret_variable
from counterfoil.cli.main import app
from counterfoil.connections import cron_times
from counterfoil.connectors.http.plain_http import PLAIN_HTTP
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.connectors.zoho_books.settings import WINDOW_DAYS
from counterfoil.errors import CounterfoilError
from counterfoil.ingest import guards
from counterfoil.mirror import detail_share

SOURCE = Path(__file__).parents[1]
MADE = "<!-- Made by `make docs` from the code; changes belong there. -->"

EXIT_CODES: Mapping[int, str] = {
    0: "Success. For `sync`: the run completed and every record was imported. For `push`: everything arrived. For "
    "`doctor`: every check passed.",
    1: "Not done, or not completely: a run failed, needs approval or could not import some records; an edit was "
    "rejected or needs a decision; a check of `doctor` failed; an error that a person has to look at.",
    2: "An option, argument, setting or file cannot be used.",
    70: "An unexpected error, or one after which going on could do harm.",
    74: "A file or socket could not be used.",
    75: "Temporary: the same command may work later.",
    130: "Stopped by Ctrl-C; `sync` and `push` also by SIGTERM. The run can be resumed.",
    141: "The program that read the output has ended.",
}
ELSEWHERE: Mapping[str, str] = {
    "COLUMNS": "width of tables; default: the width of the terminal, or 240 where the output is not a terminal",
    "DJANGO_SETTINGS_MODULE": "Django's own; default: `counterfoil.project.settings`",
}
"""Variables of others."""


def main(folder: Path) -> None:
    """Write both pages into a folder."""
    (folder / "cli.md").write_text(cli_page(), encoding="utf-8")
    (folder / "settings.md").write_text(settings_page(), encoding="utf-8")


def cli_page() -> str:
    """Return the page of every command with its arguments and options, and of the exit codes."""
    root: Any = typer.main.get_command(app)
    parts = [
        "# The command line",
        MADE,
        f"{root.help} `counterfoil COMMAND --help` prints the same in a terminal.",
    ]
    parts += [_options(root, "option, before or after the command")]
    for words, command in _commands(root, ("counterfoil",)):
        parts += _command(words, command)
    parts += ["## Exit codes", "For schedulers and scripts.", _exit_codes()]
    return "\n\n".join(part for part in parts if part) + "\n"


def settings_page() -> str:
    """Return the page of every environment variable that the code reads, and of the settings of a connection."""
    read = variables()
    meanings = {**_described(), **ELSEWHERE, **_secrets()}
    if set(read) != set(meanings):
        raise LookupError(f"read and described differ: {sorted(set(read) ^ set(meanings))}")
    rows = [
        (f"`{name}`", meanings[name], ", ".join(f"`{path}`" for path in read[name])) for name in sorted(meanings)
    ]
    return (
        "\n\n".join(
            [
                "# Settings",
                MADE,
                "Settings of an install come from the environment. All of them are optional.",
                "An unknown variable that begins with `COUNTERFOIL_`, or an impossible value, is refused by name.",
                _table(("variable", "meaning", "read in"), rows),
                "## Of a connection",
                "Stored with the connection; set by `counterfoil connect` or in the console.",
                _table(("setting", "meaning", "default", "set by"), _of_a_connection()),
            ]
        )
        + "\n"
    )


def variables() -> dict[str, list[str]]:
    """Find the environment variables that the code reads, with the files that read them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        where = path.relative_to(SOURCE).as_posix()
        for name in sorted(set(_names(tree))):
            found[name].append(where)
    for name in _secrets():
        found[name].append("cli/connect.py")
    return dict(found)


def _secrets() -> dict[str, str]:
    """Return the variables that hold secrets of connectors, with their meaning."""
    return {
        secret_variable(kind, field): f"{field.label} for "
        f"`counterfoil connect {kind.name.replace('_', '-')}`, where it is not given as an option"
        for kind in CONNECTORS.values()
        for field in kind.connect_fields
        if field.secret
    }


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if not command.hidden:
            yield (*words, name), command
            yield from _commands(command, (*words, name)) if hasattr(command, "commands") else ()


def _command(words: tuple[str, ...], command: Any) -> list[str]:
    heading = f"{'#' * len(words)} {' '.join(words)}"
    if hasattr(command, "commands"):
        return [heading, str(command.help)]
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join([*words, *(_placeholder(p) for p in arguments)])
    rows = [(f"`{p.name.upper()}`", _help(p)) for p in arguments]
    return [
        heading,
        f"`{usage}`",
        str(command.help),
        _table(("argument", "meaning"), rows) if rows else "",
        _options(command, "option"),
    ]


def _options(command: Any, heading: str) -> str:
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    rows = [(_spelled(p), _help(p)) for p in options if p.name != "help"]
    return _table((heading, "meaning"), rows) if rows else ""


def _placeholder(argument: Any) -> str:
    name = argument.name.upper() + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _spelled(option: Any) -> str:
    kind = {bool: "", int: " N", float: " NUMBER"}.get(option.type_descriptor.annotation, " TEXT")
    return ", ".join(f"`{word}{kind}`" for word in (*option.opts, *option.secondary_opts))


def _help(parameter: Any) -> str:
    lowest, highest = getattr(parameter, "min", None), getattr(parameter, "max", None)
    notes = []
    if parameter.required and parameter.param_type_name == "option":
        notes.append("Required.")
    if getattr(parameter, "multiple", False):
        notes.append("Can be repeated.")
    if highest is not None:
        notes.append(f"{lowest} to {highest}.")
    elif lowest is not None:
        notes.append(f"At least {lowest}.")
    if parameter.default not in (None, False, ""):
        notes.append(f"Default: {parameter.default}.")
    return " ".join([parameter.help or "", *notes]).strip()


def _exit_codes() -> str:
    errors: defaultdict[int, list[str]] = defaultdict(list)
    for error in _leaves(CounterfoilError):
        errors[error.exit_code].append(f"`{error.__name__}`")
    rows = [(str(code), meaning, ", ".join(errors[code])) for code, meaning in EXIT_CODES.items()]
    return _table(("code", "meaning", "errors of `errors.py`"), rows)


def _leaves(kind: type[CounterfoilError]) -> Iterator[type[CounterfoilError]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for child in below:
        yield from _leaves(child)


def _described() -> dict[str, str]:
    """Read the table in the docstring of the settings module; importing the module would make a data folder."""
    text = (SOURCE / "project" / "settings.py").read_text(encoding="utf-8")
    lines = (ast.get_docstring(ast.parse(text)) or "").splitlines()[2:]
    return {name: meaning.strip() for name, _, meaning in (line.partition(" ") for line in lines)}


def _of_a_connection() -> list[tuple[str, str, str, str]]:
    limits = {kind.title: kind.limits for kind in CONNECTORS.values() if kind.limits.rate}
    rates = ", ".join(f"{title} {limit.rate:g}" for title, limit in limits.items())
    reserves = ", ".join(f"{title} {limit.daily_reserve}" for title, limit in limits.items())
    share = f"{guards.SHARE:.0%}, at least {guards.FLOOR} rows (or half of them)"
    return [
        ("`rate`", "requests per second; 0 for no limit of ours", rates, "`connect ... --rate`, console"),
        (
            "`daily_reserve`",
            "API calls a day reserved for users",
            reserves,
            "`connect ... --daily-reserve`, console",
        ),
        (
            "`window_days`",
            "days of invoices to mirror, back from today; unpaid ones are mirrored whatever their date",
            f"Zoho Books {WINDOW_DAYS}",
            "`connect zoho-books --window-days`, console",
        ),
        (
            "`read_only`",
            "edits are kept here only, and the connected system is never written to",
            "false",
            "`connect ... --read-only`, console",
        ),
        (
            f"`{PLAIN_HTTP}`",
            "http:// is allowed to another machine, where keys travel unencrypted; to this one it always is",
            "false",
            "`connect ... --plain-http`",
        ),
        (
            "`guard_share`",
            "share of rows that may vanish or be renamed in one pass, or be deleted in 24 hours, without approval",
            share,
            "console",
        ),
        (
            f"`{detail_share.SETTING}`",
            "API calls a day for details that lists leave out, one per record, in the background; 0: never",
            f"{detail_share.PERCENT}% of the calls a day",
            "console",
        ),
        (
            f"`{detail_share.INVOICES}`",
            "whether these calls fetch details of invoices, too",
            "false",
            "console",
        ),
        (
            f"`{cron_times.SETTING}`",
            "time zone of its schedules, and of the days on which times fall",
            "that of the install",
            "`schedule set --zone`, console",
        ),
    ]


def _names(tree: ast.Module) -> Iterator[str]:
    """Find the names that a module looks up in the environment, literal or as a constant of its own."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        name: ast.expr | None = None
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[name, *_]):
                pass
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name(id="environment")), args=[name, *_]):
                pass
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=name):
                pass
            case ast.Compare(left=name, comparators=[ast.Attribute(attr="environ")]):
                pass
        if isinstance(name, ast.Constant):
            yield str(name.value)
        elif isinstance(name, ast.Name) and name.id in constants:  # else the caller's name for it
            yield str(constants[name.id])


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
