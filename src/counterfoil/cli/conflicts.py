"""`counterfoil conflicts`: what was changed on both sides, and who is to win."""

from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, conflict_text
from counterfoil.cli.conflict_settle import settle
from counterfoil.cli.output import err, out, print_json
from counterfoil.cli.ready import ready

app = typer.Typer(
    help="What was changed on both sides since they last agreed: nothing of it is pushed before it is settled.",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Argument(help="Only of this connection.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List conflicts, newest first: base, ours and theirs, who and when, and what may be decided."""
    ready()
    from counterfoil.mirror.models import Conflict

    rows = acting_user.narrow(Conflict.objects.select_related("connection__owner", "edited_by", "settled_by"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    if not everything:
        rows = rows.filter(settled_at=None)
    found = list(rows.order_by("-id")[:limit])
    customers, ours = conflict_text.customers(found), conflict_text.wanted(found)
    if as_json:
        print_json([conflict_text.record(each, customers[each.record_id], ours) for each in found])
        return
    if not found:
        err.print("There is no conflict." if everything else "There is no open conflict.")
        return
    several = len({conflict.connection_id for conflict in found}) > 1
    for conflict in found:
        first, *others = conflict_text.lines(conflict, customers[conflict.record_id], ours)
        where = f"  [dim]{escape(conflict.connection.called)}[/]" if several else ""
        out.print("\n".join([first + where, *others]), soft_wrap=True)
    if len(found) == limit:
        err.print(f"[dim]The newest {limit:,}; raise --limit for more.[/]")
    if any(conflict.settled_at is None for conflict in found):
        err.print(f"[dim]Settle them with `{escape(acting_user.command('conflicts settle NUMBER DECISION'))}`.[/]")


app.command("settle")(settle)
