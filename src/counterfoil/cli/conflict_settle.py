"""`counterfoil conflicts settle`: a person decides one conflict, several, or all about a field."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, conflict_text, customer_text, edit_text
from counterfoil.cli.output import confirm, err, out
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import CounterfoilError, InvalidInput, NotFound

if TYPE_CHECKING:
    from counterfoil.mirror.models import Conflict, ContactPerson, Customer, Decision


def settle(
    words: Annotated[
        list[str],
        typer.Argument(
            help="Conflict numbers, then a decision. Changed on both sides: ours or theirs. Deleted in the "
            "connected system: recreate or drop. Maybe created already: same or new.",
            metavar="[NUMBER]... DECISION",
        ),
    ],
    as_record: Annotated[
        str | None,
        typer.Option("--as-record", metavar="ID", help="With same: the customer's id in the connected system."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All open conflicts of a connection. Takes ours or theirs.")
    ] = False,
    connection: Annotated[str | None, typer.Option("--connection", help="With --all: the connection.")] = None,
    field: Annotated[
        str | None, typer.Option("--field", help="With --all: only conflicts about this field.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Settle conflicts. The next push sends “ours”; “theirs” takes effect at once and discards the edit."""
    ready()
    *numbers, typed = words
    decision = _decision(typed)
    if everything:
        if numbers or connection is None or as_record is not None:
            raise InvalidInput(
                "--all takes --connection and a decision, but no conflict numbers.",
                "As in `counterfoil conflicts settle --all --connection main theirs`.",
            )
        _settle_all(connection, field, decision, yes=yes)
        return
    if connection is not None or field is not None:
        raise InvalidInput("--connection and --field only work with --all.", "Remove them, or add --all.")
    if not numbers:
        raise InvalidInput("Which conflict?", "Give its number; see `counterfoil conflicts list`.")
    chosen = [_find(number) for number in dict.fromkeys(numbers)]
    settled = [_settle_one(conflict, decision, as_record) for conflict in chosen]  # all, also after a failure
    if not all(settled):
        raise typer.Exit(1)


def _settle_one(conflict: "Conflict", decision: "Decision", as_record: str | None) -> bool:
    """Settle one of several and print any error, so that it does not keep the others from being settled."""
    from counterfoil.edits import person_conflict, resolve_conflict

    survivor: Customer | ContactPerson
    try:
        if conflict.resource == "contact_person":
            survivor = person_conflict.resolve_person(conflict, decision, acting_user.person())
        else:
            survivor = resolve_conflict.resolve(
                conflict, decision, acting_user.person(), _candidate(conflict, as_record)
            )
    except CounterfoilError as error:
        err.print(
            f"[red]Error:[/] Conflict {conflict.pk}: {escape(error.message)} {escape(error.advice)}",
            soft_wrap=True,
        )
        return False
    conflict.refresh_from_db()
    out.print(_result(conflict, survivor), soft_wrap=True)
    return True


def _settle_all(connection: str, field: str | None, decision: "Decision", *, yes: bool) -> None:
    from counterfoil.edits import resolve_conflict
    from counterfoil.mirror.models import Conflict, Decision

    if decision not in (Decision.OURS, Decision.THEIRS):
        raise InvalidInput(f"“{decision}” cannot be used with --all.", "Choose ours or theirs, or give numbers.")
    found = acting_user.connection(connection)
    kinds = [kind for kind, choices in resolve_conflict.CHOICES.items() if decision in choices]
    rows = Conflict.objects.filter(
        connection=found, resource="customer", settled_at=None, kind__in=kinds
    ).order_by("id")
    if field is not None:
        rows = rows.filter(field=field)
    chosen = list(rows)
    system = wording.system(found)
    where = escape(found.called) + (f" about {customer_text.label(field, system)}" if field else "")
    if not chosen:
        err.print(f"No open conflicts of {where} that this would settle.")
        return
    keep = "our values" if decision == Decision.OURS else f"{escape(wording.possessive(system))} values"
    if not yes and not confirm(f"Settle {len(chosen):,} conflicts of {where} and keep {keep}?"):
        raise typer.Exit(1)
    settled, problems = resolve_conflict.resolve_all(chosen, decision, acting_user.person())
    out.print(f"{settled:,} settled: {escape(wording.decision(decision, system))}.")
    for problem in dict.fromkeys(problems):
        err.print(f"[red]Error:[/] {escape(problem)}", soft_wrap=True)
    if problems:
        raise typer.Exit(1)


def _result(conflict: "Conflict", survivor: "Customer | ContactPerson") -> str:
    """Return what was decided, safe to print. `survivor` is the customer that has the edits now."""
    from counterfoil.mirror.models import Decision

    system = wording.system(conflict.connection)
    row = conflict_text.records([conflict])[conflict.pk]
    also = escape(customer_text.shown_id(survivor))
    after = {
        Decision.OURS: ". The next push sends it" if conflict.kind == "both" else "",
        Decision.RECREATE: f" here as {also}. The next push adds it to {escape(system)}",
        Decision.SAME: f" as {also}, which now has your edits",
        Decision.NEW: f". The next push adds it to {escape(system)}",
        Decision.WITHDRAWN: f": {escape(system)} has the customer after all. The next push sends the edits",
    }
    decision = Decision(conflict.decision)
    words = f"{escape(wording.decision(decision, system))}{after.get(decision, '')}"
    noun = "contact person" if conflict.resource == "contact_person" else "customer"
    about = f"{noun} {escape(customer_text.shown_id(row))}, {conflict_text.subject(conflict)}"
    return f"Conflict {conflict.pk} ({about}): {words}."


def _find(number: str) -> "Conflict":
    """Raise NotFound, or InvalidInput for what cannot be a number."""
    from counterfoil.mirror.models import Conflict

    if not number.isascii() or not number.isdigit() or len(number) > edit_text.DIGITS:
        raise InvalidInput(f"“{number[:20]}” is not a conflict number.", "See `counterfoil conflicts list`.")
    conflict = acting_user.narrow(Conflict.objects.select_related("connection").filter(pk=int(number))).first()
    if conflict is None:
        raise NotFound(f"There is no conflict {number}.", "See `counterfoil conflicts list`.")
    return conflict


def _decision(typed: str) -> "Decision":
    from counterfoil.edits.resolve_conflict import CHOICES
    from counterfoil.mirror.models import Decision

    decisions = [decision.value for choices in CHOICES.values() for decision in choices]
    if typed.strip().lower() not in decisions:
        raise InvalidInput(
            f"“{typed[:20]}” is not a decision.", f"Choose one of {', '.join(dict.fromkeys(decisions))}."
        )
    return Decision(typed.strip().lower())


def _candidate(conflict: "Conflict", as_record: str | None) -> int | None:
    """Return the key of the customer that is the one created. Raises InvalidInput where it is no candidate."""
    if as_record is None:
        return None
    candidates = conflict.theirs if isinstance(conflict.theirs, list) else []
    keys = [candidate["id"] for candidate in candidates if candidate["external_id"] == as_record]
    if not keys:
        ids = ", ".join(str(candidate["external_id"]) for candidate in candidates)
        raise InvalidInput(
            f"{as_record[:40]} is not one of the candidates.",
            f"Candidates are: {ids}." if ids else "There are none.",
        )
    return int(keys[0])
