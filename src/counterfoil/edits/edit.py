"""Make and undo edits. The row shows an edit at once, and the edit keeps its base (DESIGN law 4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import standing
from counterfoil.connectors.page import Resource
from counterfoil.edits import field_paths
from counterfoil.errors import DoubtfulInput, NotPossibleNow
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import CONTACTS, label, parse
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mirror.models import (
    Conflict,
    Customer,
    Decision,
    Mirrored,
    PendingDeletion,
    PendingEdit,
    State,
    Write,
)
from counterfoil.mirror.resources import resource_of
from counterfoil.mirror.store.base import ChangeSource, field_value


class EditDecision(StrEnum):
    """What a typed value means for the field's pending edit."""

    UNCHANGED = "unchanged"
    """The field has this value already."""
    UNDONE = "undone"
    """The value is the upstream's: the edit ends."""
    EDITED = "edited"
    """The edit waits to be pushed, or is kept here."""


@dataclass(frozen=True, slots=True)
class CurrentEdit:
    """The part of a field's pending edit that decides about another value.

    `theirs` is the upstream's value where both sides have changed the field.
    """

    base: Any
    refused: bool = False
    in_conflict: bool = False
    theirs: Any = None


def decide_edit(value: Any, current: Any, edit: CurrentEdit | None, *, in_flight: bool) -> EditDecision:
    """Decide what a typed value does to a field that has the value `current`.

    `in_flight`: a write of this field has no known outcome. An edit back to the base then has to follow that
    write, unless the field is in conflict.
    """
    if value == current and not (edit and edit.refused):
        return EditDecision.UNCHANGED
    if edit is None:
        return EditDecision.EDITED
    if edit.in_conflict:
        return EditDecision.UNDONE if value in (edit.base, edit.theirs) else EditDecision.EDITED
    return EditDecision.UNDONE if value == edit.base and not in_flight else EditDecision.EDITED


RESOURCE = Resource.CUSTOMER


@dataclass(slots=True)
class EditResult:
    """The fields of an edit by what happened to them.

    They wait to be pushed, are kept here only, have the upstream's value again, or did not change. `invalid` has
    the reason why a value has no normal form, by field.
    """

    pending: list[str] = field(default_factory=list)
    here_only: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    invalid: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return bool(self.pending or self.here_only or self.undone)


def edit_customer(
    customer: Customer,
    typed: Mapping[str, str],
    user: AbstractBaseUser | None = None,
    *,
    with_invalid: bool = False,
) -> EditResult:
    """Edit fields of a customer, all of them or none. An empty text clears a field.

    Raises InvalidInput for fields and values that are not possible, NotPossibleNow for customers that cannot be
    edited, and unless `with_invalid` DoubtfulInput for e-mail addresses and phone numbers that cannot be right.
    """
    values = {name: parse(name, text) for name, text in typed.items()}
    with transaction.atomic():
        row = lock_row(customer.pk)
        result = set_values(row, values, user)
        if result.changed:
            rebuild(row, user)
            row.refresh_from_db(fields=["invalid"])
        if not with_invalid:
            require_usable(row, (*result.pending, *result.here_only))
        result.invalid = {name: row.invalid[name] for name in values if values[name] and name in row.invalid}
    return result


def undo_edit(pending: PendingEdit, user: AbstractBaseUser | None = None) -> EditResult:
    """Give a field the upstream's value again."""
    with transaction.atomic():
        row = lock_row(pending.record_id)
        result = set_values(row, {pending.field: pending.base}, user)
        rebuild(row, user)
    return result


def lock_row(pk: int, *, allow_deleted: bool = False, despite_deletion: bool = False) -> Customer:
    """Lock a customer until the transaction ends. Raises NotPossibleNow where it cannot be edited.

    `despite_deletion`: also one whose deletion waits to be sent.
    """
    row = Customer.objects.locked(pk)
    standing.require_present(row.connection)
    if row.state == State.TOMBSTONE and not allow_deleted:
        raise NotPossibleNow(
            messages.edits.DELETED_HERE(record=row.external_id), messages.edits.DELETED_HERE_ADVICE()
        )
    if row.state == State.MERGED:
        raise NotPossibleNow(messages.edits.MERGED(record=row.external_id), messages.edits.MERGED_ADVICE())
    if not (despite_deletion or allow_deleted) and PendingDeletion.objects.for_record(pk).exists():
        raise NotPossibleNow(
            messages.edits.DELETION_WAITS(record=row.external_id), messages.edits.UNDO_DELETION_FIRST()
        )
    return row


