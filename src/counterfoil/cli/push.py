"""`counterfoil push`: send edits and new customers to the connected system, now, in this process."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text
from counterfoil.cli.customer_text import label
from counterfoil.cli.output import Column, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.connections import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil.errors import CounterfoilError
    from counterfoil.mirror.edit_status import EditLine, PersonLeft, Unfinished
    from counterfoil.mirror.models import Connection, Customer, PendingDeletion, Run
    from counterfoil.mirror.sent_values import SentValue

_COUNTS = ("records", "pushed", "created", "refused", "conflicts", "api_calls", "seconds")
_HEADINGS = {"pushed": "sent", "refused": "rejected", "api_calls": "API calls"}


@dataclass(slots=True)
class PushOutcome:
    """A push that was carried out, what it could not send, and the error that ended it."""

    run: "Run"
    left: "list[Unfinished]" = field(default_factory=list)
    persons_left: "list[PersonLeft]" = field(default_factory=list)
    error: "CounterfoilError | None" = None

    @property
    def succeeded(self) -> bool:
        """Tell whether everything that was to be sent has arrived."""
        return self.error is None and not self.left and not self.persons_left and self.run.state == "completed"


def push(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    client_id: Annotated[
        list[str] | None, typer.Option("--client-id", help=f"Only this customer. {customer_text.ID}")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, without API calls.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Send edits and new customers to the connected system.

    Each customer is read again, merged, sent once and read back.

    Exits with 0 only if everything arrived, with 1 if something was rejected or needs a decision.
    """
    ready()
    chosen = acting_user.connection(connection)
    records = [customer_text.find(connection, each).pk for each in dict.fromkeys(client_id or ())] or None
    if dry_run:
        show_plan(chosen, records, as_json=as_json)
        return
    outcome = push_now(chosen, records, quiet=as_json)
    print_json(report(outcome)) if as_json else show(outcome)
    if outcome.error is not None:
        raise outcome.error
    if not outcome.succeeded:
        raise typer.Exit(1)


def push_now(connection: "Connection", records: "Sequence[int] | None", *, quiet: bool = False) -> PushOutcome:
    """Push what waits, or some records at once with a user's priority. Raises NotAllowed, Busy."""
    from django.utils import timezone

    from counterfoil.edits import request_push
    from counterfoil.mirror import edit_status

    before = timezone.now()
    run = request_push.start_push(connection, acting_user.person(), records)
    execution = run_here(run, quiet=quiet, person=records is not None)
    run.refresh_from_db()
    left = edit_status.unfinished(connection, records, before)
    return PushOutcome(run, left, edit_status.persons_left(connection, records, before), execution.error)


def report(outcome: PushOutcome) -> dict[str, Any]:
    """Return the result as JSON: counts, then what needs a word of what was sent, and what was not sent."""
    from counterfoil.mirror import sent_values

    run, sent = outcome.run, sent_values.of_run(outcome.run.pk)
    rows = _rows([*(left.record_id for left in outcome.left), *(value.record_id for value in sent)])
    return {
        "run": run.pk,
        "connection": run.connection.name,
        "kind": run.kind,
        "state": run.state,
        **_counts(run),
        "error": run.error,
        "note": run.note,
        "sent": [_sent_as_json(value, rows[value.record_id]) for value in sent],
        "left": [_left_as_json(left, rows[left.record_id]) for left in outcome.left],
        "persons_left": [_person_as_json(left) for left in outcome.persons_left],
    }


def show(outcome: PushOutcome) -> None:
    """Print the result as a table, then a line for each field or record that was not sent."""
    run, counts = outcome.run, _counts(outcome.run)
    colour = {"completed": "green", "failed": "red"}.get(run.state, "yellow")
    state = wording.run_state(run.state)
    out.print(f"[bold]{escape(run.connection.called)}[/]  run {run.pk}: push  [{colour}]{state}[/]")
    cells = [f"{counts[key]:,.1f}" if key == "seconds" else f"{counts[key]:,}" for key in _COUNTS]
    out.print(table([(_HEADINGS.get(key, key), "right") for key in _COUNTS], [cells]))
    if run.note and run.state != "parked":  # why it waits is the error that is printed at the end
        out.print(f"Note: {run.note}", soft_wrap=True, markup=False)
    _show_sent(run)
    if outcome.left:
        _show_left(run.connection, outcome.left)
    for left in outcome.persons_left:
        system = wording.system(run.connection)
        who = f"contact person {escape(customer_text.shown_id(left.person))}"
        why = edit_text.held_back(left.edit, left.state, system) or "It was not sent; the next push sends it."
        out.print(f"{who}  {label(left.edit.field, system)}  {why}", soft_wrap=True)


