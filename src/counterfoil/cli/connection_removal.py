"""`counterfoil connections remove`: ask, with the counts, then stop a connection for good."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err, out, print_json
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; then give --confirm.")] = False,
) -> None:
    """Remove a connection: its runs, schedules and webhooks end, and its credentials are erased.

    Asks what happens to its records, and for the connection's name. Nothing changes in the connected system,
    except that webhooks which Counterfoil has registered there are removed.
    """
    ready()
    from counterfoil.mirror.models import Removal
    from counterfoil.worker import removal

    connection = acting_user.connection(name)
    if as_json and confirm is None:
        raise InvalidInput("With --json nothing is asked.", "Give the connection's name again with --confirm.")
    if connection.removal == Removal.DELETE:
        _delete(connection, name, as_json=as_json)
        return
    if connection.removed_at is None and not as_json:
        _show_counts(connection)
    chosen = Removal.KEEP if _keeps(keep, confirm) else Removal.DELETE
    _require_name(connection, chosen, confirm)
    if connection.removed_at is not None and chosen == Removal.DELETE:
        removal.delete_kept(connection)
        _delete(connection, name, as_json=as_json)
        return
    by_hand = removal.remove(connection, chosen, acting_user.person())
    if as_json and chosen == Removal.KEEP:
        print_json(_record(connection, name, by_hand, kept=True))
        return
    for words in by_hand:
        err.print(f"[yellow]{escape(words)}[/]", soft_wrap=True)
    if chosen == Removal.DELETE:
        _delete(connection, name, by_hand, as_json=as_json)
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


def _record(connection: "Connection", name: str, by_hand: Sequence[str], *, kept: bool) -> dict[str, Any]:
    """Return what became of a connection as JSON; `by_hand` is left to do in the connected system."""
    return {
        "id": connection.pk,
        "name_before": name,
        "name": connection.name if kept else None,
        "records": "kept" if kept else "deleted",
        "left_to_do": list(by_hand),
    }


def _delete(connection: "Connection", name: str, by_hand: Sequence[str] = (), *, as_json: bool = False) -> None:
    from counterfoil.worker import removal

    try:
        with err.status("Deleting its records") as shown:  # says nothing where stderr is no terminal
            removal.delete_records(connection, lambda done: shown.update(f"{done:,} rows deleted"))
    except KeyboardInterrupt:
        err.print("Interrupted. A worker deletes the rest, or this command again.")
        raise typer.Exit(130) from None
    if as_json:
        print_json(_record(connection, name, by_hand, kept=False))
        return
    out.print(f"Removed [bold]{escape(name)}[/] and deleted its records.", soft_wrap=True)
