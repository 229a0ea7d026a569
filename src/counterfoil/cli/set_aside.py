"""`counterfoil set-aside`: records that could not be taken in."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from counterfoil.mirror.models import QuarantinedRecord

app = typer.Typer(
    help="Records that could not be taken in: kept with their payload, tried again.", no_args_is_help=True
)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Option("--connection", help="Only there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list with the payloads.")] = False,
) -> None:
    """List them with what they are and the reason why."""
    ready()
    found = _waiting(connection)
    if as_json:
        print_json(
            [
                {
                    "connection": entry.connection.name,
                    "resource": entry.resource,
                    "external_id": entry.external_id,
                    "reason": entry.reason,
                    "tries": entry.tries,
                    "run": entry.run_id,
                    "first_at": entry.first_at.isoformat(),
                    "payload": bytes(entry.payload).decode(errors="replace"),
                }
                for entry in found
            ]
        )
        return
    rows = [
        (
            escape(e.connection.called),
            e.resource.replace("_", " "),
            escape(e.external_id or "–"),
            escape(e.reason),
            e.tries,
            e.run_id,
        )
        for e in found
    ]
    if not rows:
        err.print("No record is set aside.")
        return
    out.print(table(["connection", "what", "id", "reason", ("tries", "right"), ("run", "right")], rows))


@app.command("retry")
def retry(
    connection: Annotated[str | None, typer.Option("--connection", help="Only there.")] = None,
) -> None:
    """Read each of them again from its upstream. Those without an id come with the next full sync."""
    ready()
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror.models import RunKind
    from counterfoil.runs.lifecycle import RunOptions
    from counterfoil.sync import plan

    entries = list(_waiting(connection).exclude(external_id=None))
    for entry in entries:
        part = plan.PlannedRun(Resource(entry.resource), RunKind.SINGLE)
        run = plan.start_run(entry.connection, part, RunOptions(client_id=entry.external_id), acting_user.person())
        execution = run_here(run, quiet=True, person=True)
        if execution.error is not None:
            raise execution.error
    left = _waiting(connection).count()
    out.print(f"{len(entries):,} read again, {left:,} still set aside.")
    if left:
        raise typer.Exit(1)


def _waiting(connection: str | None) -> "QuerySet[QuarantinedRecord]":
    from counterfoil.mirror.models import QuarantinedRecord

    found = acting_user.narrow(
        QuarantinedRecord.objects.filter(resolved_at=None).select_related("connection__owner")
    )
    return found if connection is None else found.filter(connection=acting_user.connection(connection))