def show_plan(connection: "Connection", records: "Sequence[int] | None", *, as_json: bool = False) -> None:
    """Print what a push would send now, and what it would hold back. Raises NotAllowed."""
    from counterfoil.edits import request_push
    from counterfoil.mirror import edit_status
    from counterfoil.mirror.edit_status import EditState

    request_push.require_writable(connection)
    lines = edit_status.edit_lines(connection, records)
    sent = [line for line in lines if line.state == EditState.WAITS]
    kept = [line for line in lines if line.state != EditState.WAITS]
    deletions = edit_status.deletions(connection, records)
    rows = _rows(deletion.record_id for deletion in deletions)
    system = wording.system(connection)
    if as_json:
        print_json(
            {
                "connection": connection.name,
                "would_send": [edit_text.record(*line) for line in sent],
                "would_delete": [_deletion_as_json(one, rows[one.record_id]) for one in deletions if not one.held],
                "held_back": [edit_text.record(*line) for line in kept]
                + [_deletion_as_json(one, rows[one.record_id]) for one in deletions if one.held],
            }
        )
        return
    for deletion in deletions:
        row = rows[deletion.record_id]
        what = f"Would not delete: {deletion.held}" if deletion.held else f"Would delete in {system}"
        out.print(f"{escape(customer_text.shown_id(row))}  {escape(row.name)}  {escape(what)}", soft_wrap=True)
    if not sent and not deletions:
        err.print(f"No edits of {escape(connection.called)} are waiting to be sent.")
    if sent:
        unknown = edit_status.records_with_unknown_outcome(connection)
        columns: list[Column] = [*_WHO, f"in {escape(system)}", "here", ""]
        out.print(table(columns, [_planned(line, unknown, system) for line in sent], "Would send"))
    if kept:
        cells = [(*_who(line, system), edit_text.held_back(line.edit, line.state, system)) for line in kept]
        out.print(table([*_WHO, "reason"], cells, "Held back"))


_WHO: tuple[Column, ...] = (("id", "keep"), "name", "field")


def _who(line: "EditLine", system: str) -> tuple[str, str, str]:
    row = line.row
    name = edit_text.value("name", row.name, system)
    return escape(customer_text.shown_id(row)), name, label(line.edit.field, system)


def _planned(line: "EditLine", unknown: set[int], system: str) -> tuple[str, ...]:
    edit = line.edit
    note = "new customer" if line.row.external_id is None else ""
    if line.row.pk in unknown:
        note = "result of the last write unknown: looked up first"
    base, ours = (edit_text.value(edit.field, value, system) for value in (edit.base, edit.value))
    return (*_who(line, system), base, ours, note)


def _counts(run: "Run") -> dict[str, Any]:
    from counterfoil.mirror.models import Conflict, Source

    conflicts = Conflict.objects.filter(
        connection=run.connection_id, theirs_source=Source.PUSH, theirs_reference=run.pk, settled_at=None
    )
    return {
        "records": run.fetched,
        "pushed": run.pushed,
        "created": run.created,
        "refused": run.failed,
        "conflicts": conflicts.count(),
        "api_calls": run.api_calls,
        "seconds": round(run.seconds, 3),
    }


def _show_sent(run: "Run") -> None:
    """Print a line for each invalid value that was sent, and for each that was kept otherwise."""
    from counterfoil.mirror import sent_values

    sent, system = sent_values.of_run(run.pk), wording.system(run.connection)
    rows = _rows(value.record_id for value in sent)
    for value in sent:
        shown_id = customer_text.shown_id(rows[value.record_id])
        words = escape(wording.sent_value(value, system))
        out.print(f"{escape(shown_id)}  {label(value.field, system)}  {words}", soft_wrap=True)


def _sent_as_json(value: "SentValue", row: "Customer") -> dict[str, Any]:
    return {
        "key": row.pk,
        "external_id": row.external_id,
        "field": value.field,
        "value": value.value,
        "invalid": value.invalid or None,
        "kept": value.kept,
    }


def _show_left(connection: "Connection", leftovers: "Sequence[Unfinished]") -> None:
    from counterfoil.mirror.edit_status import EditState
    from counterfoil.mirror.models import Conflict

    rows = _rows(left.record_id for left in leftovers)
    conflicts = [left.conflict_id for left in leftovers if left.conflict_id is not None]
    kinds = dict(Conflict.objects.filter(pk__in=conflicts).values_list("pk", "kind"))
    system = wording.system(connection)
    out.print(f"[bold]Not in {escape(system)} yet[/]")
    for left in leftovers:
        kind = kinds.get(left.conflict_id) if left.conflict_id is not None else None
        about = label(left.field, system) if left.field else "the whole record"
        reason = left.reason if kind is None else wording.conflict_kind(kind, system)
        words = reason if left.state == EditState.WAITS else f"{wording.edit_state(left.state, system)}: {reason}"
        shown_id = customer_text.shown_id(rows[left.record_id])
        out.print(f"{escape(shown_id)}  {about}  {escape(words)}", soft_wrap=True)
    if conflicts:
        again = escape(acting_user.command(f"conflicts settle {conflicts[0]} …"))
        count = f"{len(conflicts):,} conflict{'s' if len(conflicts) != 1 else ''} to settle"
        err.print(f"[dim]{count}: see `counterfoil conflicts list`, then {again}[/]")


def _person_as_json(left: "PersonLeft") -> dict[str, Any]:
    return {
        "key": left.person.pk,
        "external_id": left.person.external_id,
        "field": left.edit.field,
        **edit_text.about(left.edit, left.state),
    }


def _deletion_as_json(deletion: "PendingDeletion", row: "Customer") -> dict[str, Any]:
    return {
        "key": row.pk,
        "external_id": row.external_id,
        "name": row.name,
        "field": None,
        "by": deletion.asked_by.get_username() if deletion.asked_by else None,
        "at": deletion.asked_at,
        "held": deletion.held or None,
    }


def _left_as_json(left: "Unfinished", row: "Customer") -> dict[str, Any]:
    return {
        "key": row.pk,
        "external_id": row.external_id,
        "field": left.field or None,
        "state": left.state.value,
        "words": left.reason,
        "conflict": left.conflict_id,
    }


def _rows(keys: "Any") -> "dict[int, Customer]":
    from counterfoil.mirror.models import Customer

    return Customer.objects.defer("raw").in_bulk(set(keys))
