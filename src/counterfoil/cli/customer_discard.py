"""`counterfoil customers discard`: drop a customer that was created here and never sent."""

from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text
from counterfoil.cli.output import out
from counterfoil.cli.ready import ready
from counterfoil.connections import wording


def discard(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
) -> None:
    """Discard a customer that exists only here, so that no push sends it. It stays on record."""
    ready()
    from counterfoil.edits import create

    customer = customer_text.find(connection, external_id)
    create.discard_customer(customer, acting_user.person())
    system = escape(wording.system(customer.connection))
    out.print(f"Discarded [bold]{escape(customer.name)}[/]. It will not be added to {system}.", soft_wrap=True)
