"""`counterfoil invoices`: list invoices, show one, and say whose they are."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, invoice_names
from counterfoil.cli.output import Column, brief, err, local_time, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import NotFound

if TYPE_CHECKING:
    from counterfoil.mirror.models import Invoice

app = typer.Typer(help="List invoices, show one, and say whose they are.", no_args_is_help=True)
app.command("unmatched")(invoice_names.unmatched)
app.command("match")(invoice_names.match)
app.command("unmatch")(invoice_names.unmatch)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Argument(help="Only invoices of this connection.")] = None,
    customer: Annotated[str | None, typer.Option("--client-id", help="Only invoices of this customer.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only with this status, as in overdue.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of invoices.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List invoices, newest first."""
    ready()
    from counterfoil.mirror.invoice_customer import names_shown
    from counterfoil.mirror.models import Invoice

    rows = acting_user.narrow(Invoice.objects.select_related("connection__owner", "customer"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    if customer is not None:
        rows = rows.filter(customer_external_id=customer)
    if status is not None:
        rows = rows.filter(status=status)
    invoices = list(rows.order_by("-date", "-id")[:limit])
    if as_json:
        print_json([record(invoice) for invoice in invoices])
        return
    if not invoices:
        err.print("No invoices.")
        return
    columns: list[Column] = [
        ("id", "keep"),
        *("number", "customer", "status", "date", "due"),
        *(("total", "right"), ("balance", "right"), ""),
    ]
    names = names_shown(invoices)
    out.print(table(columns, [_cells(invoice, names[invoice.pk]) for invoice in invoices]))


@app.command("show")
def show(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    invoice: Annotated[str, typer.Argument(help="Id of the invoice, or its number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Show one invoice."""
    ready()
    from counterfoil.mirror.models import Invoice

    chosen = acting_user.connection(connection)
    rows = Invoice.objects.select_related("connection__owner", "customer").filter(connection=chosen)
    found = rows.filter(external_id=invoice).first() or rows.filter(number=invoice).first()
    if found is None:
        raise NotFound(f"“{chosen.name}” has no invoice {invoice[:40]}.", "See `counterfoil invoices list`.")
    shown = record(found)
    if as_json:
        print_json(shown)
        return
    state = wording.record_state(found.state, wording.system(found.connection))
    out.print(f"[bold]{escape(str(found))}[/]  {escape(chosen.called)}  {escape(state)}")
    for key, value in shown.items():
        if key not in ("connection", "state") and value not in (None, "", {}):
            text = local_time(value) if isinstance(value, datetime) else str(value)
            out.print(f"  {key.replace('_', ' '):<21} {escape(text)}", soft_wrap=True)


def record(invoice: "Invoice") -> dict[str, Any]:
    """Return an invoice as JSON, keys named as the columns."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror.freshness import last_synced
    from counterfoil.mirror.invoice_customer import customer_values

    customer = invoice.customer.name if invoice.customer else None
    said = customer_values(invoice)
    names = (field.name for field in invoice._meta.fields if field.name in _SHOWN)  # noqa: SLF001
    return {
        "connection": invoice.connection.name,
        "key": invoice.pk,
        **{name: getattr(invoice, name) for name in names},
        "customer_name": customer or said.get("customer_name"),
        "last_synced_at": last_synced(invoice, Resource.INVOICE),
    }


_SHOWN = frozenset({
    "external_id", "number", "reference", "customer_external_id", "status", "date", "due_date",
    "currency", "total", "balance", "email", "paid_on", "upstream_created_at",
    "upstream_modified_at", "state", "first_seen_at", "updated_at",
})  # fmt: skip


def _cells(invoice: "Invoice", customer: str) -> tuple[object, ...]:
    return (
        escape(invoice.external_id or "–"),
        escape(brief(invoice.number, 24)),
        escape(brief(customer, 32)),
        escape(brief(invoice.status, 16)),
        invoice.date,
        invoice.due_date,
        _amount(invoice.total),
        _amount(invoice.balance),
        escape(invoice.currency or ""),
    )


def _amount(value: Any) -> str:
    return "" if value is None else f"{value:,.2f}"
