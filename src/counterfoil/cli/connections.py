"""`counterfoil connections`: list, rename, pause and remove connections. `counterfoil connect` adds them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.connection_removal import remove
from counterfoil.cli.output import Column, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.resume import resume
from counterfoil.connections import wording

if TYPE_CHECKING:
    from counterfoil.mirror.models import Connection

app = typer.Typer(
    help="List, rename, pause and remove connections. Add one with `counterfoil connect`.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of the connection.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List connections: what they are connected to, and whether they are in use."""
    ready()
    from counterfoil.mirror.models import Connection
    from counterfoil.sync.status import about

    rows = acting_user.narrow(Connection.objects.select_related("owner").order_by("name", "pk"))
    found = [(connection, about(connection)) for connection in rows]
    if as_json:
        print_json([_record(connection, facts) for connection, facts in found])
        return
    if not found:
        err.print("Nothing is connected yet. Start with [bold]counterfoil connect robaws --help[/]")
        return
    cells = [
        (
            escape(connection.called),
            escape(wording.system(connection)),
            facts["state"],
            sum(facts["customers"].values()),
            facts["last_full_pass_ago"] or "never",
        )
        for connection, facts in found
    ]
    columns: list[Column] = [
        ("connection", "keep"),
        "system",
        ("state", "keep"),
        ("customers", "right"),
        "full sync",
    ]
    out.print(table(columns, cells))


@app.command("show")
def show(name: Name, as_json: AsJson = False) -> None:
    """Show one connection: its settings, never its secrets, and what it holds."""
    ready()
    from counterfoil.sync.status import about
    from counterfoil.worker import removal

    connection = acting_user.connection(name)
    shown = _record(connection, about(connection)) | {
        "settings": connection.settings,
        "country": connection.country,
        "records": removal.count(connection).as_json(),
    }
    if as_json:
        print_json(shown)
        return
    out.print(f"[bold]{escape(connection.called)}[/]  {escape(wording.system(connection))}  {shown['state']}")
    lines = {**{key: value for key, value in shown.items() if key not in _SHOWN}, **shown["settings"]}
    lines |= shown["records"]
    for key, value in lines.items():
        if value is not None:
            out.print(f"  {key.replace('_', ' '):<16} {escape(moment(value))}", soft_wrap=True)


_SHOWN = ("name", "owner", "state", "settings", "records", "customers")


@app.command("rename")
def rename(
    name: Name, new_name: Annotated[str, typer.Argument(help="New name.")], as_json: AsJson = False
) -> None:
    """Rename a connection. Webhooks that are sent to an address with the old name still arrive."""
    ready()
    from counterfoil.connections.rename import rename as rename_connection

    connection = acting_user.connection(name)
    before = connection.called
    changed = rename_connection(connection, new_name)
    if as_json:
        print_json({"id": connection.pk, "name": connection.name, "name_before": before, "changed": changed})
    elif changed:
        out.print(f"Renamed [bold]{escape(before)}[/] to [bold]{escape(connection.called)}[/].")
    else:
        out.print(f"It is called [bold]{escape(before)}[/] already.")


@app.command("pause")
def pause(name: Name, as_json: AsJson = False) -> None:
    """Pause a connection: no syncs, no sending of edits, no calls. Webhooks are stored until it is resumed."""
    ready()
    from counterfoil.worker.pause import pause_connection

    connection = acting_user.connection(name)
    changed = pause_connection(connection, acting_user.person())
    if as_json:
        connection.refresh_from_db()
        print_json(
            {"id": connection.pk, "name": connection.name, "paused_at": connection.paused_at, "changed": changed}
        )
        return
    out.print(f"[bold]{escape(connection.called)}[/] is {'paused' if changed else 'paused already'}.")
    if changed:
        err.print("[dim]Edits and webhooks wait. Resume with `counterfoil connections resume`.[/]")


app.command("resume")(resume)
app.command("remove")(remove)


def moment(value: Any) -> str:
    """Return a value as text; a time in the time zone of this install."""
    from datetime import datetime

    from counterfoil.cli.output import local_time

    return local_time(value) if isinstance(value, datetime) else str(value)


def _record(connection: "Connection", facts: dict[str, Any]) -> dict[str, Any]:
    """Return a connection as JSON."""
    names = ("id", "name", "owner", "connector", "state", "paused_at", "removed_at", "customers", "last_sync")
    return {
        **{name: facts[name] for name in names},
        "last_full_sync_at": facts["last_full_pass"],
        "last_run_state": facts["last_run_state"],
        "created_at": connection.created_at,
    }
