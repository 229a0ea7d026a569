"""Find upstream changes that our own writes have overwritten (DESIGN law 4).

No upstream can lock a record. An observation that is stale because our own write came after it may be the only
trace of a change that was made upstream between our read and our write.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.ingest import conflicts
from counterfoil.ingest.conflicts import NewConflict
from counterfoil.ingest.mapping_pool import MappingOutcome, Payload
from counterfoil.ingest.observation import Observation
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.models import (
    Change,
    Conflict,
    ConflictKind,
    Customer,
    Decision,
    PendingEdit,
    Source,
    Write,
    WriteKind,
    WriteState,
)
from counterfoil.mirror.resources import table
from counterfoil.mirror.row import FieldChange, Prepared
from counterfoil.mirror.store.base import ChangeSource, field_value, to_json

if TYPE_CHECKING:
    from counterfoil.ingest.edit_overlay import FieldMerge

LOOKBACK = timedelta(days=7)
"""How late an observation may arrive of what a write of ours has replaced."""


def raise_lost_updates(
    observations: Sequence[Observation],
    applied: Sequence[Observation],
    source: ChangeSource,
    map_here: Callable[[Payload], MappingOutcome],
    merge: Callable[[bytes, bytes], bytes],
) -> int:
    """Open a conflict for each value in observations not `applied` that our recent writes have replaced.

    `merge` lays a payload over the stored one: what an observation does not say was not replaced. Returns how many
    conflicts are new. Runs in the transaction of the batch.
    """
    writes = _recent_writes(source)
    if not writes:
        return 0
    applied_items = {id(observation.item) for observation in applied}
    raised = 0
    for observation in observations:
        for write in writes.get(observation.item.external_id, ()):
            if id(observation.item) not in applied_items and _shows_change_between(observation, write):
                outcome = map_here(_all_known(observation, write.record_id, merge))
                if isinstance(outcome, Mapped):
                    raised += _raise_replaced(write, outcome, source)
    return raised


def raise_late_landings(
    records: Sequence[Prepared], merges: "Mapping[str, Sequence[FieldMerge]]", source: ChangeSource
) -> int:
    """Open a conflict for each value that a write of ours has replaced long after it was sent and never answered.

    `merges` are those of the records' pending edits. Returns how many conflicts are new. Call it in the
    transaction that writes the records, before their edits are changed.
    """
    unanswered = _unanswered_writes(source)
    raised = 0
    for record in records if unanswered else ():
        reference = source.reference_of(record.external_id)
        for write in unanswered.get(record.external_id, ()):
            for field, theirs in landed_over(
                write.fields, record.changes, merges.get(record.external_id, ())
            ).items():
                raised += raise_lost_update(write, field, theirs, source, reference)
    return raised


def landed_over(
    sent: Mapping[str, Mapping[str, Any]], changes: Iterable[FieldChange], merges: "Iterable[FieldMerge]"
) -> dict[str, Any]:
    """Return the values that a late write has replaced, by field.

    A field without a pending edit has changed to the value sent; one with an edit was in conflict about another
    value. An edit without a conflict waited for just this value.
    """
    replaced = {change.field: (to_json(change.before), to_json(change.after)) for change in changes}
    for one in merges:
        conflict = one.edit.conflict
        replaced[one.edit.field] = (conflict.theirs if conflict else one.theirs, one.theirs)
    return {
        field: before
        for field, (before, after) in replaced.items()
        if field in sent and after == sent[field]["value"] and before != after
    }


def late_values(record_ids: Iterable[int], resource: str) -> dict[tuple[int, str], list[Any]]:
    """Return the values of writes that were given up without an answer, by record and field: they may land."""
    writes = _given_up().filter(resource=resource, record_id__in=list(record_ids)).exclude(look_up_at=None)
    values: dict[tuple[int, str], list[Any]] = {}
    for write in writes:
        for field, change in write.fields.items():
            values.setdefault((write.record_id, field), []).append(change["value"])
    return values


def _given_up() -> "QuerySet[Write]":
    since = timezone.now() - LOOKBACK
    return Write.objects.filter(kind=WriteKind.UPDATE, state=WriteState.FAILED, created_at__gte=since)


def _unanswered_writes(source: ChangeSource) -> dict[str, list[Write]]:
    """Return the writes that may still land, or have landed without being noticed yet, by external id."""
    writes = Write.objects.unfinished().filter(kind=WriteKind.UPDATE) | _given_up()
    by_id: dict[str, list[Write]] = {}
    of_connection = writes.filter(connection_id=source.connection_id, resource=source.resource)
    for write in of_connection.exclude(look_up_at=None):
        by_id.setdefault(str(write.external_id), []).append(write)
    return by_id


def raise_lost_update(write: Write, field: str, theirs: Any, source: ChangeSource, reference: int | None) -> int:
    """Open a conflict for one value that a write has replaced, once per value. Returns 1 where it is new."""
    sent = write.fields.get(field) or {"base": write.carried.get(field), "value": write.carried.get(field)}
    earlier = Conflict.objects.filter(
        resource=write.resource,
        record_id=write.record_id,
        field=field,
        kind=ConflictKind.OVERWRITTEN,
        raised_at__gte=write.created_at,
    )
    if theirs in list(earlier.values_list("theirs", flat=True)):
        return 0
    found = NewConflict(write.record_id, ConflictKind.OVERWRITTEN, field, sent["base"], sent["value"], theirs)
    conflict = conflicts.open_or_update(found, source, reference)
    Conflict.objects.filter(pk=conflict.pk).update(edited_by=write.asked_by_id, edited_at=write.created_at)
    return 1


def _recent_writes(source: ChangeSource) -> dict[str, list[Write]]:
    by_id: dict[str, list[Write]] = {}
    writes = Write.objects.filter(
        connection_id=source.connection_id,
        resource=source.resource,
        kind=WriteKind.UPDATE,
        state=WriteState.DONE,
        ended_at__gte=timezone.now() - LOOKBACK,
    )
    for write in writes:
        by_id.setdefault(str(write.external_id), []).append(write)
    return by_id


def _shows_change_between(observation: Observation, write: Write) -> bool:
    """Tell whether an observation shows the record as it was between the read before a write and the write.

    Decided by the upstream's own times; where these are too coarse, by tickets.
    """
    modified = observation.item.modified
    if modified is None or write.modified is None or write.modified_after is None:
        return False
    if modified == write.modified:
        return observation.answered > write.ticket
    return write.modified < modified <= write.modified_after


def _all_known(observation: Observation, record_id: int, merge: Callable[[bytes, bytes], bytes]) -> Payload:
    stored, name = Customer.objects.values_list("raw", "name").get(pk=record_id)
    payload = merge(stored.encode(), observation.item.raw) if stored else observation.item.raw
    return Payload(observation.item.external_id, payload, name_before=name)


def _raise_replaced(write: Write, mapped: Mapped, source: ChangeSource) -> int:
    raised = 0
    for field, expected in replaced_values(write).items():
        theirs = to_json(mapped.values[field])
        if theirs not in (*expected, upstream_now(write.record_id, field)):
            raised += raise_lost_update(write, field, theirs, source, source.reference_of(str(write.external_id)))
    return raised


def upstream_now(record_id: int, field: str, resource: str = Resource.CUSTOMER) -> Any:
    """Return the upstream's newest observed value of a field: a value it still has was not replaced."""
    edits = PendingEdit.objects.for_record(record_id, resource).filter(field=field)
    if (edit := edits.select_related("conflict").first()) is not None:
        return edit.conflict.theirs if edit.conflict else edit.base
    return to_json(table(resource).rows_by_id([record_id]).values_list(field, flat=True).get())


