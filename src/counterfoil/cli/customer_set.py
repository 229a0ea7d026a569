"""`counterfoil customers set`: edit fields of one customer."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text
from counterfoil.cli.customer_text import label, shown
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording

if TYPE_CHECKING:
    from counterfoil.edits.edit import EditResult
    from counterfoil.mirror.models import Customer


def set_(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    values: Annotated[
        list[str],
        typer.Argument(help="As in phone='03 234 56 78'; phone= clears the field.", metavar="FIELD=VALUE..."),
    ],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Save an e-mail or a phone number even if it cannot be right.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Edit fields of a customer. If one value cannot be used, nothing is changed.

    The new values show at once and wait to be sent. The former ones are kept until the edit is confirmed.
    """
    ready()
    from counterfoil.edits import edit, prefetch

    typed = edit_text.parse(values)
    customer = customer_text.find(connection, external_id)
    prefetch.fetch_details(customer, acting_user.person(), typed)
    with edit_text.naming_anyway():
        made = edit.edit_customer(customer, typed, acting_user.person(), with_invalid=anyway)
    customer.refresh_from_db()
    if as_json:
        print_json(
            {
                "connection": customer.connection.name,
                "key": customer.pk,
                "external_id": customer.external_id,
                "pending": made.pending,
                "here_only": made.here_only,
                "taken_back": made.undone,
                "unchanged": made.unchanged,
                "invalid": made.invalid,
            }
        )
        return
    system = wording.system(customer.connection)
    results = _results(customer, made, system)
    out.print(f"[bold]{escape(customer.name)}[/] ({escape(customer_text.shown_id(customer))})")
    rows = [
        (
            label(name, system),
            shown(name, getattr(customer, name), system),
            escape(results[name]),
            escape(made.invalid.get(name, "")),
        )
        for name in typed
    ]
    out.print(table(["field", "value", "result", "note" if made.invalid else ""], rows))
    if made.pending:
        err.print(f"[dim]Next: {edit_text.push_next(customer)}[/]", soft_wrap=True)


def _results(customer: "Customer", made: "EditResult", system: str) -> dict[str, str]:
    """Return what became of each field's value."""
    from counterfoil.mirror import edit_status

    edits = edit_status.edits_by_field(customer)
    return {
        **{
            name: wording.edit_state(edits[name][1], system)
            for name in (*made.pending, *made.here_only)
            if name in edits
        },
        **dict.fromkeys(made.undone, f"undone: {wording.possessive(system)} value again"),
        **dict.fromkeys(made.unchanged, "unchanged"),
    }
