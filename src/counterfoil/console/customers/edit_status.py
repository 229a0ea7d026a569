"""What the page of a customer says of its edits: which values are ours, what the upstream says instead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from counterfoil.connections import factory
from counterfoil.console.site import permissions
from counterfoil.console.widgets import badges
from counterfoil.console.widgets.formats import one_line
from counterfoil.edits.edit import EditResult
from counterfoil.ingest.edit_values import label
from counterfoil.mirror import edit_status
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
    """Beside one field. `said` is what the upstream says, `words` why it did not take ours."""

    badge: SafeString
    said: str = ""
    by: str = ""
    at: datetime | None = None
    words: str = ""
    conflict: int | None = None
    take_back: str = ""
    """The field, for whoever may take the edit back."""


def context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What the template needs besides the marks."""
    barred = why_not_editable(customer)
    return {
        "barred": barred,
        "may_edit": request.user.has_perm(permissions.EDIT) and not barred,
        "may_push": request.user.has_perm(permissions.PUSH) and is_pushable(customer),
        "may_discard": request.user.has_perm(permissions.CREATE) and customer.state == State.LOCAL,
        "open_conflicts": Conflict.objects.for_record(customer.pk).open().exclude(kind=ConflictKind.BOTH),
        "may_settle": request.user.has_perm(permissions.SETTLE),
        "unwritten": never_written(customer.connection) if customer.state == State.LOCAL else "",
    }


def is_pushable(customer: Customer) -> bool:
    """Whether a push has something to do with it."""
    if customer.state in edit_status.GONE or factory.writer(customer.connection) is None:
        return False
    waiting = edit_status.waiting_edits().filter(record_id=customer.pk)
    return waiting.exists() or _unfinished(customer).exists()


def edit_marks(request: HttpRequest, customer: Customer) -> Mapping[str, EditMark]:
    """By field. Of a customer that only we have everything is ours: only what is odd is said."""
    edits = PendingEdit.objects.for_record(customer.pk)
    sent = {field for write in _unfinished(customer) for field in write.fields}
    may_edit = request.user.has_perm(permissions.EDIT) and not why_not_editable(customer)
    is_local = customer.state == State.LOCAL
    found: dict[str, EditMark] = {}
    for edit in edits.select_related("made_by"):
        if is_local and not (edit.here_only or edit.refused or edit.conflict_id):
            continue
        found[edit.field] = EditMark(
            badge=_badge(edit, is_sent=edit.field in sent),
            said="" if is_local else _said(edit),
            by=edit.made_by.get_username() if edit.made_by else "",
            at=edit.made_at,
            words=edit.refused,
            conflict=edit.conflict_id,
            take_back=edit.field if may_edit and not is_local and not edit.conflict_id else "",
        )
    return {**_overwritten(Conflict.objects.for_record(customer.pk).open(), found), **found}


def edit_marks_of_rows(rows: Iterable[Customer]) -> dict[int, SafeString]:
    """For a list: what is odd about the values of each row, for all of them at once. Of one that only we have
    its state says so."""
    found: dict[int, list[PendingEdit]] = {}
    states = {row.pk: State(row.state) for row in rows}
    for edit in PendingEdit.objects.for_records(states).order_by("id"):
        found.setdefault(edit.record_id, []).append(edit)
    return {key: _in_short(edits, states[key]) for key, edits in found.items()}


def _in_short(edits: list[PendingEdit], state: State) -> SafeString:
    """The most urgent of them. Edits of a customer that was deleted upstream wait for a decision, all of them."""
    sent = [edit for edit in edits if not edit.here_only]
    undecided = [edit for edit in sent if edit.conflict_id is not None or state == State.TOMBSTONE]
    waiting = [] if state == State.LOCAL else sent
    for words, colour, chosen in (
        ("In conflict", "danger", [edit.field for edit in undecided]),
        ("Refused", "danger", [edit.field for edit in sent if edit.refused]),
        ("Not confirmed yet", "warning", [edit.field for edit in waiting]),
    ):
        if chosen:
            return badges.badge(words, colour, names(chosen))
    kept = [edit.field for edit in edits if edit.here_only]
    return badges.badge("Ours", "info", names(kept)) if kept else SafeString()


def _badge(edit: PendingEdit, *, is_sent: bool) -> SafeString:
    if edit.conflict_id is not None:
        return badges.badge("In conflict", "danger", "Changed here and upstream: somebody has to decide")
    if edit.here_only:
        return badges.badge("Ours", "info", "Kept here only: it is never sent, and outlives every sync")
    if edit.refused:
        return badges.badge("Refused upstream", "danger", "Not sent again before somebody changes it")
    if is_sent:
        return badges.badge("Sent, no answer yet", "warning", "The next push looks up what became of it")
    return badges.badge("Not confirmed yet", "warning", "The next push sends it upstream")


def _said(edit: PendingEdit) -> str:
    value = one_line(edit.base) or "empty"
    return f"upstream: {value}" if edit.here_only or edit.conflict_id else f"was {value} upstream"


def _overwritten(open_ones: Iterable[Conflict], known: Mapping[str, EditMark]) -> dict[str, EditMark]:
    """Fields in conflict that have no edit any more."""
    return {
        conflict.field: EditMark(badges.badge(str(conflict.get_kind_display()), "danger"), conflict=conflict.pk)
        for conflict in open_ones
        if conflict.field and conflict.field not in known
    }


def _unfinished(customer: Customer) -> Any:
    return Write.objects.for_record(customer.pk).unfinished()


def why_not_editable(customer: Customer) -> str:
    """Why it cannot be edited; empty where it can."""
    if customer.state == State.TOMBSTONE:
        return "It was deleted upstream, so it cannot be edited."
    if customer.state == State.MERGED:
        return "It was merged into another customer, so it cannot be edited: edit that one."
    return ""


def saved(made: EditResult) -> str:
    """For the notice after a form."""
    parts = (
        (made.pending, "saved here and not confirmed upstream yet"),
        (made.here_only, "saved and kept here only"),
        (made.taken_back, "what the upstream says again"),
    )
    said = [f"{names(fields)} {'is' if len(fields) == 1 else 'are'} {words}." for fields, words in parts if fields]
    return " ".join(said) or "Nothing was changed."


def names(fields: Sequence[str]) -> str:
    """ "Phone, Mobile and City"."""
    labels = [label(field) for field in fields]
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def never_written(connection: Connection) -> str:
    """Why nothing is written upstream; empty where something may be."""
    if factory.writer(connection) is not None:
        return ""
    if factory.can_be_written(connection):
        return f"{connection.called} is read-only: nothing is written upstream."
    return f"Nothing can be written to the upstream of {connection.called}."
