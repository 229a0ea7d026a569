"""`counterfoil connections remove`: ask, with the counts, then stop a connection for good."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import InvalidInput
from counterfoil.normalize.hidden_characters import visible_line

if TYPE_CHECKING:
    from counterfoil.mirror.models import Connection, Removal


def remove(
    name: Annotated[str, typer.Argument(help="Name of the connection.")],
    keep: Annotated[
        bool | None,
        typer.Option("--keep/--delete", help="Keep its records, read-only, or delete them for good."),
    ] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", help="The connection's name again, instead of a question.")
    ] = None,
) -> None:
    """Remove a connection: its runs, schedules and webhooks end, and its credentials are erased.

    Asks what happens to its records, and for the connection's name. Nothing changes in the connected system,
    except that webhooks which Counterfoil has registered there are removed.
    """
    ready()
    from counterfoil.mirror.models import Removal
    from counterfoil.worker import removal

    connection = acting_user.connection(name)
    if connection.removal == Removal.DELETE:
        _delete(connection, name)
        return
    if connection.removed_at is None:
        _show_counts(connection)
    chosen = Removal.KEEP if _keeps(keep, confirm) else Removal.DELETE
    _require_name(connection, chosen, confirm)
    if connection.removed_at is not None and chosen == Removal.DELETE:
        removal.delete_kept(connection)
        _delete(connection, name)
        return
    for words in removal.remove(connection, chosen, acting_user.person()):
        err.print(f"[yellow]{escape(words)}[/]", soft_wrap=True)
    if chosen == Removal.DELETE:
        _delete(connection, name)
    else:
        kept = escape(connection.called)
        out.print(f"Removed. Its records are kept, read-only, as [bold]{kept}[/].", soft_wrap=True)


def _show_counts(connection: "Connection") -> None:
    from counterfoil.worker import removal

    counts = removal.count(connection).as_json()
    system = escape(wording.system(connection))
    out.print(f"[bold]{escape(connection.called)}[/], a connection to {system}, holds:")
    for noun, number in counts.items():
        out.print(f"  {number:>12,} {noun.replace('_', ' ').replace('edits waiting', 'edits not sent yet')}")


def _keeps(keep: bool | None, confirm: str | None) -> bool:
    """Return whether records are kept, asking where it was not said."""
    if keep is not None:
        return keep
    if confirm is not None:
        raise InvalidInput("What happens to its records?", "Give --keep or --delete.")
    return typer.confirm("Keep its records here, read-only? (No deletes them for good.)", default=True)


def _require_name(connection: "Connection", chosen: "Removal", confirm: str | None) -> None:
    """Raise InvalidInput unless the connection's name is given once more."""
    what = "remove it and keep its records" if chosen == "keep" else "remove it and delete its records for good"
    typed = typer.prompt(visible_line(f"Type {connection.name} to {what}")) if confirm is None else confirm
    if typed.strip() != connection.name:
        raise InvalidInput("That is not its name: nothing was changed.", "")


def _delete(connection: "Connection", name: str) -> None:
    from counterfoil.worker import removal

    try:
        with err.status("Deleting its records") as shown:  # says nothing where stderr is no terminal
            removal.delete_records(connection, lambda done: shown.update(f"{done:,} rows deleted"))
    except KeyboardInterrupt:
        err.print("Interrupted. A worker deletes the rest, or this command again.")
        raise typer.Exit(130) from None
    out.print(f"Removed [bold]{escape(name)}[/] and deleted its records.", soft_wrap=True)
