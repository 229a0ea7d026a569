"""`counterfoil sync`: bring the copy up to date, now, in this process."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.customer_text import label
from counterfoil.cli.file_check import show_check_of
from counterfoil.cli.output import brief, err, local_time, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.connections import wording
from counterfoil.errors import (
    Busy,
    CounterfoilError,
    CredentialsRefused,
    DiskFull,
    InvalidInput,
    NotFound,
    QuotaExhausted,
    Unreachable,
)

if TYPE_CHECKING:
    from datetime import datetime

    from counterfoil.cli.push import PushOutcome
    from counterfoil.mirror.models import Connection, Run
    from counterfoil.mirror.row import Prepared
    from counterfoil.runs.execute import Execution

_SHOWN = (
    "fetched",
    "created",
    "updated",
    "unchanged",
    "missing",
    "tombstoned",
    "failed",
    "api_calls",
    "seconds",
)
_ONLY_IF_ANY = ("tombstoned",)
HEADINGS = {"missing": "not found", "tombstoned": "deleted", "failed": "not imported", "api_calls": "API calls"}


def sync(
    connection: Annotated[str | None, typer.Argument(help="Name of the connection. Default: all of them.")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Full sync: list all records, not only changed ones.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, without changing anything.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after this many records.")] = None,
    client_id: Annotated[
        str | None, typer.Option(help="Only this customer, by the id in the connected system.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Records per page, up to the limit of the connected system.")
    ] = None,
    delay: Annotated[
        int | None,
        typer.Option(min=0, help="Fetch one page at a time, with this many milliseconds between requests."),
    ] = None,
    push: Annotated[
        bool, typer.Option("--push", help="Then send edits and new customers, as `push` does.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Sync a connection: customers first, then everything else.

    Exits with 0 only if it completed and every record was imported.
    """
    ready()
    from counterfoil.edits import request_push
    from counterfoil.runs.lifecycle import RunOptions

    connections = _connections(connection)
    if len(connections) > 1 and (as_json or client_id is not None):
        raise InvalidInput("There are several connections.", "Name the one to sync.")
    options = RunOptions(
        limit=limit, page_size=batch_size, delay=delay or None, dry_run=dry_run, client_id=client_id
    )
    if len(connections) == 1:
        if push:
            request_push.require_writable(connections[0])
        succeeded = _sync(connections[0], full=full, options=options, push=push, as_json=as_json)
    else:  # all, also after a failure
        results = [_sync_one_of_several(each, full=full, options=options, push=push) for each in connections]
        succeeded = all(results)
    if not succeeded:
        raise typer.Exit(1)


def show(run: "Run", *, as_json: bool = False) -> bool:
    """Print the result of a run. Returns whether it completed with every record imported."""
    from counterfoil.runs.report import report, succeeded

    numbers = report(run)
    if as_json:
        print_json(numbers)
    else:
        _print_table(numbers, run.connection.called)
    return succeeded(run)


def _sync(connection: "Connection", *, full: bool, options: Any, push: bool, as_json: bool) -> bool:
    from counterfoil.runs.report import succeeded

    executions = _run_parts(connection, full=full, options=options, as_json=as_json)
    runs = [execution.run for execution in executions]
    if not as_json:
        _print_calls(connection, runs)
    pushed = _push_after(connection, executions, options, as_json=as_json) if push else None
    if as_json:
        _print_as_json(runs, pushed)
    errors = [execution.error for execution in executions if execution.error is not None]
    if pushed is not None and pushed.error is not None:
        errors.append(pushed.error)
    for message in dict.fromkeys(str(error) for error in errors[1:] if str(error) != str(errors[0])):
        err.print(f"[red]Error:[/] {escape(message)}")
    if errors:
        raise errors[0]
    return all(succeeded(run) for run in runs) and (pushed is None or pushed.succeeded)


def _run_parts(connection: "Connection", *, full: bool, options: Any, as_json: bool) -> "list[Execution]":
    """Sync its resources one after the other; one that fails does not stop the next."""
    from counterfoil.sync import plan

    if not options.dry_run:
        map_waiting(connection)
    elif not as_json:
        show_check_of(connection)
    executions: list[Execution] = []
    for part in list(plan.plan_runs(connection, full=full, options=options)):
        run = plan.start_run(connection, part, options, acting_user.person())
        try:
            executions.append(run_here(run, quiet=as_json, person=options.client_id is not None))
        except Busy:
            plan.discard_run(run)
            raise
        if not as_json:
            if executions[-1].samples:
                _print_samples(run, executions[-1].samples)
            show(run)
        if isinstance(executions[-1].error, QuotaExhausted | DiskFull | Unreachable | CredentialsRefused):
            break  # the others would fail in the same way
    return executions


def map_waiting(connection: "Connection") -> None:
    """Execute what an upgrade has queued to be mapped again: without a worker nothing else does."""
    from counterfoil.mirror.models import Run, RunKind, RunState

    waiting = Run.objects.filter(connection=connection, kind=RunKind.REMAP, state=RunState.QUEUED)
    for run in waiting.order_by("pk"):
        with suppress(Busy):
            run_here(run, quiet=True)


