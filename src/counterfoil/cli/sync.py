"""`counterfoil sync`: bring the copy up to date, now, in this process."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import brief, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.errors import Busy, CounterfoilError, DiskFull, InvalidInput, NotFound, QuotaExhausted

if TYPE_CHECKING:
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
_WHERE_ANY = ("tombstoned",)
"""Shown only where there are any."""
_HEADINGS = {"api_calls": "API calls"}


def sync(
    connection: Annotated[str | None, typer.Argument(help="Its name; without one: all of them.")] = None,
    full: Annotated[bool, typer.Option("--full", help="List everything, also what did not change.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many records.")] = None,
    client_id: Annotated[str | None, typer.Option(help="Read one record by the upstream's id.")] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Records per page (at most what the upstream gives, 100).")
    ] = None,
    delay: Annotated[
        int | None, typer.Option(min=0, help="Least milliseconds between page requests, one at a time.")
    ] = None,
    push: Annotated[bool, typer.Option("--push", help="Then push what was edited here.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Mirror what a connection gives: customers first. Exit 0 only where the run completed and nothing failed."""
    ready()
    from counterfoil.edits import request_push
    from counterfoil.runs.lifecycle import RunOptions

    chosen = _chosen(connection)
    if len(chosen) > 1 and (as_json or client_id is not None):
        raise InvalidInput("Several connections are there.", "Name the one to sync.")
    options = RunOptions(
        limit=limit, page_size=batch_size, delay=delay or None, dry_run=dry_run, client_id=client_id
    )
    if len(chosen) == 1:
        if push:
            request_push.require_writable(chosen[0])
        good = _sync_one(chosen[0], full=full, options=options, push=push, as_json=as_json)
    else:  # all, also after a failure
        done = [_sync_or_say(each, full=full, options=options, push=push) for each in chosen]
        good = all(done)
    if not good:
        raise typer.Exit(1)


def show(run: "Run", *, as_json: bool = False) -> bool:
    """Print a run's result. Returns whether it completed and nothing failed."""
    from counterfoil.runs.report import report, succeeded

    numbers = report(run)
    if as_json:
        print_json(numbers)
    else:
        _print_table(numbers, run.connection.called)
    return succeeded(run)


def _sync_one(connection: "Connection", *, full: bool, options: Any, push: bool, as_json: bool) -> bool:
    """What it gives, then the push, if wished."""
    from counterfoil.runs.report import succeeded

    done = _read_parts(connection, full=full, options=options, as_json=as_json)
    runs = [execution.run for execution in done]
    if not as_json:
        _print_calls(connection, runs)
    pushed = _push_after(connection, done, options, as_json=as_json) if push else None
    if as_json:
        _print_as_json(runs, pushed)
    errors = [execution.error for execution in done if execution.error is not None]
    if pushed is not None and pushed.error is not None:
        errors.append(pushed.error)
    for said in dict.fromkeys(str(error) for error in errors[1:] if str(error) != str(errors[0])):
        err.print(f"[red]Error:[/] {escape(said)}")
    if errors:
        raise errors[0]
    return all(succeeded(run) for run in runs) and (pushed is None or pushed.well)


def _read_parts(connection: "Connection", *, full: bool, options: Any, as_json: bool) -> "list[Execution]":
    """Its resources one after the other; one that fails does not stop the next."""
    from counterfoil.sync import plan

    done: list[Execution] = []
    for part in list(plan.plan_runs(connection, full=full, options=options)):
        run = plan.start_run(connection, part, options, acting_user.person())
        try:
            done.append(run_here(run, quiet=as_json, person=options.client_id is not None))
        except Busy:
            plan.discard_run(run)
            raise
        if not as_json:
            if done[-1].samples:
                _print_samples(run.resource, done[-1].samples)
            show(run)
        if isinstance(done[-1].error, QuotaExhausted | DiskFull):
            break  # the others would meet the same
    return done


def _push_after(
    connection: "Connection", done: "list[Execution]", options: Any, *, as_json: bool
) -> "PushOutcome | None":
    """Push what was edited here; nothing where the sync has failed or waits: its upstream may be another one."""
    from counterfoil.cli import push
    from counterfoil.connections import factory
    from counterfoil.mirror.models import Customer, RunState

    name = escape(connection.called)
    if factory.writer(connection) is None:
        err.print(f"[dim]Nothing is written to the upstream of {name}.[/]")
        return None
    for execution in done:
        execution.run.refresh_from_db()
    if any(execution.run.state != RunState.COMPLETED for execution in done):
        err.print(f"Nothing was pushed: the sync of {name} did not come to its end.", soft_wrap=True)
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


