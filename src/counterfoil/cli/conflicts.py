"""`counterfoil conflicts`: fields changed on both sides, and which value to keep."""

from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, conflict_text
from counterfoil.cli.conflict_settle import settle
from counterfoil.cli.output import err, out, print_json
from counterfoil.cli.ready import ready

app = typer.Typer(
    help="List and settle conflicts.\n\nA field changed both here and in the connected system is not pushed until "
    "someone decides which value to keep.",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Argument(help="Only conflicts of this connection.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Include settled conflicts.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of conflicts.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List conflicts, newest first: the last agreed value, ours, theirs, and the possible decisions."""
    ready()
    from counterfoil.mirror.models import Conflict

    rows = acting_user.narrow(Conflict.objects.select_related("connection__owner", "edited_by", "settled_by"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    if not everything:
        rows = rows.filter(settled_at=None)
    conflicts = list(rows.order_by("-id")[:limit])
    rows_of, ours = conflict_text.records(conflicts), conflict_text.edited_values(conflicts)
    if as_json:
        print_json([conflict_text.record(each, rows_of[each.pk], ours) for each in conflicts])
        return
    if not conflicts:
        err.print("No conflicts." if everything else "No open conflicts.")
        return
    several = len({conflict.connection_id for conflict in conflicts}) > 1
    for conflict in conflicts:
        first, *others = conflict_text.lines(conflict, rows_of[conflict.pk], ours)
        where = f"  [dim]{escape(conflict.connection.called)}[/]" if several else ""
        out.print("\n".join([first + where, *others]), soft_wrap=True)
    if len(conflicts) == limit:
        err.print(f"[dim]Showing the newest {limit:,}. Raise --limit for more.[/]")
    if any(conflict.settled_at is None for conflict in conflicts):
        err.print(f"[dim]Settle one with `{escape(acting_user.command('conflicts settle NUMBER DECISION'))}`.[/]")


app.command("settle")(settle)
