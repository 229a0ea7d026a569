"""`counterfoil import`: data of another app, imported from a file."""

import signal
import sys
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.form_choice import Dates, Decimals
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import Busy, FormInDoubt, InvalidInput
from counterfoil.normalize.hidden_characters import visible_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil.imports.column_forms import FormChoice
    from counterfoil.imports.compare import Comparison
    from counterfoil.imports.invoices import Import
    from counterfoil.imports.source_file import SourceFile
    from counterfoil.mirror.models import Connection, Run
    from counterfoil.runs.execute import Execution

app = typer.Typer(help="Import data from another app.", no_args_is_help=True)
_SHOWN = ("fetched", "created", "unchanged", "stale", "failed", "unmatched", "seconds")
_HEADINGS = {"fetched": "rows", "stale": "newer here", "failed": "rejected", "unmatched": "no customer"}


@app.callback()
def _group() -> None:
    pass


@app.command("invoices")
def invoices(
    file: Annotated[Path, typer.Argument(help="CSV file, workbook or JSON file.", show_default=False)],
    connection: Annotated[str, typer.Option("--connection", help="Connection that the invoices belong to.")],
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=column, for a column that is not recognised by its name."),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, max=1000, help="Rows per transaction.")] = 500,
    unmatched: Annotated[
        Path | None,
        typer.Option(
            help="Report of rows whose customer is not here. Default: FILE.unmatched.csv.", show_default=False
        ),
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option(help="Report of rows that cannot be read. Default: FILE.rejected.csv.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Import nothing: count the rows and write both reports.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Import nothing: compare the file with the database.")
    ] = False,
    decimals: Annotated[
        Decimals | None,
        typer.Option(help="What stands before the decimals of amounts. Default: as their columns tell."),
    ] = None,
    dates: Annotated[
        Dates | None,
        typer.Option(help="What comes first in dates like 03/04/2026. Default: as their columns tell."),
    ] = None,
    expect_total: Annotated[
        str, typer.Option(help="With --verify: what the totals of all invoices in the file sum up to.")
    ] = "",
    encoding: Annotated[str, typer.Option(help="Text encoding. Default: detected.")] = "",
    delimiter: Annotated[str, typer.Option(help="Column delimiter. Default: detected.")] = "",
    sheet: Annotated[
        str, typer.Option(help="Sheet of a workbook. Default: the first with content.", show_default=False)
    ] = "",
    header_line: Annotated[
        int, typer.Option(min=0, help="Line with the columns' names. Default: detected.", show_default=False)
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Import invoices of another app from a file.

    Exits with 0 only if every row was imported.
    """
    ready()
    from counterfoil.cli.connect_file import pairs
    from counterfoil.cli.file_check import show_encodings
    from counterfoil.connectors.file.layout import Layout
    from counterfoil.imports.compare import compare, open_as_imported
    from counterfoil.imports.invoices import Import, rejected_report, unmatched_report
    from counterfoil.imports.source_file import open_file

    chosen = acting_user.connection(connection)
    path = file.expanduser().absolute()
    columns = pairs(maps or [])
    layout = Layout(encoding, delimiter, sheet, header_line)
    show_encodings(path, layout)
    choice = {"decimals": str(decimals or ""), "dates": str(dates or "")}
    expected = _amount(expect_total, verify=verify)
    if verify:
        source = _opened(lambda forms: open_as_imported(chosen, path, columns, layout, forms), choice)
        complete = _show_comparison(compare(chosen, source, expected), as_json=as_json)
    else:
        source = _opened(lambda forms: open_file(path, columns, layout, forms), choice)
        reports = (rejected or path.with_suffix(".rejected.csv"), unmatched or path.with_suffix(".unmatched.csv"))
        first, second = (report.expanduser().absolute() for report in reports)
        if len({path, first, second}) < 3:
            raise InvalidInput(
                "The file and its two reports must be different files.", "Change --rejected or --unmatched."
            )
        job = Import(source, rejected_report(first), unmatched_report(second), batch_size, dry_run)
        complete = _import(chosen, job, as_json=as_json)
    if not complete:
        raise typer.Exit(1)


def _opened(open_with: "Callable[[FormChoice], SourceFile]", choice: dict[str, str]) -> "SourceFile":
    """Open the file; where its values do not tell how they are written, ask who sits at a terminal."""
    from counterfoil.imports.column_forms import FormChoice

    while True:
        try:
            return open_with(FormChoice(**choice))
        except FormInDoubt as error:
            if choice[error.matter] or not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise
            err.print(escape(visible_line(error.message)), soft_wrap=True)
            kind = {"decimals": Decimals, "dates": Dates}[error.matter]
            choice[error.matter] = typer.prompt("Which one?", type=kind, err=True)


def _amount(written: str, *, verify: bool) -> Decimal | None:
    """Read the expected total, in either way of writing as far as it has only one meaning."""
    from counterfoil.normalize.column_form import WrittenForm, form_of_amount
    from counterfoil.normalize.money import money

    if not written:
        return None
    if not verify:
        raise InvalidInput("--expect-total compares, and imports nothing.", "Add --verify.")
    form = form_of_amount(written)
    amount = None if form == WrittenForm.OPEN else money(written, form).value
    if amount is None:
        raise InvalidInput(
            f"“{visible_line(written)}” is not an amount with one meaning.", "Write it as in 1234.50."
        )
    return amount


def _import(connection: "Connection", job: "Import", *, as_json: bool) -> bool:
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
    from counterfoil.cli.progress import show_progress
    from counterfoil.cli.run_now import INTERRUPTED, stop
    from counterfoil.imports import invoices as invoice_import
    from counterfoil.runs.execute import execute

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with show_progress(quiet=quiet or not sys.stderr.isatty()) as watcher:
            return execute(run, lambda context: invoice_import.run_import(context, job), watcher=watcher)
    except (KeyboardInterrupt, SystemExit):
        err.print("\nStopped. What was imported so far is kept. Run the same command again to resume.")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(numbers: dict[str, Any], job: "Import") -> None:
    words = "dry run of an import of invoices" if job.dry_run else "import of invoices"
    colour = "green" if numbers["state"] == "completed" else "red"
    state = f"[{colour}]{wording.run_state(numbers['state'])}[/]"
    out.print(f"[bold]{escape(numbers['connection'])}[/]  run {numbers['run']}: {words}  {state}")
    cells = [f"{numbers[key]:,.1f}" if key == "seconds" else f"{numbers[key]:,}" for key in _SHOWN]
    out.print(table([(_HEADINGS.get(key, key), "right") for key in _SHOWN], [cells]))
    if numbers["note"]:
        out.print(f"Note: {numbers['note']}", soft_wrap=True, markup=False)
    for key, report in (("failed", job.rejected), ("unmatched", job.unmatched)):
        if numbers[key]:
            title = "Rejected rows, with line and reason" if key == "failed" else "Rows whose customer is not here"
            err.print(f"{title}: [bold]{escape(str(report.path))}[/]", soft_wrap=True)


def _show_comparison(found: "Comparison", *, as_json: bool) -> bool:
    if as_json:
        print_json({**asdict(found), "proved": found.proved})
        return found.proved
    out.print(table(["", *_COMPARED], [(part.title, *part.cells()) for part in found.parts]))
    for sentence in found.findings():
        err.print(escape(sentence), soft_wrap=True)
    if found.proved:
        out.print(
            "[green]✓[/] Every invoice in the file is here with its values, and the sums are the same to the cent."
        )
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
