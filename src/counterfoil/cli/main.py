"""The command itself: verbs put together, errors turned into one clear line and an exit code."""

import sys
from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import (
    acting_user,
    approve,
    cancel,
    conflicts,
    connect,
    customers,
    demo,
    doctor,
    import_,
    mapping,
    migrate,
    policy,
    push,
    schedule,
    serve,
    set_aside,
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
    help="Your own copy of the customers that live in your ERP.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)


@app.callback()
def _options(
    context: typer.Context,
    who: Annotated[
        str | None,
        typer.Option(
            acting_user.OPTION,
            metavar="USER",
            help="Act with this user's eyes: only what they may see is there, what is connected is theirs. "
            f"Else ${acting_user.VARIABLE}, else everything is seen.",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    acting_user.choose(who, context.invoked_subcommand)


app.add_typer(connect.app, name="connect")
app.command("sync")(sync.sync)
app.command("push")(push.push)
app.command("status")(status.status)
app.add_typer(customers.app, name="customers")
app.add_typer(import_.app, name="import")
app.add_typer(schedule.app, name="schedule")
app.command("approve")(approve.approve)
app.command("cancel")(cancel.cancel)
app.add_typer(conflicts.app, name="conflicts")
app.add_typer(policy.app, name="policy")
app.add_typer(mapping.app, name="mapping")
app.add_typer(set_aside.app, name="set-aside")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(simulate.app, name="simulate")
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("migrate")(migrate.migrate)
app.add_typer(user.app, name="user")


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of everything that is wrong with a command's words; typer does not export it."""


def main() -> None:
    """Run the command line; never show a traceback unless `--debug` is given."""
    debug = "--debug" in sys.argv
    sys.argv[1:] = acting_user.to_the_front([argument for argument in sys.argv[1:] if argument != "--debug"])
    try:
        code = app(standalone_mode=False)
    except _UsageError as error:
        sys.exit(_misused(error))
    except typer.Abort:
        err.print("Stopped.")
        sys.exit(130)
    except CounterfoilError as error:
        if debug:
            raise
        _complain(error.message, error.advice)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(141)
    except Exception as error:
        if debug:
            raise
        sys.exit(_unexpected(error))
    sys.exit(code if isinstance(code, int) else 0)


def _misused(error: Exception) -> int:
    """A wrong option or argument: one line, and where the right ones are."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "counterfoil"
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        err.print(context.get_help())
        return 2
    said = str(getattr(error, "format_message", lambda: str(error))()).strip()
    _complain(
        said if said.endswith((".", "?")) else f"{said}.", f"See `{command.removeprefix('python -m ')} --help`."
    )
    return 2


def _unexpected(error: Exception) -> int:
    from django.db import Error as DatabaseFault

    if isinstance(error, DatabaseFault):
        from counterfoil.mirror.database import translate_error

        known = translate_error(error)
        if known is not None:
            _complain(known.message, known.advice)
            return known.exit_code
    if isinstance(error, OSError) and error.strerror:
        _complain(f"{error.strerror}: {error.filename or ''}".rstrip(": "), "")
        return 74
    _complain(
        f"Something went wrong that was not foreseen ({type(error).__name__}).",
        "Repeat the command with --debug and report what it shows; what was written before stays.",
    )
    return 70


def _complain(message: str, advice: str) -> None:
    err.print(f"[bold red]Error:[/] {escape(message)}" + (f" {escape(advice)}" if advice else ""), soft_wrap=True)
