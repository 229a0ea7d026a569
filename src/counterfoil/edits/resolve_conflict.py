"""Settle conflicts as a person decides (DESIGN law 4)."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.field_source import is_plain
from counterfoil.edits import create, edit, single_read
from counterfoil.edits.edit import RESOURCE
from counterfoil.edits.merge_rows import merge_rows
from counterfoil.errors import CounterfoilError, InvalidInput, NotPossibleNow
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mirror import edit_status
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
"""The decisions that settle a conflict, by its kind."""


def resolve(
    conflict: Conflict, decision: Decision, user: AbstractBaseUser | None = None, chosen: int | None = None
) -> Customer:
    """Settle a conflict. Returns the customer that has the edits now: another one after RECREATE and SAME.

    `chosen` is the key of the customer that was created already, where several may be it. Before RECREATE the
    upstream is asked once more: a customer that is back is not created again, and its conflict is withdrawn.
    Raises InvalidInput for a decision that does not fit, NotPossibleNow where the conflict is settled already, or
    the upstream cannot be asked.
    """
    if decision == Decision.RECREATE and conflict.kind == ConflictKind.DELETED and conflict.settled_at is None:
        deleted = Customer.objects.select_related("connection").get(pk=conflict.record_id)
        if _is_back(deleted, user):
            return deleted
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
        conflicts.close(fresh, decision, _source(row), user)
        if kind == ConflictKind.BOTH:
            return _both(fresh, row, decision, user)
        if kind == ConflictKind.OVERWRITTEN:
            return _overwritten(fresh, row, decision, user)
        if kind == ConflictKind.DELETED:
            return _deleted(fresh, row, decision, user)
        return _created(fresh, row, decision, user, chosen)


def resolve_all(
    chosen: Iterable[Conflict], decision: Decision, user: AbstractBaseUser | None = None
) -> tuple[int, list[str]]:
    """Settle several conflicts the same way, each by itself. Returns how many, and the errors of the others."""
    done, problems = 0, []
    for conflict in chosen:
        try:
            resolve(conflict, decision, user)
            done += 1
        except CounterfoilError as error:
            problems.append(str(error))
    return done, problems


def _both(conflict: Conflict, row: Customer, decision: Decision, user: AbstractBaseUser | None) -> Customer:
    edits = PendingEdit.objects.for_record(row.pk).filter(field=conflict.field)
    agreed = any(edit.value == conflict.theirs for edit in edits)
    if decision == Decision.OURS and not agreed:
        edits.update(base=conflict.theirs, sent=[], conflict=None, refused="")
    else:
        edits.delete()
    rewrite(row, user, None)
    return row


def _overwritten(conflict: Conflict, row: Customer, decision: Decision, user: AbstractBaseUser | None) -> Customer:
    """Make an edit of the upstream's value, where the decision is for the one that our write replaced."""
    if decision == Decision.THEIRS:
        edit.set_values(edit.lock_row(row.pk), {conflict.field: conflict.theirs}, user)
        rewrite(row, user, None)
    return row


def _is_back(row: Customer, user: AbstractBaseUser | None) -> bool:
    """Read a deleted row live, which revives it where the upstream has it. Raises NotPossibleNow."""
    if row.external_id is None:
        return False
    error = single_read.read_now(row, user)
    if row.state not in edit_status.GONE_STATES:
        return True
    if error is not None:
        system = factory.connector_class(row.connection).title
        raise NotPossibleNow(
            messages.edits.STILL_THERE_UNKNOWN(system=system, reason=error.message),
            messages.edits.STILL_THERE_UNKNOWN_ADVICE(),
        )
    return False


def _deleted(conflict: Conflict, row: Customer, decision: Decision, user: AbstractBaseUser | None) -> Customer:
    """End the edits of a deleted row. Created again, the customer gets a new row: nothing old revives that one."""
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
        if writer is not None and any(is_plain(path) and writer.accepts(path) for path in sources.get(name, ()))
    }
    new = create.create_row(row.connection, kept, user, with_invalid=True)
    Conflict.objects.filter(pk=conflict.pk).update(recreated_as=new.pk)
    return new


def _created(
    conflict: Conflict, row: Customer, decision: Decision, user: AbstractBaseUser | None, chosen: int | None
) -> Customer:
    if decision == Decision.NEW:
        return row
    candidates = [entry["id"] for entry in conflict.theirs or ()]
    if chosen is None and len(candidates) == 1:
        chosen = candidates[0]
    if chosen is None or chosen not in candidates:
        raise InvalidInput(messages.edits.SEVERAL_CREATED(), messages.edits.SEVERAL_CREATED_ADVICE())
    other = Customer.objects.select_related("connection").get(pk=chosen)
    system = factory.connector_class(row.connection).title
    note = messages.edits.EXISTED_ALREADY(system=system, record=other.external_id)
    merge_rows(row, other, _source(row), user, note=note)
    return other


def _source(row: Customer) -> ChangeSource:
    return ChangeSource(row.connection_id, RESOURCE, Source.EDIT, None, timezone.now())
