"""`counterfoil backup`: one file with everything but the key."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.markup import escape

from counterfoil.cli import database_in_use
from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready
from counterfoil.errors import NotPossibleNow


def backup(
    file: Annotated[Path, typer.Argument(help="Name of the new file, such as counterfoil-2026-11-30.zip.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace an existing file.")] = False,
) -> None:
    """Back up the database into one file, and read it back.

    `serve` and workers may go on meanwhile. The encryption key is not in it. Exits with 0 only if a backup was
    made that can be restored.
    """
    ready(prepare=False)
    from counterfoil.backup.make_backup import make_backup
    from counterfoil.backup.stores import present_store
    from counterfoil.connections import key_ring

    other = database_in_use.other_database()
    if other:
        raise NotPossibleNow(f"{other} No backup was made.", "`counterfoil doctor` shows what is in use.")
    store = present_store()
    made = make_backup(store, file, datetime.now(UTC), replace=replace)
    counts = [
        f"{count:,} {noun}{'' if count == 1 else 's'}"
        for noun in ("connection", "customer", "invoice")
        if (count := made.manifest.rows.get(f"counterfoil_{noun}", 0))
    ]
    out.print(f"Backed up {escape(store.describe())}: {', '.join(counts)}.", soft_wrap=True)
    out.print(f"Read back and checked: [bold]{escape(str(made.path))}[/] ({decimal(made.size)})", soft_wrap=True)
    err.print(
        f"[dim]The encryption key is not in it: keep a copy of {escape(key_ring.source().place)} elsewhere.[/]",
        soft_wrap=True,
    )
