"""`counterfoil runs`: what ran, when, and how it ended. `approve`, `cancel` and `sync` work on runs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import Column, err, local_time, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.sync import HEADINGS
from counterfoil.connections import wording
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from counterfoil.mirror.models import Run

app = typer.Typer(help="List runs, and show one.", no_args_is_help=True)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Argument(help="Only runs of this connection.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only runs in this state, as in failed.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of runs.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List runs, newest first."""
    ready()
    from counterfoil.mirror.models import Run, RunState

    rows = acting_user.narrow(Run.objects.select_related("connection__owner", "requested_by", "approved_by"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    if state is not None:
        if state not in RunState.values:
            raise InvalidInput(f"“{state[:20]}” is not a state of runs.", f"Choose {', '.join(RunState.values)}.")
        rows = rows.filter(state=state)
    runs = list(rows.order_by("-id")[:limit])
    if as_json:
        print_json([record(run) for run in runs])
        return
    if not runs:
        err.print("No runs.")
        return
    numbers: list[Column] = [(name, "right") for name in ("fetched", "new", "changed", "failed")]
    columns: list[Column] = [("run", "right"), "connection", "kind", "state", *numbers, ("started", "keep")]
    out.print(table(columns, [_cells(run) for run in runs]))


@app.command("show")
def show(
    run: Annotated[int, typer.Argument(help="Run number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Show one run: its numbers, and why it stopped."""
    ready()
    from counterfoil.mirror.models import Run

    rows = acting_user.narrow(Run.objects.select_related("connection__owner", "requested_by", "approved_by"))
    found = rows.filter(pk=run).first()
    if found is None:
        raise NotFound(f"There is no run {run}.", "See `counterfoil runs list`.")
    shown = record(found)
    if as_json:
        print_json(shown)
        return
    kind, state = _kind(found), wording.run_state(found.state)
    out.print(f"[bold]run {found.pk}[/]  {escape(found.connection.called)}  {kind}  {state}")
    for key, value in shown.items():
        if key not in _HEAD and value not in (None, "") and not (key in _RARE and value == 0):
            text = local_time(value, seconds=True) if key.endswith(_TIMES) else str(value)
            out.print(f"  {HEADINGS.get(key, key).replace('_', ' '):<14} {escape(text)}", soft_wrap=True)


_HEAD = ("run", "connection", "owner", "kind", "state", "options", "resource")
_RARE = ("missing", "tombstoned", "stale", "unlisted", "settled", "pushed", "conflicts")
"""Counts that are shown where they are not 0."""
_TIMES = ("_at", "_until", "_as_of")


def record(run: "Run") -> dict[str, Any]:
    """Return a run as JSON: what `sync --json` prints of it, and who requested it, when."""
    from counterfoil.runs.report import report

    owner = run.connection.owner
    return {
        **report(run),
        "owner": owner.get_username() if owner else None,
        "pushed": run.pushed,
        "conflicts": run.conflicts,
        "options": run.options,
        "requested_by": run.requested_by.get_username() if run.requested_by else None,
        "approved_by": run.approved_by.get_username() if run.approved_by else None,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "approved_at": run.approved_at,
        "parked_until": run.parked_until,
    }


def _cells(run: "Run") -> tuple[object, ...]:
    return (
        run.pk,
        escape(run.connection.called),
        _kind(run),
        wording.run_state(run.state),
        *(run.fetched, run.created, run.updated + run.pushed, run.failed),
        local_time(run.started_at) if run.started_at else "not yet",
    )


def _kind(run: "Run") -> str:
    """Name what a run does, and with which records where these are not customers."""
    kind = wording.run_kind(run.kind)
    is_plain = run.resource == "customer" or run.kind == "unpaid"
    return kind if is_plain else f"{kind}, {run.resource.replace('_', ' ')}s"
