"""`counterfoil customers`: find, show and edit customers."""

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_persons
from counterfoil.cli.customer_activity import activate, deactivate
from counterfoil.cli.customer_create import create
from counterfoil.cli.customer_delete import delete
from counterfoil.cli.customer_discard import discard
from counterfoil.cli.customer_edits import edits
from counterfoil.cli.customer_history import history
from counterfoil.cli.customer_set import set_
from counterfoil.cli.customer_show import show
from counterfoil.cli.customer_text import record, shown_id
from counterfoil.cli.output import Column, brief, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from counterfoil.mirror.models import Customer

WIDE = 120
"""Terminal columns from which a search shows all columns."""
LONGEST = 32
"""Characters of one cell; `customers show` prints all of it."""
_NEVER_CUT = ("id", "state", "connection")
_NARROW: "dict[str, Callable[[Customer], object]]" = {
    "id": shown_id,
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
    "state": lambda c: wording.sentence(wording.record_state(c.state, wording.system(c.connection))),
}

app = typer.Typer(help="Search, show, create, edit and delete customers.", no_args_is_help=True)


@app.command("search")
def search(
    text: Annotated[
        list[str],
        typer.Argument(
            help="Words, or how they begin: in name, e-mail, VAT number, phone, city or id, also of its persons."
        ),
    ],
    connection: Annotated[str | None, typer.Option("--connection", help="Only this connection.")] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Also customers that were deleted.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Maximum number of customers.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Search customers. Matches by name come first; where few match, near words are tried.

    Words may be apart or joined, numbers as they are written; a phone number is found by its last digits too.
    """
    ready()
    from counterfoil.mirror.customer_search import CustomerSearch
    from counterfoil.mirror.models import Connection, Customer

    rows = acting_user.narrow(Customer.objects.select_related("connection__owner"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    typed = " ".join(text)
    seen = acting_user.narrow(Connection.objects.all()).values_list("pk", flat=True)
    search = CustomerSearch(rows, typed, list(seen), deleted)
    hits = search.hits(limit)
    if as_json:
        print_json([record(customer) for customer in hits])
    elif hits.exact:
        _print_matches(hits.exact)
    if not hits.exact and not as_json:
        err.print(f"No customers match “{escape(typed)}”.")
    if hits.similar:
        err.print(f"Did you mean “{escape(hits.correction)}”?")
        if not as_json:
            _print_matches(hits.similar)
    if search.deleted_match:
        err.print("[dim]Deleted customers match too. Add --deleted to see them.[/]")
    if len(hits) == limit and not as_json:
        err.print(f"[dim]Showing the first {limit:,}. Add words or raise --limit.[/]")


def _print_matches(customers: "Sequence[Customer]") -> None:
    columns = _WIDE if out.width >= WIDE else _NARROW
    cells = [[escape(brief(read(customer), LONGEST)) for read in columns.values()] for customer in customers]
    headings: list[Column] = [(name, "keep") if name in _NEVER_CUT else name for name in columns]
    out.print(table(headings, cells))


app.command("show")(show)
app.command("history")(history)
app.command("set")(set_)
app.command("create")(create)
app.command("discard")(discard)
app.command("delete")(delete)
app.add_typer(customer_persons.app, name="persons")
app.command("deactivate")(deactivate)
app.command("activate")(activate)
app.command("edits")(edits)


@app.command("export")
def export(
    connection: Annotated[str | None, typer.Option("--connection", help="Only this connection.")] = None,
    search: Annotated[str, typer.Option("--search", help="Only customers that match, as in `search`.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", help="File to write. Default: stdout.", dir_okay=False)
    ] = None,
) -> None:
    """Export customers as CSV, with all fields and their normalised values."""
    ready()
    import structlog
    from django.utils import timezone

    from counterfoil.mirror import csv_export
    from counterfoil.mirror.selection import SEARCH, Selection

    user, visible = acting_user.person(), acting_user.visible_connections()
    only = {} if connection is None else {"connection": str(acting_user.connection(connection).pk)}
    chosen = Selection.from_parameters({SEARCH: search, **only})
    chosen = replace(chosen, visible=None if visible is None else tuple(sorted(visible)))
    written = 0

    def count(rows: int) -> None:
        nonlocal written
        written = rows

    with nullcontext(sys.stdout.buffer) if output is None else output.open("wb") as file:
        for piece in csv_export.csv_chunks(chosen.rows(timezone.now()), count):
            file.write(piece)
        file.flush()
    structlog.get_logger().info(
        "customers exported", user=user.pk if user else None, rows=written, filters=chosen.names, complete=True
    )
    err.print(
        f"{written:,} customer{'s' if written != 1 else ''} written"
        + (f" to {escape(str(output))}." if output else ".")
    )
