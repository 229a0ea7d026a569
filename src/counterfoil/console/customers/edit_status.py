"""The edits on a customer's page: which values are ours, and what the connected system has instead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from counterfoil.connections import factory, wording
from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.site import permissions
from counterfoil.console.widgets import badges
from counterfoil.console.widgets.formats import one_line
from counterfoil.edits.edit import EditResult
from counterfoil.ingest.edit_values import label
from counterfoil.mirror import edit_status
from counterfoil.mirror.edit_status import EditState
from counterfoil.mirror.models import (
    Conflict,
    ConflictKind,
    Connection,
    Customer,
    PendingEdit,
    State,
    Write,
)


@dataclass(frozen=True, slots=True)
class EditMark:
    """What a page shows beside an edited field. `conflict` is the key of an open conflict about the field."""

    badge: SafeString
    theirs: str = ""
    """The connected system's value, with its name."""
    by: str = ""
    at: datetime | None = None
    refused: str = ""
    """Why the connected system rejected our value."""
    conflict: int | None = None
    undo: str = ""
    """The field's name if the user may undo the edit."""


def context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Return the template context about edits, except for the marks."""
    barred = why_not_editable(customer)
    return {
        "barred": barred,
        "may_edit": request.user.has_perm(permissions.EDIT) and not barred,
        "may_push": request.user.has_perm(permissions.PUSH) and is_pushable(customer),
        "may_discard": request.user.has_perm(permissions.CREATE) and customer.state == State.LOCAL,
        "open_conflicts": Conflict.objects.for_record(customer.pk).open().exclude(kind=ConflictKind.BOTH),
        "may_settle": request.user.has_perm(permissions.SETTLE),
        "unwritten": why_not_writable(customer.connection) if customer.state == State.LOCAL else "",
    }


def is_pushable(customer: Customer) -> bool:
    """Return whether a push has anything to do for this customer."""
    if customer.state in edit_status.GONE_STATES or factory.writer(customer.connection) is None:
        return False
    waiting = edit_status.waiting_edits().filter(record_id=customer.pk)
    deletions = edit_status.pending_deletions().filter(record_id=customer.pk, held="")
    return waiting.exists() or deletions.exists() or _unfinished_writes(customer).exists()


def edit_marks(request: HttpRequest, customer: Customer) -> Mapping[str, EditMark]:
    """Return the marks of a customer's fields, by field.

    A customer that is not in the connected system yet consists of edits only, so just the unusual ones are marked.
    """
    edits = PendingEdit.objects.for_record(customer.pk)
    sent = {field for write in _unfinished_writes(customer) for field in write.fields}
    may_edit = request.user.has_perm(permissions.EDIT) and not why_not_editable(customer)
    is_local = customer.state == State.LOCAL
    system = wording.system(customer.connection)
    is_deleted = edit_status.pending_deletions().filter(record_id=customer.pk).exists()
    marks: dict[str, EditMark] = {}
    for edit in edits.select_related("made_by", "conflict"):
        if is_local and not (edit.here_only or edit.refused or edit.conflict_id):
            continue
        marks[edit.field] = EditMark(
            badge=_badge(edit, system, is_sent=edit.field in sent, is_deleted=is_deleted),
            theirs="" if is_local else f"{system}: {_their_value(edit)}",
            by=edit.made_by.get_username() if edit.made_by else "",
            at=edit.made_at,
            refused=edit.refused,
            conflict=edit.conflict_id,
            undo=edit.field if may_edit and not is_local and not edit.conflict_id else "",
        )
    open_conflicts = Conflict.objects.for_record(customer.pk).open()
    return {**_conflict_marks(open_conflicts, marks, system), **marks}


def list_badges(rows: Iterable[Customer]) -> dict[int, SafeString]:
    """Return the badge for the edits of each row of a list, by key, with one query for all rows."""
    by_row: dict[int, list[PendingEdit]] = {}
    customers = {row.pk: row for row in rows}
    for edit in PendingEdit.objects.for_records(customers).order_by("id"):
        by_row.setdefault(edit.record_id, []).append(edit)
    return {key: _list_badge(edits, State(customers[key].state)) for key, edits in by_row.items()}


def _list_badge(edits: list[PendingEdit], state: State) -> SafeString:
    """Show the most urgent state. All edits of a deleted customer wait for a decision."""
    to_send = [edit for edit in edits if not edit.here_only]
    undecided = [edit for edit in to_send if edit.conflict_id is not None or state == State.TOMBSTONE]
    waiting = [] if state == State.LOCAL else to_send
    for words, colour, chosen in (
        ("In conflict", "danger", [edit.field for edit in undecided]),
        ("Rejected", "danger", [edit.field for edit in to_send if edit.refused]),
        ("Waiting to be sent", "warning", [edit.field for edit in waiting]),
    ):
        if chosen:
            return badges.badge(words, colour, names(chosen))
    kept = [edit.field for edit in edits if edit.here_only]
    return badges.badge("Kept here only", "info", names(kept)) if kept else SafeString()


def _badge(edit: PendingEdit, system: str, *, is_sent: bool, is_deleted: bool) -> SafeString:
    if is_deleted and not edit.here_only:
        state, colour, title = EditState.HELD, "neutral", "Sent only if the customer is kept"
    elif edit.conflict_id is not None:
        state, colour = EditState.CONFLICT, "danger"
        title = f"Changed here and in {system}: decide which value to keep"
    elif edit.here_only:
        state, colour, title = EditState.HERE_ONLY, "info", f"Never sent to {system}, and kept through every sync"
    elif edit.refused:
        state, colour, title = EditState.REFUSED, "danger", "Not sent again until someone edits the field"
    elif is_sent:
        return badges.badge("No answer yet", "warning", "Sent; checked the next time edits are sent")
    else:
        state, colour, title = EditState.WAITS, "warning", f"Sent to {system} the next time edits are sent"
    return badges.badge(wording.sentence(wording.edit_state(state, system)), colour, title)


def _their_value(edit: PendingEdit) -> str:
    return one_line(edit.conflict.theirs if edit.conflict else edit.base) or "empty"


def _conflict_marks(
    open_conflicts: Iterable[Conflict], marks: Mapping[str, EditMark], system: str
) -> dict[str, EditMark]:
    """Mark the fields in conflict that have no pending edit any more."""
    return {
        conflict.field: EditMark(
            badges.badge(conflict_text.kind(conflict, system), "danger"), conflict=conflict.pk
        )
        for conflict in open_conflicts
        if conflict.field and conflict.field not in marks
    }


def _unfinished_writes(customer: Customer) -> Any:
    return Write.objects.for_record(customer.pk).unfinished()


def why_not_editable(customer: Customer) -> str:
    """Explain why a customer cannot be edited; empty where it can."""
    if customer.connection.removed_at is not None:
        return "Its connection was removed. The customer is kept as it was then."
    if customer.state == State.TOMBSTONE and customer.external_id is None:
        return "This customer was discarded, so it cannot be edited."
    if customer.state == State.TOMBSTONE:
        return f"This customer was deleted in {wording.system(customer.connection)}, so it cannot be edited."
    if customer.state == State.MERGED:
        return "This customer was merged into another one. Edit that one instead."
    if edit_status.pending_deletions().filter(record_id=customer.pk).exists():
        return "This customer is about to be deleted, so it cannot be edited. Keep it first."
    return ""


def result_text(result: EditResult, system: str) -> str:
    """Return the notice after an edit form was saved, as in "Saved. Phone is waiting to be sent to Robaws."."""
    parts = (
        (result.pending, f"waiting to be sent to {system}"),
        (result.here_only, "kept here only"),
        (result.undone, f"{wording.possessive(system)} value again"),
    )
    sentences = [
        f"{names(fields)} {'is' if len(fields) == 1 else 'are'} {words}." for fields, words in parts if fields
    ]
    return " ".join(["Saved.", *sentences]) if sentences else "Nothing was changed."


def names(fields: Sequence[str]) -> str:
    """Join the labels of fields, as in "Phone, Mobile and City"."""
    labels = [label(field) for field in fields]
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def why_not_writable(connection: Connection) -> str:
    """Explain why nothing is written to a connection's system; empty where it is."""
    if factory.writer(connection) is not None:
        return ""
    system = wording.system(connection)
    if factory.can_be_written(connection):
        return f"{connection.called} is read-only: nothing is sent to {system}."
    return f"Counterfoil does not change {system}."
