"""Conflicts settled by a person (DESIGN law 4)."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.edits import create, edit
from counterfoil.edits.edit import RESOURCE
from counterfoil.edits.merge_rows import merge_rows
from counterfoil.errors import CounterfoilError, InvalidInput, NotPossibleNow
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mirror.models import (
    Conflict,
    ConflictKind,
    Customer,
    Decision,
    PendingEdit,
    Source,
)
from counterfoil.mirror.store.base import ChangeSource, field_value

CHOICES = {
    ConflictKind.BOTH: (Decision.OURS, Decision.THEIRS),
    ConflictKind.OVERWRITTEN: (Decision.OURS, Decision.THEIRS),
    ConflictKind.DELETED: (Decision.RECREATE, Decision.DROP),
    ConflictKind.CREATED: (Decision.SAME, Decision.NEW),
}
"""What a person may decide, by kind."""


def resolve(
    conflict: Conflict, decision: Decision, user: AbstractBaseUser | None = None, chosen: int | None = None
) -> Customer:
    """Settle one. `chosen` is the row that a creation is the same as, where several may be it. Returns the
    customer that goes on: another one where it is created again or was there already.

    Raises InvalidInput for a decision that does not fit, and where somebody has settled it meanwhile.
    """
    with transaction.atomic():
        row = Customer.objects.locked(conflict.record_id)
        fresh = Conflict.objects.select_for_update().get(pk=conflict.pk)
        if fresh.settled_at is not None:
            raise NotPossibleNow(messages.edits.SETTLED_ALREADY(), messages.edits.SETTLED_ALREADY_ADVICE())
        kind = ConflictKind(fresh.kind)
        if decision not in CHOICES[kind]:
            raise InvalidInput(
                messages.edits.WRONG_DECISION(decision=decision),
                messages.edits.WRONG_DECISION_ADVICE(decisions=" or ".join(CHOICES[kind])),
            )
        conflicts.close(fresh, decision, _stamp(row), user)
        if kind == ConflictKind.BOTH:
            return _both(fresh, row, decision, user)
        if kind == ConflictKind.OVERWRITTEN:
            return _overwritten(fresh, row, decision, user)
        if kind == ConflictKind.DELETED:
            return _deleted(row, decision, user)
        return _created(fresh, row, decision, user, chosen)


def resolve_all(
    chosen: Iterable[Conflict], decision: Decision, user: AbstractBaseUser | None = None
) -> tuple[int, list[str]]:
    """Settle several the same way, each by itself. Returns how many, and why others were not."""
    done, problems = 0, []
    for conflict in chosen:
        try:
            resolve(conflict, decision, user)
            done += 1
        except CounterfoilError as error:
            problems.append(str(error))
    return done, problems


def _both(conflict: Conflict, row: Customer, decision: Decision, user: AbstractBaseUser | None) -> Customer:
    edit = PendingEdit.objects.for_record(row.pk).filter(field=conflict.field)
    agreed = [held.pk for held in edit if held.value == conflict.theirs]
    if decision == Decision.OURS and not agreed:
        edit.update(base=conflict.theirs, sent=[], conflict=None, refused="")
    else:
        edit.delete()
    rewrite(row, user, None)
    return row


def _overwritten(conflict: Conflict, row: Customer, decision: Decision, user: AbstractBaseUser | None) -> Customer:
    """Theirs is what was there before our write: to have it back is an edit."""
    if decision == Decision.THEIRS:
        edit.set_values(edit.lock_row(row.pk), {conflict.field: conflict.theirs}, user)
        rewrite(row, user, None)
    return row


def _deleted(row: Customer, decision: Decision, user: AbstractBaseUser | None) -> Customer:
    """The row that was deleted stays what it is, so that nothing old revives it; created again it is a new one."""
    values = {name: value for name in EDITABLE if (value := field_value(row, name)) is not None}
    PendingEdit.objects.for_record(row.pk).delete()
    rewrite(row, user, None)
    if decision == Decision.DROP:
        return row
    writer = factory.writer(row.connection)
    sources = factory.all_sources(row.connection)
    kept = {
        name: value
        for name, value in values.items()
        if writer is not None and any(writer.accepts(path) for path in sources.get(name, ()))
    }
    return create.create_row(row.connection, kept, user)


def _created(
    conflict: Conflict, row: Customer, decision: Decision, user: AbstractBaseUser | None, chosen: int | None
) -> Customer:
    if decision == Decision.NEW:
        return row
    found = [entry["id"] for entry in conflict.theirs or ()]
    if chosen is None and len(found) == 1:
        chosen = found[0]
    if chosen is None or chosen not in found:
        raise InvalidInput(messages.edits.SEVERAL_CREATED(), messages.edits.SEVERAL_CREATED_ADVICE())
    other = Customer.objects.select_related("connection").get(pk=chosen)
    system = factory.connector_class(row.connection).title
    words = messages.edits.EXISTED_ALREADY(system=system, record=other.external_id)
    merge_rows(row, other, _stamp(row), user, words=words)
    return other


def _stamp(row: Customer) -> ChangeSource:
    return ChangeSource(row.connection_id, RESOURCE, Source.EDIT, None, timezone.now())
