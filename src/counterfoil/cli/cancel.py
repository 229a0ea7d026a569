"""`counterfoil cancel`: stop a run for good."""

from typing import Annotated

import typer

from counterfoil.cli import acting_user
from counterfoil.cli.output import out
from counterfoil.cli.ready import ready
from counterfoil.errors import NotFound


def cancel(run: Annotated[int, typer.Argument(help="Run number.")]) -> None:
    """Cancel a run for good, also one that failed and would be resumed. What it has written so far is kept."""
    ready()
    from counterfoil.mirror.models import Run
    from counterfoil.runs import lifecycle

    row = acting_user.narrow(Run.objects.filter(pk=run)).first()
    if row is None:
        raise NotFound(f"There is no run {run}.", "See `counterfoil status`.")
    if lifecycle.cancel(row):
        out.print(f"Run {run} is cancelled.")
    else:
        out.print(f"Run {run} had failed and will not be resumed. The next sync starts anew.")
