"""`counterfoil import-problems`: records that could not be imported."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.errors import SkipRecord, Unavailable

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from counterfoil.mirror.models import QuarantinedRecord

app = typer.Typer(
    help="List and retry records that could not be imported.\n\nThey are kept with their payload, and every sync "
    "retries them.",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Option("--connection", help="Only this connection.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list with the payloads.")] = False,
) -> None:
    """List records that could not be imported, with the reason."""
    ready()
    entries = _unresolved(connection)
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
                    "retry_at": entry.retry_at.isoformat() if entry.retry_at else None,
                    "first_at": entry.first_at.isoformat(),
                    "payload": bytes(entry.payload).decode(errors="replace"),
                }
                for entry in entries
            ]
        )
        return
    rows = [
        (
            escape(e.connection.called),
            e.resource.replace("_", " "),
            escape(e.external_id or (str(e) if e.owner else "–")),
            escape(e.reason),
            e.tries,
            e.run_id,
        )
        for e in entries
    ]
    if not rows:
        err.print("No import problems.")
        return
    out.print(table(["connection", "record", "id", "reason", ("tries", "right"), ("run", "right")], rows))


@app.command("retry")
def retry(
    connection: Annotated[str | None, typer.Option("--connection", help="Only this connection.")] = None,
) -> None:
    """Fetch and import each of these records again. Records without an id are retried by the next full sync.

    Exits with 0 only if none is left.
    """
    ready()
    from django.utils import timezone

    from counterfoil.connectors.page import Resource
    from counterfoil.mirror.models import RunKind
    from counterfoil.runs.lifecycle import RunOptions
    from counterfoil.sync import plan

    by_customer = _unresolved(connection).filter(external_id=None).exclude(retry_at=None)
    by_customer.update(retry_at=timezone.now())  # the next sync reads them
    entries = list(_unresolved(connection).exclude(external_id=None))
    for entry in entries:
        part = plan.PlannedRun(Resource(entry.resource), RunKind.SINGLE)
        run = plan.start_run(entry.connection, part, RunOptions(client_id=entry.external_id), acting_user.person())
        execution = run_here(run, quiet=True, person=True)
        if isinstance(execution.error, SkipRecord | Unavailable):
            err.print(f"{escape(str(entry))}: {escape(execution.error.text)}", soft_wrap=True)
        elif execution.error is not None:
            raise execution.error
    left = _unresolved(connection).count()
    out.print(f"{len(entries):,} retried, {left:,} still not imported.")
    if left:
        raise typer.Exit(1)


def _unresolved(connection: str | None) -> "QuerySet[QuarantinedRecord]":
    from counterfoil.mirror.models import QuarantinedRecord

    rows = acting_user.narrow(
        QuarantinedRecord.objects.filter(resolved_at=None).select_related("connection__owner")
    )
    return rows if connection is None else rows.filter(connection=acting_user.connection(connection))
