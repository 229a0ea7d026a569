"""`counterfoil resume`: let a connection make calls before a block or a pause ends."""

import shlex
from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err, local_time, out, print_json
from counterfoil.cli.ready import ready
from counterfoil.connections import wording


def resume(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Resume a paused connection, or let it make calls at once, before the system's own pause or block ends.

    Waiting runs continue. If the connected system still refuses, the next block lasts longer.
    """
    ready()
    from counterfoil.worker.pause import unpause_connection
    from counterfoil.worker.resume import resume_connection

    chosen = acting_user.connection(connection)
    was_paused = unpause_connection(chosen, acting_user.person())
    lifted = None if was_paused else resume_connection(chosen, acting_user.person())
    if as_json:
        block = {} if lifted is None else {"blocked_until": lifted.until, "blocked_because": str(lifted.reason)}
        print_json({"id": chosen.pk, "name": chosen.name, "was_paused": was_paused, **block})
        return
    if lifted is None:
        out.print(f"Resumed [bold]{escape(chosen.called)}[/]: a worker carries out what has waited.")
        return
    until = local_time(lifted.until, seconds=True)
    system = wording.system(chosen)
    out.print(f"[bold]{escape(chosen.called)}[/] makes calls to {escape(system)} again.", soft_wrap=True)
    out.print(f"Calls would have waited until {until}: {escape(str(lifted.reason))}.", soft_wrap=True)
    again = escape(acting_user.command(f"sync {shlex.quote(chosen.name)}"))
    err.print(f"A worker continues waiting runs; without one: [bold]{again}[/]", soft_wrap=True)
