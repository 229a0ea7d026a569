"""`counterfoil push`: send what was edited here to its upstream, now, in this process."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text
from counterfoil.cli.customer_text import label
from counterfoil.cli.output import Column, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil.errors import CounterfoilError
    from counterfoil.mirror.edit_status import EditLine, LeftOver
    from counterfoil.mirror.models import Connection, Customer, Run

_COUNTS = ("records", "pushed", "created", "refused", "conflicts", "api_calls", "seconds")
_HEADINGS = {"api_calls": "API calls"}


@dataclass(slots=True)
class PushOutcome:
    """A push that was carried out, what it has left to do, and the error that ended it."""

    run: "Run"
    left: "list[LeftOver]" = field(default_factory=list)
    error: "CounterfoilError | None" = None

    @property
    def well(self) -> bool:
        """Whether everything that was to be sent has arrived."""
        return self.error is None and not self.left and self.run.state == "completed"


def push(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    client_id: Annotated[
        list[str] | None, typer.Option("--client-id", help=f"Only this customer. {customer_text.ID}")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be sent; no call is made.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Push edits and new customers to their upstream: each is read again, merged, sent once and read back.

    Exit 0 only where all of it arrived: 1 where something was refused or waits for a decision.
    """
    ready()
    chosen = acting_user.connection(connection)
    records = [customer_text.find(connection, one).pk for one in dict.fromkeys(client_id or ())] or None
    if dry_run:
        show_plan(chosen, records, as_json=as_json)
        return
    done = push_now(chosen, records, quiet=as_json)
    print_json(report(done)) if as_json else show(done)
    if done.error is not None:
        raise done.error
    if not done.well:
        raise typer.Exit(1)


def push_now(connection: "Connection", records: "Sequence[int] | None", *, quiet: bool = False) -> PushOutcome:
    """Push what waits, or some records as for somebody who watches. Raises NotAllowed, Busy."""
    from django.utils import timezone

    from counterfoil.edits import request_push
    from counterfoil.mirror import edit_status

    before = timezone.now()
    run = request_push.start_push(connection, acting_user.person(), records)
    execution = run_here(run, quiet=quiet, person=records is not None)
    run.refresh_from_db()
    return PushOutcome(run, edit_status.left_over(connection, records, before), execution.error)


def report(done: PushOutcome) -> dict[str, Any]:
    """As JSON: counts, then a line for each field or record that is left."""
    run = done.run
    rows = _rows(one.record_id for one in done.left)
    return {
        "run": run.pk,
        "connection": run.connection.name,
        "kind": run.kind,
        "state": run.state,
        **_counts(run),
        "error": run.error,
        "note": run.note,
        "left": [_left_as_json(one, rows[one.record_id]) for one in done.left],
    }


def show(done: PushOutcome) -> None:
    """As a table, then a line for each field or record that is left."""
    run, counts = done.run, _counts(done.run)
    colour = {"completed": "green", "failed": "red"}.get(run.state, "yellow")
    out.print(f"[bold]{escape(run.connection.called)}[/]  push {run.pk}  [{colour}]{run.state}[/]")
    cells = [f"{counts[key]:,.1f}" if key == "seconds" else f"{counts[key]:,}" for key in _COUNTS]
    out.print(table([(_HEADINGS.get(key, key), "right") for key in _COUNTS], [cells]))
    for name, words in (("Note", run.note), ("Error", run.error)):
        if words:
            out.print(f"{name}: {words}", soft_wrap=True, markup=False)
    if done.left:
        _show_left(done.left)


def show_plan(connection: "Connection", records: "Sequence[int] | None", *, as_json: bool = False) -> None:
    """What a push would send now, and what it would hold back. Raises NotAllowed."""
    from counterfoil.edits import request_push
    from counterfoil.mirror import edit_status
    from counterfoil.mirror.edit_status import EditState

    request_push.require_writable(connection)
    lines = edit_status.edit_lines(connection, records)
    sent = [line for line in lines if line.standing == EditState.WAITS]
    kept = [line for line in lines if line.standing != EditState.WAITS]
    if as_json:
        print_json(
            {
                "connection": connection.name,
                "would_send": [edit_text.record(*line) for line in sent],
                "held_back": [edit_text.record(*line) for line in kept],
            }
        )
        return
    if not sent:
        err.print(f"Nothing of {escape(connection.called)} waits to be pushed.")
    else:
        unknown = edit_status.records_with_unknown_outcome(connection)
        out.print(table([*_WHO, "upstream", "ours", ""], [_planned(line, unknown) for line in sent], "Would send"))
    if kept:
        cells = [(*_who(line), edit_text.held_back(line.edit, line.standing)) for line in kept]
        out.print(table([*_WHO, "why"], cells, "Held back"))


_WHO: tuple[Column, ...] = (("id", "keep"), "name", "field")


def _who(line: "EditLine") -> tuple[str, str, str]:
    row = line.row
    return escape(customer_text.called(row)), edit_text.value("name", row.name), label(line.edit.field)


def _planned(line: "EditLine", unknown: set[int]) -> tuple[str, ...]:
    edit = line.edit
    note = "a new customer" if line.row.external_id is None else ""
    if line.row.pk in unknown:
        note = "what became of the last write is looked up first"
    base, ours = edit_text.value(edit.field, edit.base), edit_text.value(edit.field, edit.value)
    return (*_who(line), base, ours, note)


def _counts(run: "Run") -> dict[str, Any]:
    from counterfoil.mirror.models import Conflict, Source

    raised = Conflict.objects.filter(
        connection=run.connection_id, theirs_source=Source.PUSH, theirs_reference=run.pk, settled_at=None
    )
    return {
        "records": run.fetched,
        "pushed": run.pushed,
        "created": run.created,
        "refused": run.failed,
        "conflicts": raised.count(),
        "api_calls": run.api_calls,
        "seconds": round(run.seconds, 3),
    }


def _show_left(left: "Sequence[LeftOver]") -> None:
    rows = _rows(one.record_id for one in left)
    out.print("[bold]Not upstream[/]")
    for one in left:
        about = label(one.field) if one.field else "the whole record"
        words = f"{one.standing.label}: {escape(one.words)}"
        out.print(f"{escape(customer_text.called(rows[one.record_id]))}  {about}  {words}", soft_wrap=True)
    settle = [one.conflict_id for one in left if one.conflict_id is not None]
    if settle:
        again = escape(acting_user.command(f"conflicts settle {settle[0]} …"))
        err.print(f"[dim]{len(settle):,} to be decided: `counterfoil conflicts list`, then {again}[/]")


def _left_as_json(one: "LeftOver", row: "Customer") -> dict[str, Any]:
    return {
        "key": row.pk,
        "external_id": row.external_id,
        "field": one.field or None,
        "state": one.standing.value,
        "words": one.words,
        "conflict": one.conflict_id,
    }


def _rows(keys: "Any") -> "dict[int, Customer]":
    from counterfoil.mirror.models import Customer

    return Customer.objects.defer("raw").in_bulk(set(keys))
