"""`counterfoil cancel`: stop a run for good."""

from typing import Annotated

import typer

from counterfoil.cli import acting_user
from counterfoil.cli.output import out
from counterfoil.cli.ready import ready
from counterfoil.errors import NotFound


def cancel(run: Annotated[int, typer.Argument(help="The run's number.")]) -> None:
    """Cancel a run: what it wrote stays, the rest is not done."""
    ready()
    from counterfoil.mirror.models import Run
    from counterfoil.runs import lifecycle

    found = acting_user.narrow(Run.objects.filter(pk=run)).first()
    if found is None:
        raise NotFound(f"There is no run {run}.", "See `counterfoil status`.")
    lifecycle.cancel(found)
    out.print(f"Run {run} is cancelled.")
