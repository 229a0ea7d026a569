"""`counterfoil customers edits`: what was edited here and is not upstream."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text
from counterfoil.cli.customer_text import label, said
from counterfoil.cli.output import Column, brief, err, out, print_json, table
from counterfoil.cli.ready import ready

if TYPE_CHECKING:
    from counterfoil.mirror.edit_status import EditLine

NAMES, REASON = 20, 40
"""Characters of a name, and of why an edit is held back."""


def edits(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List edits that the upstream has not confirmed: those that wait, and those held back with the reason."""
    ready()
    from counterfoil.mirror import edit_status

    chosen = acting_user.connection(connection)
    lines = edit_status.edit_lines(chosen)
    if as_json:
        print_json([edit_text.record(*line) for line in lines])
        return
    if not lines:
        err.print(f"Nothing of {escape(chosen.called)} is edited here that its upstream does not have.")
        return
    columns: list[Column] = [("id", "keep"), "name", ("field", "keep"), "base", "ours", "edited", "state"]
    out.print(table(columns, [_cells(line) for line in lines]))


def _cells(line: "EditLine") -> tuple[str, ...]:
    edit, row, standing = line
    return (
        escape(customer_text.called(row)),
        edit_text.value("name", row.name, NAMES),
        label(edit.field),
        edit_text.value(edit.field, edit.base),
        edit_text.value(edit.field, edit.value),
        " ".join(
            filter(None, (escape(edit.made_by.get_username()) if edit.made_by else "", said("at", edit.made_at)))
        ),
        brief(edit_text.held_back(edit, standing) or standing.label, REASON),
    )
