"""`counterfoil customers create`: a customer made here, and created upstream by the next push."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting, customer_words, edit_words, push
from counterfoil.cli.output import err, out, print_json
from counterfoil.cli.ready import ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterfoil.cli.push import Pushed
    from counterfoil.mirror.models import Connection, Customer


def create(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    values: Annotated[
        list[str], typer.Argument(help="As in name='Garage Peeters'; a name is needed.", metavar="FIELD=VALUE...")
    ],
    push_now: Annotated[bool, typer.Option("--push", help="Create it upstream at once.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a customer here, also while the upstream cannot be reached: the next push creates it there, once."""
    ready()
    chosen = acting.connection(connection)
    customer = creation(chosen, edit_words.typed(values))
    if not as_json:
        _say(customer)
    done = push.carried_out(chosen, [customer.pk], quiet=as_json) if push_now else None
    customer.refresh_from_db()
    if as_json:
        print_json(_record(customer, done))
    elif done is not None:
        push.show(done)
        if customer.external_id is not None:
            out.print(f"Created upstream as [bold]{escape(customer.external_id)}[/].")
    else:
        err.print(f"[dim]Next: {edit_words.push_next(customer)}[/]", soft_wrap=True)
    if done is not None and done.error is not None:
        raise done.error
    if done is not None and not done.well:
        raise typer.Exit(1)


def creation(connection: "Connection", typed: "Mapping[str, str]") -> "Customer":
    """The customer that whoever acts has asked for. Raises WrongSetting, NotAllowed."""
    from counterfoil.edits import local

    return local.create(connection, typed, acting.person())


def _say(customer: "Customer") -> None:
    out.print(
        f"Made [bold]{escape(customer.name)}[/] as [bold]#{customer.pk}[/], "
        f"{customer.get_state_display().lower()}: the next push does it.",
        soft_wrap=True,
    )
    for name, problem in customer.invalid.items():
        err.print(f"[yellow]{customer_words.label(name)}: {escape(problem)}[/]")


def _record(customer: "Customer", done: "Pushed | None") -> dict[str, object]:
    return {
        "connection": customer.connection.name,
        "key": customer.pk,
        "external_id": customer.external_id,
        "name": customer.name,
        "state": customer.state,
        "invalid": customer.invalid,
        **({} if done is None else {"push": push.report(done)}),
    }
