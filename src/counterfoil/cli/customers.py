"""`counterfoil customers`: find, show and edit customers."""

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.customer_create import create
from counterfoil.cli.customer_discard import discard
from counterfoil.cli.customer_edits import edits
from counterfoil.cli.customer_history import history
from counterfoil.cli.customer_set import set_
from counterfoil.cli.customer_show import show
from counterfoil.cli.customer_text import called, record
from counterfoil.cli.output import Column, brief, err, out, print_json, table
from counterfoil.cli.ready import ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil.mirror.models import Customer

WIDE = 120
"""Terminal columns from which on a search shows everything."""
LONGEST = 28
"""Characters of one cell; `customers show` has all of it."""
_KEPT = ("id", "state", "connection")
_NARROW: "dict[str, Callable[[Customer], object]]" = {
    "id": called,
    "name": lambda c: c.name,
    "role": lambda c: c.role,
    "phone": lambda c: c.phone or c.mobile,
    "city": lambda c: c.city,
}
_WIDE: "dict[str, Callable[[Customer], object]]" = {
    "connection": lambda c: c.connection.called,
    **_NARROW,
    "e-mail": lambda c: c.email,
    "VAT": lambda c: c.vat_number,
    "state": lambda c: c.get_state_display(),
}

app = typer.Typer(help="Search, show and edit customers.", no_args_is_help=True)


@app.command("search")
def search(
    text: Annotated[
        list[str], typer.Argument(help="Beginnings of words: name, e-mail, VAT number, phone, city, id.")
    ],
    connection: Annotated[str | None, typer.Option("--connection", help="Only there.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Find customers; those whose name matches come first."""
    ready()
    from counterfoil.mirror.models import Customer
    from counterfoil.mirror.search import ranked

    rows = acting_user.narrow(Customer.objects.select_related("connection__owner"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    typed = " ".join(text)
    found = list(ranked(rows, typed, limit))
    if as_json:
        print_json([record(customer) for customer in found])
        return
    if not found:
        err.print(f"No customer matches {escape(repr(typed))}.")
        return
    columns = _WIDE if out.width >= WIDE else _NARROW
    cells = [[escape(brief(read(customer), LONGEST)) for read in columns.values()] for customer in found]
    headings: list[Column] = [(name, "keep") if name in _KEPT else name for name in columns]
    out.print(table(headings, cells))
    if len(found) == limit:
        err.print(f"[dim]The first {limit}; type more, or raise --limit.[/]")


app.command("show")(show)
app.command("history")(history)
app.command("set")(set_)
app.command("create")(create)
app.command("discard")(discard)
app.command("edits")(edits)


@app.command("export")
def export(
    connection: Annotated[str | None, typer.Option("--connection", help="Only there.")] = None,
    search: Annotated[str, typer.Option("--search", help="Only what matches, as in `search`.")] = "",
    output: Annotated[Path | None, typer.Option("--output", help="A file; else stdout.", dir_okay=False)] = None,
) -> None:
    """Write customers as CSV, with all fields and their normal forms."""
    ready()
    import structlog
    from django.utils import timezone

    from counterfoil.mirror import csv_export
    from counterfoil.mirror.selection import SEARCH, Selection

    who, seen = acting_user.person(), acting_user.visible_connections()
    only = {} if connection is None else {"connection": str(acting_user.connection(connection).pk)}
    chosen = Selection.of({SEARCH: search, **only})
    chosen = replace(chosen, visible=None if seen is None else tuple(sorted(seen)))
    written = 0

    def counted(rows: int) -> None:
        nonlocal written
        written = rows

    with nullcontext(sys.stdout.buffer) if output is None else output.open("wb") as file:
        for piece in csv_export.csv_chunks(chosen.rows(timezone.now()), counted):
            file.write(piece)
        file.flush()
    structlog.get_logger().info(
        "customers exported", user=who.pk if who else None, rows=written, filters=chosen.names, complete=True
    )
    err.print(f"{written:,} customer{'s' if written != 1 else ''} written" + (f" to {output}." if output else "."))
