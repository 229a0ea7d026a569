"""`counterfoil keys`: the encryption key of stored secrets: rotate it, and go on where it was lost."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli.output import err, out, table
from counterfoil.cli.ready import ready

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil.connections.sealed_values import SealedValue

app = typer.Typer(help="Rotate the encryption key of stored secrets, or replace a lost one.", no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


@app.command("list")
def list_() -> None:
    """List the keys, newest first, and how many stored secrets are encrypted with each."""
    ready(key=False)
    from counterfoil.connections import key_ring, sealed_values

    present = key_ring.keys()
    counts = [0] * len(present)
    lost = []
    for value in sealed_values.all_values():
        which = key_ring.index_of_opener(value.text)
        if which is None:
            lost.append(value)
        else:
            counts[which] += 1
    out.print(f"Keys in {escape(key_ring.source().place)}, newest first:", soft_wrap=True)
    rows = [(key_ring.digest(key)[:12], count) for key, count in zip(present, counts, strict=True)]
    out.print(table(["key", ("secrets", "right")], rows))
    print_lost(lost)
    if lost:
        raise typer.Exit(1)


@app.command("new")
def new() -> None:
    """Print a new key, for COUNTERFOIL_KEY or for the key files of several machines. Nothing is changed."""
    from cryptography.fernet import Fernet

    out.file.write(Fernet.generate_key().decode() + "\n")


@app.command("rotate")
def rotate(yes: Yes = False) -> None:
    """Encrypt every stored secret with a new key.

    `serve` and workers may go on meanwhile. A rotation that was interrupted goes on where it was. Older keys stay,
    for older backups, until you drop them.
    """
    ready()
    from counterfoil.connections import key_ring, key_rotation
    from counterfoil.mirror.store import current_dialect

    source = key_ring.source()
    shared = not current_dialect().embedded and source.can_write
    if shared and not yes and not key_rotation.outdated():
        err.print(
            "Where other machines use this database, stop them first, and copy the key file "
            f"{escape(source.place)} to them afterwards.",
            soft_wrap=True,
        )
        typer.confirm("Rotate the key now?", abort=True)
    done = key_rotation.rotate()
    how = "went on and encrypted" if done.resumed else "encrypted"
    out.print(f"The rotation {how} {done.sealed:,} secrets with key {key_ring.digests()[0][:12]}.")
    if len(key_ring.keys()) > 1:
        err.print(
            "[dim]Back up the key now. `counterfoil keys drop-old` removes the older ones.[/]", soft_wrap=True
        )
    print_lost(done.lost)
    if done.lost:
        raise typer.Exit(1)


@app.command("drop-old")
def drop_old(yes: Yes = False) -> None:
    """Keep the newest key only. Backups made before the rotation need the key they were made with."""
    ready()
    from counterfoil.connections import key_ring, key_rotation

    if len(key_ring.keys()) > 1 and not yes:
        err.print("Backups made before the rotation need the older keys: keep a copy with those backups.")
        typer.confirm("Remove the older keys here?", abort=True)
    count = key_rotation.drop_old()
    out.print(f"{count} older key{'s' if count != 1 else ''} removed.")


@app.command("replace")
def replace(yes: Yes = False) -> None:
    """Go on without a lost key: with the present one, or a new one where there is none.

    Lists the secrets that only the lost key opened, and how to get each back. They are kept, in case the key is
    found again.
    """
    ready(key=False)
    from counterfoil.connections import key_check, key_ring, key_rotation, sealed_values

    lost = sealed_values.unreadable()
    if not lost and key_ring.keys():
        out.print("Nothing is lost: the key opens every stored secret.")
        if key_check.state() != key_check.KeyState.NOTHING_STORED:
            key_check.record_use()
        return
    if not yes:
        print_lost(lost)
        typer.confirm("Go on without the lost key?", abort=True)
    lost = key_rotation.accept_loss()
    out.print(f"The key in {escape(key_ring.source().place)} is used from now on.", soft_wrap=True)
    print_lost(lost)


def print_lost(lost: "Sequence[SealedValue]") -> None:
    """Print which secrets no key opens, and how to get each back."""
    from counterfoil.connections import sealed_values

    if lost:
        out.print(f"{len(lost):,} stored secret{'s' if len(lost) != 1 else ''} cannot be opened:")
    for value in lost:
        out.print(
            f"  {escape(sealed_values.describe(value))}\n    {escape(sealed_values.way_back(value))}",
            soft_wrap=True,
        )
