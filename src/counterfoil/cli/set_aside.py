"""`counterfoil set-aside`: records that could not be taken in."""

from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready

app = typer.Typer(
    help="Records that could not be taken in: kept with their payload, tried again.", no_args_is_help=True
)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Option("--connection", help="Only there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list with the payloads.")] = False,
) -> None:
    """List them with the reason why."""
    ready()
    from counterfoil.mirror import connections
    from counterfoil.mirror.models import SetAside

    found = SetAside.objects.filter(resolved_at=None).select_related("connection")
    if connection is not None:
        found = found.filter(connection=connections.find(connection))
    if as_json:
        print_json(
            [
                {
                    "connection": entry.connection.name,
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
    rows = [(e.connection.name, escape(e.external_id or "–"), escape(e.reason), e.tries, e.run_id) for e in found]
    if not rows:
        err.print("No record is set aside.")
        return
    out.print(table(["connection", "id", "reason", ("tries", "right"), ("run", "right")], rows))
