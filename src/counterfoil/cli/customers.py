"""`counterfoil customers`: find and show mirrored customers."""

import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting
from counterfoil.cli.output import Column, brief, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil.mirror.models import Customer

WIDE = 120
"""Terminal columns from which on a search shows everything."""
LONGEST = 28
"""Characters of one cell; `customers show` has all of it."""
_KEPT = ("id", "state", "connection")
_NARROW: "dict[str, Callable[[Customer], object]]" = {
    "id": lambda c: c.external_id,
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

app = typer.Typer(help="Search and show mirrored customers.", no_args_is_help=True)


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

    rows = acting.narrowed(Customer.objects.select_related("connection__owner"))
    if connection is not None:
        rows = rows.filter(connection=acting.connection(connection))
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


@app.command("show")
def show(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    external_id: Annotated[str, typer.Argument(help="The upstream's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show one customer with its history."""
    ready()
    from counterfoil.mirror.models import Change, Customer

    chosen = acting.connection(connection)
    customer = (
        Customer.objects.select_related("connection").filter(connection=chosen, external_id=external_id).first()
    )
    if customer is None:
        raise NotFound(
            f"{chosen.name} has no customer {external_id} in this copy.",
            f"Look for it with `counterfoil customers search`, or read it with "
            f"`counterfoil sync {chosen.name} --client-id {external_id}`.",
        )
    values = {**record(customer), **_to_call(customer)}
    if as_json:
        print_json(values)
        return
    values["details"] = _details(customer)
    rows: list[tuple[object, ...]] = []
    for name, value in values.items():
        if value in (None, "", {}) or name in ("raw", "extra", "invalid"):
            continue
        problem = customer.invalid.get(name)
        mark = f"  [yellow]({escape(problem)})[/]" if problem else ""
        rows.append((_label(name), _said(name, value) + mark))
    rows.extend((escape(key), escape(str(value))) for key, value in customer.extra.items())
    out.print(table(["field", "value"], rows))
    changes = Change.objects.filter(resource="customer", record_id=customer.pk)[:20]
    if changes:
        out.print()
        out.print(
            table(
                ["when", "field", "before", "after", "source"],
                [
                    (_said("at", c.at), _label(c.field), _said(c.field, c.before), _said(c.field, c.after),
                     f"{c.get_source_display()} {c.reference or ''}")
                    for c in changes
                ],
                title="History",
            )
        )  # fmt: skip


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

    from counterfoil.mirror import spreadsheet
    from counterfoil.mirror.selection import SEARCH, Selection

    who, seen = acting.person(), acting.visible()
    only = {} if connection is None else {"connection": str(acting.connection(connection).pk)}
    chosen = Selection.of({SEARCH: search, **only})
    chosen = replace(chosen, visible=None if seen is None else tuple(sorted(seen)))
    written = 0

    def counted(rows: int) -> None:
        nonlocal written
        written = rows

    with nullcontext(sys.stdout.buffer) if output is None else output.open("wb") as file:
        for piece in spreadsheet.pieces(chosen.rows(timezone.now()), counted):
            file.write(piece)
        file.flush()
    structlog.get_logger().info(
        "customers exported", user=who.pk if who else None, rows=written, filters=chosen.names, complete=True
    )
    err.print(f"{written:,} customer{'s' if written != 1 else ''} written" + (f" to {output}." if output else "."))


def _details(customer: "Customer") -> str:
    """Whether what lists do not say is here; empty where they say everything."""
    from counterfoil.connectors.contract import Resource
    from counterfoil.mirror import details

    connector = customer.connection.connector
    if not details.only_in_detail(Resource.CUSTOMER, connector):
        return ""
    known = details.of(customer, Resource.CUSTOMER, connector)
    return {"whole": "fetched", "before": "from before its last change", "never": "not fetched yet"}[known]


def _to_call(customer: "Customer") -> dict[str, str | None]:
    from counterfoil.mirror import primary_phone

    found = primary_phone.of(customer)
    return {
        "primary_phone": found.number if found else None,
        "primary_phone_of": found.whose if found else None,
    }


def _label(name: str) -> str:
    from counterfoil.connectors.fields import LABELS

    return LABELS.get(name, name.replace("_", " ").capitalize())


def _said(name: str, value: object) -> str:
    """A value as people read it; moments in UTC, to the minute."""
    from counterfoil.mirror.state import State

    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "state":
        return State(str(value)).label
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return escape(str(value))


def record(customer: "Customer") -> dict[str, Any]:
    """A customer as JSON: keys as the columns."""
    from counterfoil.connectors.contract import Resource
    from counterfoil.connectors.fields import COLUMNS
    from counterfoil.mirror import details
    from counterfoil.mirror.freshness import last_synced

    return {
        "connection": customer.connection.name,
        "external_id": customer.external_id,
        **{name: getattr(customer, name) for name in COLUMNS},
        "state": customer.state,
        "last_synced_at": last_synced(customer),
        "upstream_modified_at": customer.upstream_modified_at,
        "first_seen_at": customer.first_seen_at,
        "updated_at": customer.updated_at,
        "details": details.of(customer, Resource.CUSTOMER, customer.connection.connector),
        "invalid": customer.invalid,
        "extra": customer.extra,
    }