def _push_after(
    connection: "Connection", executions: "list[Execution]", options: Any, *, as_json: bool
) -> "PushOutcome | None":
    """Push edits, unless the sync failed or waits: the connection may then lead to another system by mistake."""
    from counterfoil.cli import push
    from counterfoil.connections import factory
    from counterfoil.mirror.models import Customer, RunState

    name = escape(connection.called)
    if factory.writer(connection) is None:
        err.print(f"[dim]Edits of {name} are kept here only: nothing to push.[/]")
        return None
    for execution in executions:
        execution.run.refresh_from_db()
    if any(execution.run.state != RunState.COMPLETED for execution in executions):
        err.print(f"Nothing was pushed, because the sync of {name} did not complete.", soft_wrap=True)
        return None
    records = None
    if options.client_id is not None:
        rows = Customer.objects.filter(connection=connection, external_id=options.client_id)
        records = list(rows.values_list("pk", flat=True))
    if options.dry_run:
        if not as_json:
            push.show_plan(connection, records)
        return None
    pushed = push.push_now(connection, records, quiet=as_json)
    if not as_json:
        push.show(pushed)
    return pushed


def _print_details(connection: "Connection") -> None:
    """Print that fields which take a call for each record are fetched later, where any are left."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import details
    from counterfoil.mirror.models import Run, RunKind, RunState

    waiting = Run.objects.filter(connection=connection, kind=RunKind.DETAILS, state__in=RunState.UNDERWAY)
    if run := waiting.first():
        calls = details.reads_a_day(connection, Resource(run.resource))
        err.print(
            "[dim]A worker fetches details that lists leave out (addresses, notes) in the background, for up to "
            f"{calls:,} records a day.[/]"
        )


def _print_as_json(runs: "list[Run]", pushed: "PushOutcome | None") -> None:
    """Print one object: the run, or the sum of several with each of them under `runs`. A push is counted apart."""
    from counterfoil.cli import push
    from counterfoil.runs.report import report, sum_reports

    reports = [report(run) for run in runs]
    whole = reports[0] if len(reports) == 1 else {**sum_reports(reports), "runs": reports}
    print_json(whole if pushed is None else {**whole, "push": push.report(pushed)})


def _print_calls(connection: "Connection", runs: "list[Run]") -> None:
    """Print how many API calls the sync took for what, and what is fetched later."""
    if len(runs) < 2:
        return
    parts = ", ".join(f"{run.api_calls:,} for {_subject(run.kind, run.resource)}" for run in runs)
    out.print(f"API calls: [bold]{sum(run.api_calls for run in runs):,}[/] ({parts})", soft_wrap=True)
    _print_details(connection)


def _subject(kind: str, resource: str) -> str:
    """Return what a run reads, as in "contact persons"."""
    nouns = f"{resource.replace('_', ' ')}s"
    return f"unpaid {nouns}" if kind == "unpaid" else nouns


def _sync_one_of_several(connection: "Connection", *, full: bool, options: Any, push: bool) -> bool:
    """Sync and print any error, so that it does not keep the other connections from their sync."""
    try:
        return _sync(connection, full=full, options=options, push=push, as_json=False)
    except CounterfoilError as error:
        err.print(f"[red]Error:[/] {escape(connection.called)}: {escape(error.message)} {escape(error.advice)}")
        return False


def _connections(name: str | None) -> "list[Connection]":
    from counterfoil.mirror.models import Connection

    if name is not None:
        return [acting_user.connection(name)]
    connections = list(acting_user.narrow(Connection.objects.active()))
    if not connections:
        raise NotFound("Nothing is connected yet.", "Start with `counterfoil connect robaws --help`.")
    return connections


def _print_table(numbers: dict[str, Any], connection: str) -> None:
    state = str(numbers["state"])
    colour = {"completed": "green", "failed": "red"}.get(state, "yellow")
    kind, resource = str(numbers["kind"]), str(numbers["resource"])
    what = "" if resource == "customer" or kind == "unpaid" else f", {_subject(kind, resource)}"
    title = f"run {numbers['run']}: {wording.run_kind(kind)}{what}"
    out.print(
        f"[bold]{escape(connection)}[/]  {title}  [{colour}]{wording.run_state(state)}[/]"
        + _resumed(numbers["resumed_as_of"])
    )
    keys = [key for key in _SHOWN if numbers[key] or key not in _ONLY_IF_ANY]
    cells = [f"{numbers[key]:,.1f}" if key == "seconds" else f"{numbers[key]:,}" for key in keys]
    out.print(table([(HEADINGS.get(key, key), "right") for key in keys], [cells]))
    if numbers["note"] and state != "parked":  # why it waits is the error that is printed at the end
        out.print(f"Note: {numbers['note']}", soft_wrap=True, markup=False)
    if state == "needs_approval":
        err.print(f"Nothing was changed yet. Review and approve: [bold]counterfoil approve {numbers['run']}[/]")
    if numbers["failed"]:
        err.print("Import problems: [bold]counterfoil import-problems list[/]")


def _resumed(as_of: "datetime | None") -> str:
    """Return what a resumed run says of its age: what was read before the interruption was not read again."""
    return "" if as_of is None else f", resumed, as of {local_time(as_of, seconds=True)}"


def _print_samples(run: "Run", records: "list[Prepared]") -> None:
    from counterfoil.mapping.fields import LABELS_OF

    labels, system = LABELS_OF[run.resource], wording.system(run.connection)
    rows: list[tuple[object, ...]] = []
    for record in records:
        if record.id is None:
            rows.append((escape(record.external_id), "new", "", escape(record.name)))
        for change in record.changes:
            name = (
                label(change.field, system)
                if run.resource == "customer"
                else escape(labels.get(change.field, change.field))
            )
            rows.append((escape(record.external_id), name, _value(change.before), _value(change.after)))
    out.print(table(["id", "field", "now", "then"], rows, title="Would change (first records)"))


def _value(value: object) -> str:
    return "–" if value is None or value == "" else escape(brief(value, 40))
