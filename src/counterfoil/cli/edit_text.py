"""How the command line reads edits that users type, and prints those that are kept."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from counterfoil.cli import acting_user, customer_text
from counterfoil.cli.customer_text import label, shown
from counterfoil.cli.output import brief
from counterfoil.connections import wording
from counterfoil.errors import DoubtfulInput, InvalidInput

if TYPE_CHECKING:
    from counterfoil.mirror.edit_status import EditState
    from counterfoil.mirror.models import Customer, PendingEdit


DIGITS = 18
"""Digits of the largest key."""
LONGEST = 28
"""Characters of a value or a reason in a table; `--json` has all of it."""


def parse(words: Sequence[str]) -> dict[str, str]:
    """Split each `field=value`. Returns values by field. Raises InvalidInput."""
    values: dict[str, str] = {}
    for word in words:
        field, equals, value = word.partition("=")
        field = field.strip()
        if not equals or not field:
            raise InvalidInput(
                f"“{word[:40]}” is not field=value.", "As in phone='03 234 56 78'; phone= clears the field."
            )
        if field in values:
            raise InvalidInput(f"The field {field[:40]} is given twice.", "Give it once.")
        values[field] = value
    return values


@contextmanager
def naming_anyway() -> Iterator[None]:
    """Name the option that saves values which cannot be right, where some were refused."""
    try:
        yield
    except DoubtfulInput as error:
        raise DoubtfulInput(error.message, "Correct it, or save it with --anyway.", fields=error.fields) from None


def value(field: str, what: object, system: str, limit: int = LONGEST) -> str:
    """Format a value on one line, cut to so many characters, safe to print.

    It is that of a field, of several fields by name, or a list of records.
    """
    if isinstance(what, dict):
        pairs = (f"{label(name, system)}: {_plain(each)}" for name, each in what.items())
        return escape(brief("; ".join(pairs), limit))
    if isinstance(what, list):
        return escape(brief(", ".join(_record(each) for each in what), limit))
    return escape(brief(what, limit)) if isinstance(what, str) and what else shown(field, what, system)


def record(edit: "PendingEdit", row: "Customer", state: "EditState") -> dict[str, Any]:
    """Return an edit as JSON, with its customer."""
    return {
        "key": row.pk,
        "external_id": row.external_id,
        "name": row.name,
        "field": edit.field,
        **about(edit, state),
    }


def about(edit: "PendingEdit", state: "EditState") -> dict[str, Any]:
    """Return an edit as JSON."""
    return {
        "base": edit.base,
        "theirs": edit.conflict.theirs if edit.conflict else edit.base,
        "value": edit.value,
        "by": edit.made_by.get_username() if edit.made_by else None,
        "at": edit.made_at,
        "state": state.value,
        "refused": edit.refused or None,
        "conflict": edit.conflict_id,
    }


def held_back(edit: "PendingEdit", state: "EditState", system: str) -> str:
    """Return why an edit is not pushed, safe to print; empty where it waits to be."""
    from counterfoil.mirror.edit_status import EditState

    if state == EditState.WAITS:
        return ""
    words = escape(wording.edit_state(state, system))
    if state == EditState.REFUSED:
        return f"{words}: {escape(edit.refused)}"
    return f"{words} ({edit.conflict_id})" if state == EditState.CONFLICT and edit.conflict_id else words


def mark(edit: "PendingEdit", state: "EditState", system: str) -> str:
    """Return what is printed beside an edited value, safe to print: its state, and the value without the edit."""
    from counterfoil.mirror.edit_status import EditState

    theirs = edit.conflict.theirs if edit.conflict else edit.base
    other = f"({escape(system)}: {value(edit.field, theirs, system)})"
    words = held_back(edit, state, system) or escape(wording.edit_state(state, system))
    return words if state == EditState.REFUSED else f"{words} {other}"


def push_next(row: "Customer") -> str:
    """Return the command that pushes one customer, safe to print."""
    words = f"push {shlex.quote(row.connection.name)} --client-id {shlex.quote(customer_text.shown_id(row))}"
    return escape(acting_user.command(words))


def _plain(what: object) -> str:
    return "—" if what in (None, "") else str(what)


def _record(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    return f"{entry.get('external_id')} {entry.get('name')}"