def _say_details(connection: "Connection") -> None:
    """What a sync does not ask for, because it takes a call for each record."""
    from counterfoil.mirror import details
    from counterfoil.mirror.models import Run, RunKind

    waiting = Run.objects.filter(connection=connection, kind=RunKind.DETAILS, state__in=details.UNFINISHED)
    if waiting.exists():
        calls = details.calls_a_day(connection)
        err.print(
            "[dim]What lists do not say (addresses, notes) is fetched in the background by a worker, up to "
            f"{calls:,} records a day.[/]"
        )


def _print_as_json(done: "list[Run]", pushed: "PushOutcome | None") -> None:
    """One object: the run, or where a sync takes several, their sum with each of them under `runs`. What was
    pushed after them is counted by itself."""
    from counterfoil.cli import push
    from counterfoil.runs.report import report, sum_reports

    reports = [report(run) for run in done]
    whole = reports[0] if len(reports) == 1 else {**sum_reports(reports), "runs": reports}
    print_json(whole if pushed is None else {**whole, "push": push.report(pushed)})


def _print_calls(connection: "Connection", done: "list[Run]") -> None:
    """What the whole sync took, and which part of it how much; then what it did not ask for."""
    if len(done) < 2:
        return
    apart = ", ".join(f"{run.api_calls:,} for {_subject(run.kind, run.resource)}" for run in done)
    out.print(f"API calls: [bold]{sum(run.api_calls for run in done):,}[/] ({apart})", soft_wrap=True)
    _say_details(connection)


def _subject(kind: str, resource: str) -> str:
    """What a run reads, in words."""
    several = f"{resource.replace('_', ' ')}s"
    return f"unpaid {several}" if kind == "unpaid" else several


def _sync_or_say(connection: "Connection", *, full: bool, options: Any, push: bool) -> bool:
    """One of several: what is wrong with it keeps no other from its sync."""
    try:
        return _sync_one(connection, full=full, options=options, push=push, as_json=False)
    except CounterfoilError as error:
        err.print(f"[red]Error:[/] {escape(connection.called)}: {escape(error.message)} {escape(error.advice)}")
        return False


def _chosen(name: str | None) -> "list[Connection]":
    from counterfoil.mirror.models import Connection

    if name is not None:
        return [acting_user.connection(name)]
    chosen = list(acting_user.narrow(Connection.objects.all()))
    if not chosen:
        raise NotFound("Nothing is connected yet.", "Start with `counterfoil connect robaws --help`.")
    return chosen


def _print_table(numbers: dict[str, Any], connection: str) -> None:
    state = str(numbers["state"])
    colour = {"completed": "green", "failed": "red"}.get(state, "yellow")
    words = {"needs_approval": "needs approval"}.get(state, state)
    kind, resource = str(numbers["kind"]), str(numbers["resource"])
    what = "" if resource == "customer" else f" of {_subject('', resource)}"
    out.print(f"[bold]{escape(connection)}[/]  {kind} run {numbers['run']}{what}  [{colour}]{words}[/]")
    keys = [key for key in _SHOWN if numbers[key] or key not in _WHERE_ANY]
    cells = [f"{numbers[key]:,.1f}" if key == "seconds" else f"{numbers[key]:,}" for key in keys]
    out.print(table([(_HEADINGS.get(key, key), "right") for key in keys], [cells]))
    for key in ("note", "error"):
        if numbers[key]:
            out.print(f"{key.capitalize()}: {numbers[key]}", soft_wrap=True, markup=False)
    if state == "needs_approval":
        err.print(f"Nothing of it was done. See and approve it: [bold]counterfoil approve {numbers['run']}[/]")
    if numbers["failed"]:
        err.print("Records set aside: [bold]counterfoil set-aside list[/]")


def _print_samples(resource: str, records: "list[Prepared]") -> None:
    from counterfoil.mapping.fields import LABELS_OF

    labels = LABELS_OF[resource]

    rows: list[tuple[object, ...]] = []
    for record in records:
        if record.id is None:
            rows.append((record.external_id, "new", "", record.name))
        rows.extend(
            (record.external_id, labels.get(c.field, c.field), _value(c.before), _value(c.after))
            for c in record.changes
        )
    out.print(table(["id", "field", "now", "would become"], rows, title="Would change (first records)"))


def _value(value: object) -> str:
    return "–" if value is None or value == "" else brief(value, 40)
