"""The `counterfoil` command: its verbs, and errors as one clear line with an exit code."""

import sys
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
    doctor,
    go_live,
    import_,
    import_problems,
    keys,
    mapping,
    migrate,
    policy,
    push,
    restore,
    resume,
    schedule,
    serve,
    simulate,
    status,
    sync,
    user,
    webhooks,
    worker,
)
from counterfoil.cli.output import err
from counterfoil.errors import CounterfoilError

app = typer.Typer(
    name="counterfoil",
    help="Your own copy of the customers and invoices that live in your ERP or your books.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)


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
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    acting_user.choose(user, context.invoked_subcommand)


app.add_typer(connect.app, name="connect")
app.add_typer(connections.app, name="connections")
app.command("sync")(sync.sync)
app.command("push")(push.push)
app.command("status")(status.status)
app.add_typer(customers.app, name="customers")
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
        code = app(standalone_mode=False)
    except _UsageError as error:
        sys.exit(_print_usage_error(error))
    except typer.Abort:
        err.print("Stopped.")
        sys.exit(130)
    except CounterfoilError as error:
        if debug:
            raise
        _print_error(error.message, error.advice)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(141)
    except Exception as error:
        if debug:
            raise
        sys.exit(_print_unexpected(error))
    sys.exit(code if isinstance(code, int) else 0)


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
