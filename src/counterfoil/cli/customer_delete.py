"""`counterfoil customers delete`: delete a customer in the connected system, after a look at its dependents."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text, push
from counterfoil.cli.output import confirm, err, out, print_json
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import InvalidInput, NotPossibleNow

if TYPE_CHECKING:
    from counterfoil.cli.push import PushOutcome
    from counterfoil.mirror.dependents import Dependents
    from counterfoil.mirror.models import Customer


def delete(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    push_now: Annotated[bool, typer.Option("--push", help="Delete it in the connected system at once.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Keep a customer whose deletion still waits.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object. Needs --yes.")] = False,
) -> None:
    """Delete a customer in the connected system, with the next push. First shows what depends on it, and asks.

    If the customer changes there before it is deleted, you are asked again. A customer that exists only here is
    discarded.
    """
    ready()
    customer = customer_text.find(connection, external_id)
    if undo:
        _undo(customer, as_json=as_json)
    elif as_json and not yes:
        raise InvalidInput("--json cannot ask for confirmation.", "Add --yes.")
    elif customer.state == "local":
        _discard(customer, yes=yes, as_json=as_json)
    else:
        _confirm(customer, push_now=push_now, yes=yes, as_json=as_json)


def _confirm(customer: "Customer", *, push_now: bool, yes: bool, as_json: bool) -> None:
    from counterfoil.edits import delete, prefetch

    prefetch.fetch_details(customer, acting_user.person())
    question = delete.DeletionQuestion.about(customer)
    delete.require_consent(customer.connection)
    system = wording.system(customer.connection)
    if not as_json:
        out.print(f"[bold]{escape(customer.name)}[/] ({escape(customer_text.shown_id(customer))})", soft_wrap=True)
        for line in depending(question.dependents):
            out.print(f"  {line}")
    if not yes and not confirm(f"Delete this customer in {system}?"):
        raise typer.Exit(1)
    delete.confirm_deletion(customer, question.mark, acting_user.person())
    pushed = push.push_now(customer.connection, [customer.pk], quiet=as_json) if push_now else None
    customer.refresh_from_db()
    if as_json:
        print_json(_record(customer, question.dependents, pushed))
    elif pushed is not None:
        push.show(pushed)
        if customer.state == "tombstone":
            out.print(f"Deleted in {escape(system)}. Its row and history are kept here.", soft_wrap=True)
    else:
        out.print(f"The next push deletes it in {escape(system)}.", soft_wrap=True)
        err.print(f"[dim]Next: {edit_text.push_next(customer)}[/]", soft_wrap=True)
    if pushed is not None and pushed.error is not None:
        raise pushed.error
    if pushed is not None and not pushed.succeeded:
        raise typer.Exit(1)


def depending(dependents: "Dependents") -> list[str]:
    """Return a line for each kind of record that depends on a customer, and one for none at all."""
    lines = [
        _count(dependents.persons, "contact person"),
        _count(dependents.invoices, "invoice") + (f", {dependents.unpaid:,} unpaid" if dependents.unpaid else ""),
        _count(dependents.edits, "edit") + ", which will be discarded",
        _count(dependents.conflicts, "open conflict"),
    ]
    counts = (dependents.persons, dependents.invoices, dependents.edits, dependents.conflicts)
    found = [line for line, count in zip(lines, counts, strict=True) if count]
    return found or ["Nothing here depends on this customer."]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _discard(customer: "Customer", *, yes: bool, as_json: bool) -> None:
    from counterfoil.edits import create
    from counterfoil.mirror.dependents import Dependents

    system = wording.system(customer.connection)
    if not yes and not confirm(f"Discard {customer.name}? It is not in {system} yet."):
        raise typer.Exit(1)
    create.discard_customer(customer, acting_user.person())
    customer.refresh_from_db()
    if as_json:
        print_json(_record(customer, Dependents(), None))
        return
    out.print(
        f"Discarded [bold]{escape(customer.name)}[/]. It will not be added to {escape(system)}.", soft_wrap=True
    )


def _undo(customer: "Customer", *, as_json: bool) -> None:
    from counterfoil.edits import delete
    from counterfoil.mirror.dependents import Dependents

    if not delete.undo_deletion(customer):
        raise NotPossibleNow("This customer is not about to be deleted.", "There is nothing to undo.")
    if as_json:
        print_json(_record(customer, Dependents.of_customer(customer), None))
        return
    out.print(f"[bold]{escape(customer.name)}[/] is kept.", soft_wrap=True)


def _record(customer: "Customer", dependents: "Dependents", pushed: "PushOutcome | None") -> dict[str, Any]:
    return {
        "connection": customer.connection.name,
        "key": customer.pk,
        "external_id": customer.external_id,
        "name": customer.name,
        "state": customer.state,
        "deletion": deletion(customer),
        "dependents": dependents.to_json(),
        **({} if pushed is None else {"push": push.report(pushed)}),
    }


def deletion(customer: "Customer") -> dict[str, Any] | None:
    """Return the deletion of a customer that waits, as JSON; None where none does."""
    from counterfoil.mirror.models import PendingDeletion

    found = PendingDeletion.objects.for_record(customer.pk).select_related("asked_by").first()
    if found is None:
        return None
    by = found.asked_by.get_username() if found.asked_by else None
    return {"by": by, "at": found.asked_at, "held": found.held or None}
