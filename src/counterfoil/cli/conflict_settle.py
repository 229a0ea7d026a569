"""`counterfoil conflicts settle`: a person decides, about one conflict, several, or all of a kind."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, conflict_text, customer_text, edit_text
from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready
from counterfoil.errors import CounterfoilError, InvalidInput, NotFound

if TYPE_CHECKING:
    from counterfoil.mirror.models import Conflict, Customer, Decision


def settle(
    words: Annotated[
        list[str],
        typer.Argument(
            help="Numbers of conflicts, then the decision: ours or theirs; recreate or drop (deleted upstream); "
            "same or new (perhaps created already).",
            metavar="[NUMBER]... DECISION",
        ),
    ],
    as_record: Annotated[
        str | None,
        typer.Option("--as-record", metavar="ID", help="With same: which customer it is, by the upstream's id."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All open ones of a connection: ours or theirs.")
    ] = False,
    connection: Annotated[str | None, typer.Option("--connection", help="With --all: of this connection.")] = None,
    field: Annotated[str | None, typer.Option("--field", help="With --all: only about this field.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Settle conflicts. Ours is pushed by the next push; theirs counts at once, and the edit is over."""
    ready()
    *numbers, typed = words
    decision = _decision(typed)
    if everything:
        if numbers or connection is None or as_record is not None:
            raise InvalidInput(
                "With --all it is said of which connection, and no number.",
                "As in `counterfoil conflicts settle --all --connection main theirs`.",
            )
        _settle_all(connection, field, decision, yes=yes)
        return
    if connection is not None or field is not None:
        raise InvalidInput("A connection and a field are chosen with --all only.", "Leave them out.")
    if not numbers:
        raise InvalidInput("It is not said which conflict.", "Give its number; see `counterfoil conflicts list`.")
    chosen = [_find(number) for number in dict.fromkeys(numbers)]
    done = [_settle_or_say(conflict, decision, as_record) for conflict in chosen]  # all, also after a failure
    if not all(done):
        raise typer.Exit(1)


def _settle_or_say(conflict: "Conflict", decision: "Decision", as_record: str | None) -> bool:
    """One of several: what is wrong with it keeps no other from being settled."""
    from counterfoil.edits import resolve_conflict

    try:
        goes_on = resolve_conflict.resolve(conflict, decision, acting_user.person(), _chosen(conflict, as_record))
    except CounterfoilError as error:
        err.print(
            f"[red]Error:[/] Conflict {conflict.pk}: {escape(error.message)} {escape(error.advice)}",
            soft_wrap=True,
        )
        return False
    conflict.refresh_from_db()
    out.print(_said(conflict, goes_on), soft_wrap=True)
    return True


def _settle_all(connection: str, field: str | None, decision: "Decision", *, yes: bool) -> None:
    from counterfoil.edits import resolve_conflict
    from counterfoil.mirror.models import Conflict, Decision

    if decision not in (Decision.OURS, Decision.THEIRS):
        raise InvalidInput(f"“{decision}” is decided one by one.", "Choose ours or theirs with --all.")
    found = acting_user.connection(connection)
    kinds = [kind for kind, choices in resolve_conflict.CHOICES.items() if decision in choices]
    rows = Conflict.objects.filter(connection=found, settled_at=None, kind__in=kinds).order_by("id")
    if field is not None:
        rows = rows.filter(field=field)
    chosen = list(rows)
    of = escape(found.called) + (f" about {customer_text.label(field)}" if field else "")
    if not chosen:
        err.print(f"There is no open conflict of {of} to settle so.")
        return
    if not yes and not typer.confirm(f"Settle {len(chosen):,} conflicts of {of}: {decision.label.lower()}?"):
        raise typer.Exit(1)
    done, problems = resolve_conflict.resolve_all(chosen, decision, acting_user.person())
    out.print(f"{done:,} settled: {decision.label.lower()}.")
    for problem in dict.fromkeys(problems):
        err.print(f"[red]Error:[/] {escape(problem)}", soft_wrap=True)
    if problems:
        raise typer.Exit(1)


def _said(conflict: "Conflict", goes_on: "Customer") -> str:
    """What was decided, and about whom; safe to print."""
    from counterfoil.mirror.models import Decision

    row = conflict_text.customers([conflict])[conflict.record_id]
    about = escape(customer_text.called(row))
    also = escape(customer_text.called(goes_on))
    after = {
        Decision.OURS: "; the next push sends it" if conflict.kind == "both" else "",
        Decision.RECREATE: f" here, as {also}: the next push creates it upstream",
        Decision.SAME: f", {also}: what was typed goes on there",
        Decision.NEW: ": the next push creates it upstream",
    }
    words = f"{conflict.get_decision_display()}{after.get(Decision(conflict.decision), '')}"
    return f"Conflict {conflict.pk} of {about} ({conflict_text.what(conflict)}): {words}."


def _find(number: str) -> "Conflict":
    """Raises NotFound, InvalidInput."""
    from counterfoil.mirror.models import Conflict

    if not number.isascii() or not number.isdigit() or len(number) > edit_text.DIGITS:
        raise InvalidInput(f"“{number[:20]}” is no number of a conflict.", "See `counterfoil conflicts list`.")
    found = acting_user.narrow(Conflict.objects.select_related("connection").filter(pk=int(number))).first()
    if found is None:
        raise NotFound(f"There is no conflict {number}.", "See `counterfoil conflicts list`.")
    return found


def _decision(typed: str) -> "Decision":
    from counterfoil.edits.resolve_conflict import CHOICES
    from counterfoil.mirror.models import Decision

    known = [decision.value for choices in CHOICES.values() for decision in choices]
    if typed.strip().lower() not in known:
        raise InvalidInput(f"“{typed[:20]}” is no decision.", f"One of {', '.join(dict.fromkeys(known))}.")
    return Decision(typed.strip().lower())


def _chosen(conflict: "Conflict", as_record: str | None) -> int | None:
    """The key of the customer that a creation is the same as. Raises InvalidInput where it is none of those."""
    if as_record is None:
        return None
    entries = conflict.theirs if isinstance(conflict.theirs, list) else []
    found = [entry["id"] for entry in entries if entry["external_id"] == as_record]
    if not found:
        known = ", ".join(str(entry["external_id"]) for entry in entries)
        raise InvalidInput(
            f"{as_record[:40]} is none of those that it may be.",
            f"They are: {known}." if known else "There are none.",
        )
    return int(found[0])
