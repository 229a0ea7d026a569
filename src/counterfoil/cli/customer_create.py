"""`counterfoil customers create`: a customer made here, and created upstream by the next push."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text, push
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready

if TYPE_CHECKING:
    from counterfoil.cli.push import PushOutcome
    from counterfoil.edits.find_or_create import Creation
    from counterfoil.matching.score import Hit
    from counterfoil.mirror.models import Customer


def create(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    values: Annotated[
        list[str], typer.Argument(help="As in name='Garage Peeters'; a name is needed.", metavar="FIELD=VALUE...")
    ],
    push_now: Annotated[bool, typer.Option("--push", help="Create it upstream at once.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Make a new one without looking whether it is there already.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a customer here, also while the upstream cannot be reached: the next push creates it there, once.

    One that is there already, by VAT number, e-mail, phone or name, is found instead of made a second time; where
    that is not sure, those that may be it are listed and nothing is made (--anyway makes one).
    """
    ready()
    from counterfoil.edits import find_or_create

    chosen = acting_user.connection(connection)
    typed = edit_text.typed(values)
    creation = find_or_create.find_or_create(chosen, typed, acting_user.person(), anyway=anyway)
    if creation.customer is None or not creation.made:
        _say_what_is_there(creation, as_json=as_json)
        return
    customer = creation.customer
    if not as_json:
        _say(customer)
    done = push.push_now(chosen, [customer.pk], quiet=as_json) if push_now else None
    customer.refresh_from_db()
    if as_json:
        print_json(_record(customer, done))
    elif done is not None:
        push.show(done)
        if customer.external_id is not None:
            out.print(f"Created upstream as [bold]{escape(customer.external_id)}[/].")
    else:
        err.print(f"[dim]Next: {edit_text.push_next(customer)}[/]", soft_wrap=True)
    if done is not None and done.error is not None:
        raise done.error
    if done is not None and not done.well:
        raise typer.Exit(1)


def _say(customer: "Customer") -> None:
    out.print(
        f"Made [bold]{escape(customer.name)}[/] as [bold]#{customer.pk}[/], "
        f"{customer.get_state_display().lower()}: the next push does it.",
        soft_wrap=True,
    )
    for name, problem in customer.invalid.items():
        err.print(f"[yellow]{customer_text.label(name)}: {escape(problem)}[/]")


def _say_what_is_there(creation: "Creation", *, as_json: bool) -> None:
    """The one that was found; or those that may be it, which ends with 1: nothing was done."""
    hits = creation.resolution.hits if creation.resolution else ()
    found = creation.customer
    if as_json:
        known = {} if found is None else {"key": found.pk, "external_id": found.external_id, "name": found.name}
        print_json({"made": False, **known, "candidates": [_hit(hit) for hit in hits]})
    elif found is not None:
        out.print(f"Already there: {_called(found.pk, found.external_id)} {escape(found.name)}", soft_wrap=True)
    else:
        err.print("Nothing was made: it may be there already.")
        columns = (("customer", "keep"), "name", ("score", "right"), ("because", "keep"))
        cells = [
            (
                _called(hit.candidate.key, hit.candidate.external_id),
                escape(hit.candidate.name),
                f"{hit.score:.0%}",
                escape(hit.why),
            )
            for hit in hits
        ]
        out.print(table(columns, cells))
        err.print("[dim]Edit one of them, or make a new one all the same with --anyway.[/]")
    if found is None:
        raise typer.Exit(1)
    if not as_json:
        out.print(f"[dim]Because of the {escape(hits[0].why)}. Nothing was made.[/]", soft_wrap=True)


def _called(key: int, external_id: str | None) -> str:
    return escape(external_id) if external_id else f"#{key}"


def _hit(hit: "Hit") -> dict[str, object]:
    one = hit.candidate
    return {
        "key": one.key,
        "external_id": one.external_id,
        "name": one.name,
        "score": round(hit.score, 2),
        "because": hit.why,
    }


def _record(customer: "Customer", done: "PushOutcome | None") -> dict[str, object]:
    return {
        "connection": customer.connection.name,
        "key": customer.pk,
        "external_id": customer.external_id,
        "name": customer.name,
        "state": customer.state,
        "invalid": customer.invalid,
        **({} if done is None else {"push": push.report(done)}),
    }
