"""`counterfoil approve`: review what a stopped run would do, and let it go on."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import confirm, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.cli.sync import show as show_run
from counterfoil.connections import wording
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from counterfoil.mirror.models import Proposal

SHOWN = 20


def approve(
    run: Annotated[int, typer.Argument(help="Run number.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Only list every proposed change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list: print a JSON list.")] = False,
) -> None:
    """Review and approve a run that stopped before unusually many changes.

    Only the listed records change, and each is read again first.
    """
    ready()
    from counterfoil.mirror.models import Proposal, Run, RunState
    from counterfoil.sync import approval

    stopped = acting_user.narrow(Run.objects.select_related("connection").filter(pk=run)).first()
    if stopped is None:
        raise NotFound(f"There is no run {run}.", "See `counterfoil status`.")
    if as_json:
        if not show:
            raise InvalidInput("--json lists the proposed changes.", "Add --list.")
        print_json([_record(proposal) for proposal in Proposal.objects.filter(run=stopped).order_by("id")])
        return
    if stopped.state == RunState.NEEDS_APPROVAL:
        proposals = Proposal.objects.filter(run=stopped).order_by("id")
        total = proposals.count()
        system = wording.system(stopped.connection)
        out.print(f"Run {stopped.pk} of [bold]{escape(stopped.connection.name)}[/]: {escape(stopped.note)}")
        rows = [
            (escape(p.external_id), wording.proposed_change(p.action, system), escape(p.before), escape(p.after))
            for p in (proposals if show else proposals[:SHOWN])
        ]
        out.print(table(["id", "change", "now", "then"], rows))
        if not show and total > SHOWN:
            err.print(f"[dim]… and {total - SHOWN:,} more (counterfoil approve {stopped.pk} --list)[/]")
        if show:
            return
        if not yes and not confirm(f"Apply this to {total:,} records?"):
            raise typer.Exit(1)
    approval.approve(stopped, acting_user.person())
    stopped.refresh_from_db()
    execution = run_here(stopped, person=True)
    succeeded = show_run(stopped)
    if execution.error is not None:
        raise execution.error
    if not succeeded:
        raise typer.Exit(1)


def _record(proposal: "Proposal") -> dict[str, Any]:
    """Return a proposed change as JSON; `outcome` is what became of it since it was approved."""
    return {
        "external_id": proposal.external_id,
        "action": proposal.action,
        "before": proposal.before,
        "after": proposal.after,
        "outcome": proposal.outcome or None,
    }
