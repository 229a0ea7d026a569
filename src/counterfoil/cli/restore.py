"""`counterfoil restore`: put a backup in the place of the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli.keys import print_lost
from counterfoil.cli.output import err, local_time, out
from counterfoil.cli.ready import ready


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `counterfoil backup` made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of a database in use, which is kept aside.")
    ] = False,
) -> None:
    """Restore a backup. Everything is checked first; either all of it is restored, or nothing.

    The install is on hold then: no sync, push or message starts until `counterfoil go-live`.
    """
    ready(prepare=False)
    from django.conf import settings

    from counterfoil.backup.restore_backup import restore_backup
    from counterfoil.backup.stores import present_store
    from counterfoil.connections import key_ring, sealed_values
    from counterfoil.project import in_use

    folder = Path(settings.COUNTERFOIL_DATA_DIR)
    in_use.claim_alone(folder)
    done = restore_backup(present_store(), file, folder, datetime.now(UTC), replace=replace)
    out.print(f"Restored the backup of {local_time(done.manifest.created_at)}.")
    if done.aside:
        out.print(f"The database before it is kept in {escape(done.aside)}", soft_wrap=True)
    lost = sealed_values.unreadable()
    if lost and not key_ring.keys():
        err.print(
            f"Put the key of this backup into {escape(key_ring.source().place)} before anything else.",
            soft_wrap=True,
        )
    print_lost(lost)
    err.print(
        "This install is on hold: nothing is synced or sent. If it is the one in use now: "
        "[bold]counterfoil go-live[/]",
        soft_wrap=True,
    )
