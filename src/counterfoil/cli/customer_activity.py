"""`counterfoil customers deactivate` and `activate`: as an edit, sent by the next push."""

from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text
from counterfoil.cli.output import err, out, print_json
from counterfoil.cli.ready import ready
from counterfoil.connections import wording


def deactivate(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Deactivate a customer, in the connected system with the next push. `customers activate` undoes it."""
    _set(connection, external_id, active=False, as_json=as_json)


def activate(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Activate a customer again, in the connected system with the next push."""
    _set(connection, external_id, active=True, as_json=as_json)


def _set(connection: str, external_id: str, *, active: bool, as_json: bool) -> None:
    ready()
    from counterfoil.edits import activity

    customer = customer_text.find(connection, external_id)
    made = activity.set_active(customer, acting_user.person(), active=active)
    customer.refresh_from_db()
    if as_json:
        print_json(
            {
                "connection": customer.connection.name,
                "key": customer.pk,
                "external_id": customer.external_id,
                "is_active": customer.is_active,
                "pending": made.pending,
                "taken_back": made.undone,
                "unchanged": made.unchanged,
            }
        )
        return
    word = "active" if active else "inactive"
    name, system = escape(customer.name), escape(wording.system(customer.connection))
    if made.pending:
        out.print(f"[bold]{name}[/] is {word} here, and in {system} with the next push.", soft_wrap=True)
        err.print(f"[dim]Next: {edit_text.push_next(customer)}[/]", soft_wrap=True)
    elif made.undone:
        out.print(f"[bold]{name}[/] is {word}, as in {system}.", soft_wrap=True)
    else:
        out.print(f"[bold]{name}[/] is {word} already.", soft_wrap=True)
