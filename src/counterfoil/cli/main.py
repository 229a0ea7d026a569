"""The `counterfoil` command: its verbs, and errors as one clear line with an exit code."""

import os
import sys
import traceback
from importlib.metadata import version
from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import (
    acting_user,
    approve,
    backup,
    cancel,
    conflicts,
    connect,
    connections,
    customers,
    demo,
    demo_folder,
    doctor,
    go_live,
    import_,
    import_problems,
    invoices,
    keys,
    mapping,
    migrate,
    policy,
    push,
    restore,
    resume,
    runs,
    schedule,
    serve,
    simulate,
    status,
    streams,
    sync,
    user,
    webhooks,
    worker,
)
from counterfoil.cli.output import err, out
from counterfoil.errors import CounterfoilError, InvalidInput, InvalidSetting

app = typer.Typer(
    name="counterfoil",
    help="Your own copy of the customers and invoices that live in your ERP or your books.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(f"counterfoil {version('counterfoil')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    user: Annotated[
        str | None,
        typer.Option(
            acting_user.OPTION,
            metavar="USER",
            help="Act as this user: see only what they may see; new connections belong to them. "
            f"Default: ${acting_user.VARIABLE}, else see everything.",
        ),
    ] = None,
    demo: Annotated[
        bool, typer.Option(demo_folder.OPTION, help="Use the data of the demo, not of this install.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    acting_user.choose(user, context.invoked_subcommand)
    if demo:
        demo_folder.enter()


app.add_typer(connect.app, name="connect")
app.add_typer(connections.app, name="connections")
app.command("sync")(sync.sync)
app.command("push")(push.push)
app.command("status")(status.status)
app.add_typer(customers.app, name="customers")
app.add_typer(invoices.app, name="invoices")
app.add_typer(runs.app, name="runs")
app.add_typer(import_.app, name="import")
app.add_typer(schedule.app, name="schedule")
app.command("approve")(approve.approve)
app.command("cancel")(cancel.cancel)
app.command("resume")(resume.resume)
app.add_typer(conflicts.app, name="conflicts")
app.add_typer(policy.app, name="policy")
app.add_typer(mapping.app, name="mapping")
app.add_typer(import_problems.app, name="import-problems")
app.add_typer(
    import_problems.app,
    name="set-aside",
    hidden=True,
    help="Deprecated: this is `counterfoil import-problems` now.",
)
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(simulate.app, name="simulate")
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("migrate")(migrate.migrate)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("go-live")(go_live.go_live)
app.add_typer(user.app, name="user")
app.add_typer(keys.app, name="keys")


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of every error in how a command was typed; Typer does not export it."""


def main() -> None:
    """Run the command line; never show a traceback unless `--debug` is given."""
    debug = "--debug" in sys.argv
    sys.argv[1:] = acting_user.move_option_first([argument for argument in sys.argv[1:] if argument != "--debug"])
    try:
        _require_text()
        code = app(standalone_mode=False, prog_name="counterfoil")
    except Exception as error:
        code = _report(error, debug=debug)
    sys.exit(streams.flush() or (code if isinstance(code, int) else 0))


def _report(error: Exception, *, debug: bool) -> int:
    """Print what went wrong. Returns the exit status."""
    if isinstance(error, _UsageError):
        return _print_usage_error(error)
    if isinstance(error, BrokenPipeError):
        return 141
    if isinstance(error, typer.Abort):
        err.print("Stopped.")
        return 130
    ours = error if isinstance(error, CounterfoilError) else None
    if debug:
        err.print("".join(traceback.format_exception(error)).rstrip(), markup=False, soft_wrap=True)
        return ours.exit_code if ours else 1
    if ours is None:
        return _print_unexpected(error)
    _print_error(ours.message, ours.advice)
    return ours.exit_code


def _require_text() -> None:
    """Raise InvalidInput for arguments and settings with bytes that are no UTF-8: no database could store them."""
    if not all(map(_is_text, sys.argv)):
        raise InvalidInput("An argument is not valid UTF-8.", "Type it again, or rename the file that it names.")
    for name, value in os.environ.items():
        if name.startswith(("COUNTERFOIL_", "DATABASE_URL")) and not _is_text(value):
            raise InvalidSetting(f"The environment variable {name} is not valid UTF-8.", "Correct it.")


def _is_text(word: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in word)


def _print_usage_error(error: Exception) -> int:
    """Print what is wrong with an option or argument, and whose help lists the right ones, on one line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "counterfoil"
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        err.print(context.get_help())
        return 2
    text = str(getattr(error, "format_message", lambda: str(error))()).strip()
    _print_error(
        text if text.endswith((".", "?")) else f"{text}.", f"See `{command.removeprefix('python -m ')} --help`."
    )
    return 2


def _print_unexpected(error: Exception) -> int:
    from django.db import Error as DatabaseFault

    if isinstance(error, DatabaseFault):
        from counterfoil.mirror.database import translate_error

        translated = translate_error(error)
        if translated is not None:
            _print_error(translated.message, translated.advice)
            return translated.exit_code
    if isinstance(error, OSError) and error.strerror:
        _print_error(f"{error.strerror}: {error.filename or ''}".rstrip(": "), "")
        return 74
    _print_error(
        f"Unexpected error ({type(error).__name__}). Everything written so far is kept.",
        "Run the command again with --debug and report what it prints.",
    )
    return 70


def _print_error(message: str, advice: str) -> None:
    err.print(f"[bold red]Error:[/] {escape(message)}" + (f" {escape(advice)}" if advice else ""), soft_wrap=True)
