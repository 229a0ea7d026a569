"""What others wrote upstream between our reading and our writing, and our write has replaced: raised, never passed
over (DESIGN law 4). No upstream can lock a record, so it is recognised afterwards, by what was seen in between."""

from counterfoil.edits.making import shown
from counterfoil.mirror import overwritten
from counterfoil.mirror.models import (
    Change,
    Conflict,
    ConflictKind,
    Customer,
    Decision,
    PendingEdit,
    Source,
    Write,
)
from counterfoil.mirror.store.records import Stamp


def between(write: Write, stamp: Stamp) -> int:
    """Raise what conflicts and history of the record hold that came in since it was read for this write. Returns
    how many conflicts that made."""
    raised = 0
    row = Customer.objects.get(pk=write.record_id)
    for field, known in overwritten.replaced(write).items():
        if field in write.carried and shown(row, field) not in known:
            continue
        if PendingEdit.objects.filter(resource=write.resource, record_id=write.record_id, field=field).exists():
            continue  # it has not arrived, so it has replaced nothing
        now = overwritten.upstream_now(write.record_id, field)
        for theirs in _seen(write, field):
            if theirs not in (*known, now):
                raised += overwritten.raise_one(write, field, theirs, stamp, stamp.reference)
    return raised


def _seen(write: Write, field: str) -> list[object]:
    """Values of a field that others than ourselves brought since the write was put down."""
    clashes = Conflict.objects.filter(
        resource=write.resource,
        record_id=write.record_id,
        field=field,
        kind=ConflictKind.BOTH,
        theirs_at__gte=write.created_at,
        by_policy=False,
    )
    changes = Change.objects.filter(
        resource=write.resource, record_id=write.record_id, field=field, at__gte=write.created_at
    ).exclude(source__in=(Source.EDIT, Source.PUSH, Source.MAPPING))
    yielded = Conflict.objects.filter(
        resource=write.resource,
        record_id=write.record_id,
        field=field,
        by_policy=True,
        decision=Decision.THEIRS,
        settled_at__gte=write.created_at,
    )
    found = [*clashes.values_list("theirs", flat=True), *yielded.values_list("theirs", flat=True)]
    return [*found, *changes.values_list("after", flat=True)]
