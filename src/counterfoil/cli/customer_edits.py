"""`counterfoil customers edits`: edits that the connected system does not have yet."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text
from counterfoil.cli.customer_text import label, moment
from counterfoil.cli.output import Column, brief, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording

if TYPE_CHECKING:
    from counterfoil.mirror.edit_status import EditLine

NAMES, REASON = 20, 40
"""Characters of a name, and of the reason why an edit is held back."""


def edits(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List edits that are waiting to be sent, and those that are held back, with the reason."""
    ready()
    from counterfoil.mirror import edit_status

    chosen = acting_user.connection(connection)
    lines = edit_status.edit_lines(chosen)
    if as_json:
        print_json([edit_text.record(*line) for line in lines])
        return
    if not lines:
        err.print(f"No edits of {escape(chosen.called)} are waiting or held back.")
        return
    columns: list[Column] = [("id", "keep"), "name", ("field", "keep"), "before", "after", "edited", "state"]
    system = wording.system(chosen)
    out.print(table(columns, [_cells(line, system) for line in lines]))


def _cells(line: "EditLine", system: str) -> tuple[str, ...]:
    edit, row, state = line
    by = escape(edit.made_by.get_username()) if edit.made_by else ""
    return (
        escape(customer_text.shown_id(row)),
        edit_text.value("name", row.name, system, NAMES),
        label(edit.field, system),
        edit_text.value(edit.field, edit.base, system),
        edit_text.value(edit.field, edit.value, system),
        f"{by} {moment(edit.made_at)}".strip(),
        brief(edit_text.held_back(edit, state, system) or escape(wording.edit_state(state, system)), REASON),
    )