def set_values(row: Mirrored, values: Mapping[str, Any], user: AbstractBaseUser | None) -> EditResult:
    """Change the pending edits of a locked row. The caller rewrites the row itself."""
    result = EditResult()
    resource = resource_of(row)
    edits = PendingEdit.objects.for_record(row.pk, resource).select_related("conflict")
    by_field = {edit.field: edit for edit in edits}
    paths = field_paths.record_paths(row)
    in_flight = _values_in_flight(row)
    for name, value in values.items():
        edit = by_field.get(name)
        decision = decide_edit(value, field_value(row, name), _current(edit), in_flight=name in in_flight)
        if decision == EditDecision.UNCHANGED:
            result.unchanged.append(name)
        elif decision == EditDecision.UNDONE and edit is not None:
            result.undone.append(name)
            _delete(edit, user)
        else:
            here_only = paths is None or not paths.has(name)
            _save(row, name, value, user, here_only=here_only, sent=in_flight.get(name, []))
            (result.here_only if here_only else result.pending).append(name)
    return result


def require_usable(row: Mirrored, fields: Iterable[str]) -> None:
    """Raise DoubtfulInput where an e-mail address or a phone number among these fields cannot be right."""
    problems = {name: row.invalid[name] for name in fields if name in CONTACTS and name in row.invalid}
    if problems:
        words = "; ".join(f"{label(name)}: {problem}" for name, problem in problems.items())
        message, advice = messages.edits.DOUBTFUL_VALUES(problems=words), messages.edits.DOUBTFUL_VALUES_ADVICE()
        raise DoubtfulInput(message, advice, fields=problems)


def _save(
    row: Mirrored, name: str, value: Any, user: AbstractBaseUser | None, *, here_only: bool, sent: Sequence[Any]
) -> None:
    """Save the edit. A new one takes the field's value as its base; `sent` are values that may still arrive."""
    user_id = user.pk if user else None
    values = {
        "value": value,
        "here_only": here_only,
        "refused": "",
        "made_by_id": user_id,
        "made_at": timezone.now(),
    }
    new = {**values, "connection_id": row.connection_id, "base": field_value(row, name), "sent": list(sent)}
    edit, _ = PendingEdit.objects.update_or_create(
        resource=resource_of(row), record_id=row.pk, field=name, defaults=values, create_defaults=new
    )
    if edit.conflict_id:
        Conflict.objects.filter(pk=edit.conflict_id).update(ours=value, edited_by=user_id, edited_at=edit.made_at)


def _current(edit: PendingEdit | None) -> CurrentEdit | None:
    if edit is None:
        return None
    conflict = edit.conflict
    return CurrentEdit(edit.base, bool(edit.refused), conflict is not None, conflict.theirs if conflict else None)


def rebuild(row: Mirrored, user: AbstractBaseUser | None) -> None:
    """Rebuild a locked row after its edits were changed; history names the newest of them."""
    newest = PendingEdit.objects.for_record(row.pk, resource_of(row)).order_by("-made_at", "-id").first()
    rewrite(row, user, newest.pk if newest else None)


def _values_in_flight(row: Mirrored) -> dict[str, list[Any]]:
    """Return the values of writes whose outcome is not known, by field."""
    values: dict[str, list[Any]] = {}
    writes = Write.objects.for_record(row.pk, resource_of(row)).unfinished()
    for fields in writes.values_list("fields", flat=True):
        for name, change in fields.items():
            values.setdefault(name, []).append(change["value"])
    return values


def _delete(edit: PendingEdit, user: AbstractBaseUser | None) -> None:
    if edit.conflict is not None:
        source = ChangeSource(edit.connection_id, edit.resource, "edit", None, timezone.now())
        conflicts.close(edit.conflict, Decision.THEIRS, source, user)
    edit.delete()
