"""`counterfoil approve`: look at what a stopped run would do, and let it."""

from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err, out, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.cli.sync import show as show_run
from counterfoil.errors import NotFound

SHOWN = 20


def approve(
    run: Annotated[int, typer.Argument(help="The run's number.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Only list what would happen, all of it.")] = False,
) -> None:
    """Approve a run that stopped because it would do too much at once.

    Only the listed records are touched, and each is read again first.
    """
    ready()
    from counterfoil.mirror.models import Proposal, Run, RunState
    from counterfoil.sync import approval

    found = acting_user.narrow(Run.objects.select_related("connection").filter(pk=run)).first()
    if found is None:
        raise NotFound(f"There is no run {run}.", "See `counterfoil status`.")
    if found.state == RunState.NEEDS_APPROVAL:
        listed = Proposal.objects.filter(run=found).order_by("id")
        total = listed.count()
        out.print(f"Run {found.pk} of [bold]{escape(found.connection.name)}[/]: {escape(found.note)}")
        some = listed if show else listed[:SHOWN]
        rows = [(escape(p.external_id), p.get_action_display(), escape(p.before), escape(p.after)) for p in some]
        out.print(table(["id", "what", "now", "then"], rows))
        if not show and total > SHOWN:
            err.print(f"[dim]… and {total - SHOWN:,} more (counterfoil approve {found.pk} --list)[/]")
        if show:
            return
        if not yes and not typer.confirm(f"Do this to {total:,} records?"):
            raise typer.Exit(1)
    approval.approve(found, acting_user.person())
    found.refresh_from_db()
    execution = run_here(found, person=True)
    good = show_run(found)
    if execution.error is not None:
        raise execution.error
    if not good:
        raise typer.Exit(1)
