"""What the command line says of edits, and how people type them."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from counterfoil.cli import acting_user, customer_text
from counterfoil.cli.customer_text import label, said
from counterfoil.cli.output import brief
from counterfoil.errors import InvalidInput

if TYPE_CHECKING:
    from counterfoil.mirror.edit_status import EditState
    from counterfoil.mirror.models import Customer, PendingEdit


DIGITS = 18
"""Of a number that a key can be."""
LONGEST = 28
"""Characters of a value or a reason in a table; `--json` has all of it."""


def typed(words: Sequence[str]) -> dict[str, str]:
    """`field=value` by field. Raises InvalidInput."""
    found: dict[str, str] = {}
    for word in words:
        field, equals, value = word.partition("=")
        field = field.strip()
        if not equals or not field:
            raise InvalidInput(
                f"“{word[:40]}” is not field=value.", "As in phone='03 234 56 78'; phone= clears the field."
            )
        if field in found:
            raise InvalidInput(f"The field {field[:40]} is given twice.", "Give it once.")
        found[field] = value
    return found


def value(field: str, what: object, most: int = LONGEST) -> str:
    """A value on one line, cut where it is long, safe to print: of a field, of several by name, or records."""
    if isinstance(what, dict):
        return escape(brief("; ".join(f"{label(name)}: {_plain(each)}" for name, each in what.items()), most))
    if isinstance(what, list):
        return escape(brief(", ".join(_record(each) for each in what), most))
    return escape(brief(what, most)) if isinstance(what, str) and what else said(field, what)


def record(edit: "PendingEdit", row: "Customer", standing: "EditState") -> dict[str, Any]:
    """An edit as JSON, with its record."""
    return {
        "key": row.pk,
        "external_id": row.external_id,
        "name": row.name,
        "field": edit.field,
        **about(edit, standing),
    }


def about(edit: "PendingEdit", standing: "EditState") -> dict[str, Any]:
    """An edit as JSON."""
    return {
        "base": edit.base,
        "value": edit.value,
        "by": edit.made_by.get_username() if edit.made_by else None,
        "at": edit.made_at,
        "state": standing.value,
        "refused": edit.refused or None,
        "conflict": edit.conflict_id,
    }


def held_back(edit: "PendingEdit", standing: "EditState") -> str:
    """Why an edit is not pushed; empty where it is. Safe to print."""
    from counterfoil.mirror.edit_status import EditState

    if standing == EditState.REFUSED:
        return f"refused: {escape(edit.refused)}"
    if standing == EditState.CONFLICT:
        return f"in conflict ({edit.conflict_id})" if edit.conflict_id else "in conflict"
    return "" if standing == EditState.WAITS else standing.label


def not_upstream(edit: "PendingEdit", standing: "EditState") -> str:
    """What is said beside an edited value, safe to print."""
    from counterfoil.mirror.edit_status import EditState

    theirs = edit.conflict.theirs if edit.conflict else edit.base
    upstream = f"(upstream: {value(edit.field, theirs)})"
    if standing == EditState.WAITS:
        return f"not confirmed yet {upstream}"
    why = held_back(edit, standing)
    return why if standing == EditState.REFUSED else f"{why} {upstream}"


def push_next(row: "Customer") -> str:
    """The command that pushes one customer, safe to print."""
    words = f"push {shlex.quote(row.connection.name)} --client-id {shlex.quote(customer_text.called(row))}"
    return escape(acting_user.command(words))


def _plain(what: object) -> str:
    return "—" if what in (None, "") else str(what)


def _record(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    return f"{entry.get('external_id')} {entry.get('name')}"
