"""Settle conflicts about contact persons as a person decides (DESIGN law 4)."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.edits import edit, person
from counterfoil.edits.resolve_conflict import CHOICES
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import EDITABLE_OF
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mirror.models import Conflict, ConflictKind, ContactPerson, Decision, PendingEdit, Source
from counterfoil.mirror.resources import table
from counterfoil.mirror.store.base import ChangeSource, field_value


def resolve_person(conflict: Conflict, decision: Decision, user: AbstractBaseUser | None = None) -> ContactPerson:
    """Settle a conflict. Returns the person that has the edits now: another one after RECREATE.

    Raises InvalidInput for a decision that does not fit, NotPossibleNow where the conflict is settled already.
    """
    with transaction.atomic():
        row: ContactPerson = table(person.RESOURCE).locked(conflict.record_id)
        fresh = Conflict.objects.select_for_update().get(pk=conflict.pk)
        if fresh.settled_at is not None:
            raise NotPossibleNow(messages.edits.SETTLED_ALREADY(), messages.edits.SETTLED_ALREADY_ADVICE())
        kind = ConflictKind(fresh.kind)
        if decision not in CHOICES[kind]:
            raise InvalidInput(
                messages.edits.WRONG_DECISION(decision=decision),
                messages.edits.WRONG_DECISION_ADVICE(decisions=" or ".join(CHOICES[kind])),
            )
        source = ChangeSource(row.connection_id, person.RESOURCE, Source.EDIT, None, timezone.now())
        conflicts.close(fresh, decision, source, user)
        if kind == ConflictKind.DELETED:
            return _deleted(row, decision, user)
        if kind == ConflictKind.BOTH:
            _both(fresh, row, decision)
        elif decision == Decision.THEIRS:
            edit.set_values(row, {fresh.field: fresh.theirs}, user)
        rewrite(row, user, None)
        return row


def _both(conflict: Conflict, row: ContactPerson, decision: Decision) -> None:
    edits = PendingEdit.objects.for_record(row.pk, person.RESOURCE).filter(field=conflict.field)
    agreed = any(one.value == conflict.theirs for one in edits)
    if decision == Decision.OURS and not agreed:
        edits.update(base=conflict.theirs, sent=[], conflict=None, refused="")
    else:
        edits.delete()


def _deleted(row: ContactPerson, decision: Decision, user: AbstractBaseUser | None) -> ContactPerson:
    """End the edits of a deleted person. Created again, the person gets a new row."""
    values = {name: field_value(row, name) or "" for name in EDITABLE_OF[person.RESOURCE]}
    PendingEdit.objects.for_record(row.pk, person.RESOURCE).delete()
    rewrite(row, user, None)
    if decision == Decision.DROP or row.customer is None:
        return row
    return person.create_person(
        row.customer, {name: value for name, value in values.items() if value}, user, with_invalid=True
    )
