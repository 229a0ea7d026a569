"""`counterfoil go-live`: let a restored install work."""

from typing import Annotated

import typer

from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready


def go_live(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """End the hold after a restore: say that this install, and no other copy, is the one in use.

    Schedules, runs, pushes and the webhooks that were received meanwhile go on.
    """
    ready()
    from django.utils import timezone

    from counterfoil.mirror import hold

    if hold.current() is None:
        out.print("This install is live.")
        return
    if not yes:
        err.print("Two installs that sync and send to the same systems get into each other's way.")
        typer.confirm("Is this the one in use now?", abort=True)
    hold.go_live(timezone.now())
    out.print("This install is live: schedules, runs and webhooks go on.")