def replaced_values(write: Write) -> dict[str, tuple[Any, ...]]:
    """Return the fields whose values a write has replaced, each with the values that are no change of others.

    These are the base, the value sent and what the upstream has made of it, or the one value of a field that was
    only carried along.
    """
    names = ("base", "value", "kept")
    sent = {field: tuple(entry[name] for name in names if name in entry) for field, entry in write.fields.items()}
    return {**{field: (value,) for field, value in write.carried.items()}, **sent}


def raise_between(write: Write, source: ChangeSource) -> int:
    """Open a conflict for each value of others that arrived between the read for this write and now.

    Such values stand in the record's conflicts and history. Returns how many conflicts are new.
    """
    raised = 0
    row = table(write.resource).rows_by_id([write.record_id]).get()
    for field, expected in replaced_values(write).items():
        if field in write.carried and field_value(row, field) not in expected:
            continue
        if PendingEdit.objects.filter(resource=write.resource, record_id=write.record_id, field=field).exists():
            continue  # it has not arrived, so it has replaced nothing
        now = upstream_now(write.record_id, field, write.resource)
        for theirs in _foreign_values(write, field):
            if theirs not in (*expected, now):
                raised += raise_lost_update(write, field, theirs, source, source.reference)
    return raised


def _foreign_values(write: Write, field: str) -> list[object]:
    """Return the values of a field that came from elsewhere since the write was recorded."""
    left_to_people = Conflict.objects.filter(
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
    decided_by_rule = Conflict.objects.filter(
        resource=write.resource,
        record_id=write.record_id,
        field=field,
        by_policy=True,
        decision=Decision.THEIRS,
        settled_at__gte=write.created_at,
    )
    return [
        *left_to_people.values_list("theirs", flat=True),
        *decided_by_rule.values_list("theirs", flat=True),
        *changes.values_list("after", flat=True),
    ]
