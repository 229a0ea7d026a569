"""`counterfoil customers discard`: give up a customer that was made here and never created upstream."""

from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text
from counterfoil.cli.output import out
from counterfoil.cli.ready import ready


def discard(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
) -> None:
    """Give up a customer that was not created upstream yet: no push creates it. It stays on record."""
    ready()
    from counterfoil.edits import create

    customer = customer_text.find(connection, external_id)
    create.discard_customer(customer, acting_user.person())
    out.print(f"[bold]{escape(customer.name)}[/] is discarded: it is not created upstream.", soft_wrap=True)
