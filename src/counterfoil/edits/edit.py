"""Edits made: the row shows them at once, each with the base that it stands on (DESIGN law 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Resource
from counterfoil.edits import field_paths
from counterfoil.errors import NotPossibleNow
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import parse
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mirror.models import Conflict, Customer, Decision, PendingEdit, State, Write
from counterfoil.mirror.store.base import ChangeSource, field_value


class EditDecision(StrEnum):
    """Of the field's pending edit."""

    UNCHANGED = "unchanged"
    """The field holds it already."""
    TAKEN_BACK = "taken back"
    """It is what the upstream says: nothing of ours is left to be said."""
    EDITED = "edited"
    """It waits to be pushed, or is kept here."""


@dataclass(frozen=True, slots=True)
class CurrentEdit:
    """The pending edit that a field has, as far as another value for it goes. `theirs` is what the upstream says
    where both sides have changed the field."""

    base: Any
    refused: bool = False
    in_conflict: bool = False
    theirs: Any = None


def decide_edit(value: Any, now: Any, held: CurrentEdit | None, *, on_its_way: bool) -> EditDecision:
    """Decide. `now` is what the field holds; `on_its_way` says that nobody knows whether a value of ours for it
    has arrived: an edit back to the base has to follow that one, unless theirs stands already."""
    if value == now and not (held and held.refused):
        return EditDecision.UNCHANGED
    if held is None:
        return EditDecision.EDITED
    if held.in_conflict:
        return EditDecision.TAKEN_BACK if value in (held.base, held.theirs) else EditDecision.EDITED
    return EditDecision.TAKEN_BACK if value == held.base and not on_its_way else EditDecision.EDITED


RESOURCE = Resource.CUSTOMER


@dataclass(slots=True)
class EditResult:
    """What became of what was typed, by field: waits to be pushed, is kept here only, was taken back to what the
    upstream says, is as it was. `odd` are reasons why a value has no normal form."""

    pending: list[str] = field(default_factory=list)
    here_only: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    odd: dict[str, str] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether anything is other than before."""
        return bool(self.pending or self.here_only or self.taken_back)


def edit_customer(
    customer: Customer, typed: Mapping[str, str], user: AbstractBaseUser | None = None
) -> EditResult:
    """Edit fields of a customer; an empty text clears. All of it or nothing.

    Raises NotPossibleNow for fields and values that cannot be, and for customers that cannot be edited.
    """
    values = {name: parse(name, text) for name, text in typed.items()}
    with transaction.atomic():
        row = lock_row(customer.pk)
        made = set_values(row, values, user)
        if made.anything:
            _rewrite(row, user)
            row.refresh_from_db(fields=["invalid"])
        made.odd = {name: row.invalid[name] for name in values if values[name] and name in row.invalid}
    return made


def undo_edit(pending: PendingEdit, user: AbstractBaseUser | None = None) -> EditResult:
    """The upstream's value counts again."""
    with transaction.atomic():
        row = lock_row(pending.record_id)
        made = set_values(row, {pending.field: pending.base}, user)
        _rewrite(row, user)
    return made


def lock_row(pk: int, *, or_deleted: bool = False) -> Customer:
    """The row, nobody else's until the transaction ends. Raises NotPossibleNow where it cannot be edited."""
    row = Customer.objects.locked(pk)
    if row.state == State.TOMBSTONE and not or_deleted:
        raise NotPossibleNow(
            messages.edits.DELETED_HERE(record=row.external_id), messages.edits.DELETED_HERE_ADVICE()
        )
    if row.state == State.MERGED:
        raise NotPossibleNow(messages.edits.MERGED(record=row.external_id), messages.edits.MERGED_ADVICE())
    return row


def set_values(row: Customer, values: Mapping[str, Any], user: AbstractBaseUser | None) -> EditResult:
    """The pending edits of a locked row. The row itself is not made again."""
    made = EditResult()
    edits = PendingEdit.objects.for_record(row.pk).select_related("conflict")
    held = {edit.field: edit for edit in edits}
    places = field_paths.customer_paths(row.connection, row)
    on_its_way = _on_its_way(row)
    for name, value in values.items():
        now, edit = field_value(row, name), held.get(name)
        becomes = decide_edit(value, now, _held(edit), on_its_way=name in on_its_way)
        if becomes == EditDecision.UNCHANGED:
            made.unchanged.append(name)
        elif becomes == EditDecision.TAKEN_BACK and edit is not None:
            made.taken_back.append(name)
            _withdraw(edit, user)
        else:
            here_only = places is None or not places.has(name)
            _keep(row, name, value, user, here_only=here_only, sent=on_its_way.get(name, []))
            (made.here_only if here_only else made.pending).append(name)
    return made


def _keep(
    row: Customer, name: str, value: Any, user: AbstractBaseUser | None, *, here_only: bool, sent: Sequence[Any]
) -> None:
    """The edit, on the base that it has, else on what the field holds. `sent` may still arrive."""
    person = user.pk if user else None
    said = {
        "value": value,
        "here_only": here_only,
        "refused": "",
        "made_by_id": person,
        "made_at": timezone.now(),
    }
    new = {**said, "connection_id": row.connection_id, "base": field_value(row, name), "sent": list(sent)}
    edit, _ = PendingEdit.objects.update_or_create(
        resource=RESOURCE, record_id=row.pk, field=name, defaults=said, create_defaults=new
    )
    if edit.conflict_id:
        Conflict.objects.filter(pk=edit.conflict_id).update(ours=value, edited_by=person, edited_at=edit.made_at)


def _held(edit: PendingEdit | None) -> CurrentEdit | None:
    if edit is None:
        return None
    conflict = edit.conflict
    return CurrentEdit(edit.base, bool(edit.refused), conflict is not None, conflict.theirs if conflict else None)


def _rewrite(row: Customer, user: AbstractBaseUser | None) -> None:
    newest = PendingEdit.objects.for_record(row.pk).order_by("-made_at", "-id").first()
    rewrite(row, user, newest.pk if newest else None)


def _on_its_way(row: Customer) -> dict[str, list[Any]]:
    """Values of a write whose outcome is not known, by field: they may still arrive."""
    found: dict[str, list[Any]] = {}
    writes = Write.objects.for_record(row.pk).unfinished()
    for fields in writes.values_list("fields", flat=True):
        for name, said in fields.items():
            found.setdefault(name, []).append(said["value"])
    return found


def _withdraw(held: PendingEdit, user: AbstractBaseUser | None) -> None:
    if held.conflict is not None:
        source = ChangeSource(held.connection_id, held.resource, "edit", None, timezone.now())
        conflicts.close(held.conflict, Decision.THEIRS, source, user)
    held.delete()
