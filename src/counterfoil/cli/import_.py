"""`counterfoil import`: what another app kept, brought over from a file."""

import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import Busy, InvalidInput

if TYPE_CHECKING:
    from counterfoil.imports.compare import Comparison
    from counterfoil.imports.invoices import Import
    from counterfoil.mirror.models import Connection, Run
    from counterfoil.runs.execute import Execution

app = typer.Typer(help="Bring over what another app kept.", no_args_is_help=True)
_SHOWN = ("fetched", "created", "unchanged", "stale", "failed", "unmatched", "seconds")
_HEADINGS = {"fetched": "rows", "stale": "told by the upstream", "failed": "rejected"}


@app.callback()
def _group() -> None:
    pass


@app.command("invoices")
def invoices(
    file: Annotated[Path, typer.Argument(help="A CSV or JSON-lines file.", show_default=False)],
    connection: Annotated[str, typer.Option("--connection", help="The connection that the invoices come from.")],
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=column, for columns that are not found by their name."),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, max=1000, help="Rows per transaction.")] = 500,
    unmatched: Annotated[
        Path | None, typer.Option(help="Where rows whose customer is not here are listed.", show_default=False)
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Where rows that cannot be read are listed.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count, and write the two lists.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Import nothing: compare the file with the database.")
    ] = False,
    encoding: Annotated[str, typer.Option(help="Found out when not given.")] = "",
    delimiter: Annotated[str, typer.Option(help="Found out when not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring over invoices that another app kept. Exit 0 only where every row is here."""
    ready()
    from counterfoil.cli.connect_file import pairs
    from counterfoil.imports.compare import compare
    from counterfoil.imports.invoices import Import, rejected_report, unmatched_report
    from counterfoil.imports.source_file import open_file

    found = acting_user.connection(connection)
    path = file.expanduser().absolute()
    source = open_file(path, pairs(maps or []), encoding, delimiter)
    if verify:
        good = _show_comparison(compare(found, source), as_json=as_json)
    else:
        lists = (rejected or path.with_suffix(".rejected.csv"), unmatched or path.with_suffix(".unmatched.csv"))
        first, second = (place.expanduser().absolute() for place in lists)
        if len({path, first, second}) < 3:
            raise InvalidInput("The file and the two lists need places of their own.", "Name another one.")
        job = Import(source, rejected_report(first), unmatched_report(second), batch_size, dry_run)
        good = _bring_over(found, job, as_json=as_json)
    if not good:
        raise typer.Exit(1)


def _bring_over(connection: "Connection", job: "Import", *, as_json: bool) -> bool:
    from counterfoil.imports import invoices as invoice_import
    from counterfoil.runs.report import report, succeeded
    from counterfoil.sync import plan

    run = invoice_import.start_import(connection, job, acting_user.person())
    try:
        execution = _carry_out(run, job, quiet=as_json)
    except Busy:
        plan.discard_run(run)
        raise
    numbers = {**report(run), "unmatched": run.options.get("unmatched_rows", 0)}
    if as_json:
        print_json(numbers)
    else:
        _show(numbers, job)
    if execution.error is not None:
        raise execution.error
    return succeeded(run)


def _carry_out(run: "Run", job: "Import", *, quiet: bool) -> "Execution":
    from counterfoil.cli.progress import watching
    from counterfoil.cli.run_now import INTERRUPTED, stop
    from counterfoil.imports import invoices as invoice_import
    from counterfoil.runs.execute import execute

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with watching(quiet=quiet or not sys.stderr.isatty()) as watcher:
            return execute(run, lambda context: invoice_import.run_import(context, job), watcher=watcher)
    except (KeyboardInterrupt, SystemExit):
        err.print("\nStopped. What was imported is kept; the same command goes on there.")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(numbers: dict[str, Any], job: "Import") -> None:
    words = "dry run" if job.dry_run else "import"
    colour = "green" if numbers["state"] == "completed" else "red"
    state = f"[{colour}]{numbers['state']}[/]"
    out.print(f"[bold]{escape(numbers['connection'])}[/]  {words} run {numbers['run']} of invoices  {state}")
    cells = [f"{numbers[key]:,.1f}" if key == "seconds" else f"{numbers[key]:,}" for key in _SHOWN]
    out.print(table([(_HEADINGS.get(key, key), "right") for key in _SHOWN], [cells]))
    if numbers["note"]:
        out.print(f"Note: {numbers['note']}", soft_wrap=True, markup=False)
    for key, list_ in (("failed", job.rejected), ("unmatched", job.unmatched)):
        if numbers[key]:
            words = "Rejected rows, with line and reason" if key == "failed" else "Rows without their customer"
            err.print(f"{words}: [bold]{escape(str(list_.path))}[/]", soft_wrap=True)


def _show_comparison(found: "Comparison", *, as_json: bool) -> bool:
    if as_json:
        print_json({**asdict(found), "proved": found.proved})
        return found.proved
    out.print(table(["", *_COMPARED], [(part.title, *part.cells()) for part in found.parts]))
    for sentence in found.findings():
        err.print(escape(sentence), soft_wrap=True)
    if found.proved:
        out.print("[green]✓[/] Every invoice of the file is here, and the sums are the same to the cent.")
    else:
        err.print("[red]The file and the database differ.[/]")
    return found.proved


_COMPARED: tuple[tuple[str, str], ...] = (
    ("invoices in the file", "right"),
    ("in the database", "right"),
    ("total in the file", "right"),
    ("in the database", "right"),
    ("balance in the file", "right"),
    ("in the database", "right"),
)
