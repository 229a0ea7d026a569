"""`counterfoil customers create`: add a customer here, and to the connected system by the next push."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text, push
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording

if TYPE_CHECKING:
    from counterfoil.cli.push import PushOutcome
    from counterfoil.edits.find_or_create import Creation
    from counterfoil.matching.score import Hit
    from counterfoil.mirror.models import Customer


_ANYWAY = "Create it without looking for duplicates, and even if an e-mail or a phone number cannot be right."


def create(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    values: Annotated[
        list[str],
        typer.Argument(help="As in name='Garage Peeters'. A name is required.", metavar="FIELD=VALUE..."),
    ],
    push_now: Annotated[bool, typer.Option("--push", help="Send it to the connected system at once.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help=_ANYWAY)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Create a customer here, even while the connected system is down. The next push adds it there, once.

    A customer that exists already, by its name and VAT number, is returned instead. Where that is not certain, as
    with a shared e-mail address or phone, possible duplicates are listed and nothing is created, unless you add
    --anyway.
    """
    ready()
    from counterfoil.edits import find_or_create

    chosen = acting_user.connection(connection)
    typed = edit_text.parse(values)
    with edit_text.naming_anyway():
        creation = find_or_create.find_or_create(
            chosen, typed, acting_user.person(), anyway=anyway, with_invalid=anyway
        )
    if creation.customer is None or not creation.created:
        _print_existing(creation, as_json=as_json)
        return
    customer, system = creation.customer, wording.system(chosen)
    if not as_json:
        _print_created(customer, system)
    pushed = push.push_now(chosen, [customer.pk], quiet=as_json) if push_now else None
    customer.refresh_from_db()
    if as_json:
        print_json(_record(customer, pushed))
    elif pushed is not None:
        push.show(pushed)
        if customer.external_id is not None:
            out.print(f"Added to {escape(system)} as [bold]{escape(customer.external_id)}[/].")
    else:
        err.print(f"[dim]Next: {edit_text.push_next(customer)}[/]", soft_wrap=True)
    if pushed is not None and pushed.error is not None:
        raise pushed.error
    if pushed is not None and not pushed.succeeded:
        raise typer.Exit(1)


def _print_created(customer: "Customer", system: str) -> None:
    out.print(
        f"Created [bold]{escape(customer.name)}[/] here as [bold]#{customer.pk}[/]. "
        f"The next push adds it to {escape(system)}.",
        soft_wrap=True,
    )
    for name, problem in customer.invalid.items():
        err.print(f"[yellow]{customer_text.label(name, system)}: {escape(problem)}[/]")


def _print_existing(creation: "Creation", *, as_json: bool) -> None:
    """Print the customer that exists already, or possible duplicates and exit with 1."""
    hits = creation.resolution.hits if creation.resolution else ()
    existing = creation.customer
    if as_json:
        keys = {"key": existing.pk, "external_id": existing.external_id, "name": existing.name} if existing else {}
        print_json({"made": False, **keys, "candidates": [_hit(hit) for hit in hits]})
    elif existing is not None:
        out.print(
            f"Already exists: {_shown_id(existing.pk, existing.external_id)} {escape(existing.name)}",
            soft_wrap=True,
        )
    else:
        err.print("Nothing was created: the customer may exist already.")
        columns = (("customer", "keep"), "name", ("match", "right"), ("reason", "keep"))
        cells = [
            (
                _shown_id(hit.candidate.key, hit.candidate.external_id),
                escape(hit.candidate.name),
                f"{hit.score:.0%}",
                escape(hit.reason),
            )
            for hit in hits
        ]
        out.print(table(columns, cells))
        err.print("[dim]Edit one of them, or create a new one with --anyway.[/]")
    if existing is None:
        raise typer.Exit(1)
    if not as_json:
        out.print(f"[dim]Match: {escape(hits[0].reason)}. Nothing was created.[/]", soft_wrap=True)


def _shown_id(key: int, external_id: str | None) -> str:
    return escape(external_id) if external_id else f"#{key}"


def _hit(hit: "Hit") -> dict[str, object]:
    candidate = hit.candidate
    return {
        "key": candidate.key,
        "external_id": candidate.external_id,
        "name": candidate.name,
        "score": round(hit.score, 2),
        "because": hit.reason,
    }


def _record(customer: "Customer", pushed: "PushOutcome | None") -> dict[str, object]:
    return {
        "connection": customer.connection.name,
        "key": customer.pk,
        "external_id": customer.external_id,
        "name": customer.name,
        "state": customer.state,
        "invalid": customer.invalid,
        **({} if pushed is None else {"push": push.report(pushed)}),
    }
