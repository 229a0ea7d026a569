"""Late news of what a write of ours has replaced upstream (DESIGN law 4).

An observation that does not count any more, because our own write came after it, may be the only trace of somebody
else's edit between our reading and our writing.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from counterfoil.connectors.page import Resource, Shape
from counterfoil.ingest import conflicts
from counterfoil.ingest.conflicts import Clash
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
from counterfoil.mirror.store.base import ChangeSource, field_value, to_json

REMEMBERED = timedelta(days=7)
"""News of what came before a write of ours may be so late."""


def raise_lost_updates(
    observations: Sequence[Observation],
    applied: Sequence[Observation],
    source: ChangeSource,
    map_here: Callable[[Payload], MappingOutcome],
    only_in_detail: frozenset[str],
) -> int:
    """Look at observations that were not `applied` for what our recent writes have replaced. Returns how many
    conflicts that made. In the transaction of the batch."""
    writes = _recent(source)
    if not writes:
        return 0
    taken = {id(observation.item) for observation in applied}
    raised = 0
    for observation in observations:
        for write in writes.get(observation.item.external_id, ()):
            if id(observation.item) not in taken and _fell_between(observation, write):
                outcome = map_here(Payload(observation.item.external_id, observation.item.raw))
                if isinstance(outcome, Mapped):
                    silent = only_in_detail if observation.shape == Shape.LIST else frozenset()
                    raised += _compare(write, outcome, source, silent)
    return raised


def raise_lost_update(write: Write, field: str, theirs: Any, source: ChangeSource, reference: int | None) -> int:
    """Raise one value that a write has replaced, once. Returns 1 where it is new."""
    said = write.fields.get(field) or {"base": write.carried.get(field), "value": write.carried.get(field)}
    known = Conflict.objects.filter(
        resource=write.resource,
        record_id=write.record_id,
        field=field,
        kind=ConflictKind.OVERWRITTEN,
        raised_at__gte=write.created_at,
    )
    if theirs in list(known.values_list("theirs", flat=True)):
        return 0
    clash = Clash(write.record_id, ConflictKind.OVERWRITTEN, field, said["base"], said["value"], theirs)
    found = conflicts.raise_open(clash, source, reference)
    Conflict.objects.filter(pk=found.pk).update(edited_by=write.asked_by_id, edited_at=write.created_at)
    return 1


def _recent(source: ChangeSource) -> dict[str, list[Write]]:
    found: dict[str, list[Write]] = {}
    rows = Write.objects.filter(
        connection_id=source.connection_id,
        resource=source.resource,
        kind=WriteKind.UPDATE,
        state=WriteState.DONE,
        ended_at__gte=timezone.now() - REMEMBERED,
    )
    for write in rows:
        found.setdefault(str(write.external_id), []).append(write)
    return found


def _fell_between(observation: Observation, write: Write) -> bool:
    """By the upstream's own times; where these are too coarse to tell, by when we had asked and heard."""
    modified = observation.item.modified
    if modified is None or write.modified is None or write.modified_after is None:
        return False
    if modified == write.modified:
        return observation.answered > write.ticket
    return write.modified < modified <= write.modified_after


def _compare(write: Write, mapped: Mapped, source: ChangeSource, silent: frozenset[str]) -> int:
    raised = 0
    for field, known in replaced_values(write).items():
        theirs = to_json(mapped.values[field])
        if field not in silent and theirs not in (*known, upstream_now(write.record_id, field)):
            raised += raise_lost_update(write, field, theirs, source, source.reference_of(str(write.external_id)))
    return raised


def upstream_now(record_id: int, field: str) -> Any:
    """What the upstream says of a field, as far as is known: what it still says was not replaced."""
    edit = PendingEdit.objects.filter(resource=Resource.CUSTOMER, record_id=record_id, field=field)
    if (held := edit.select_related("conflict").first()) is not None:
        return held.conflict.theirs if held.conflict else held.base
    return to_json(Customer.objects.values_list(field, flat=True).get(pk=record_id))


def replaced_values(write: Write) -> dict[str, tuple[Any, ...]]:
    """The fields whose values a write has replaced, with those that nobody else need have written."""
    sent = {field: (said["base"], said["value"]) for field, said in write.fields.items()}
    return {**{field: (value,) for field, value in write.carried.items()}, **sent}


def raise_between(write: Write, source: ChangeSource) -> int:
    """Raise what conflicts and history of the record hold that came in since it was read for this write. Returns
    how many conflicts that made."""
    raised = 0
    row = Customer.objects.get(pk=write.record_id)
    for field, known in replaced_values(write).items():
        if field in write.carried and field_value(row, field) not in known:
            continue
        if PendingEdit.objects.filter(resource=write.resource, record_id=write.record_id, field=field).exists():
            continue  # it has not arrived, so it has replaced nothing
        now = upstream_now(write.record_id, field)
        for theirs in _seen(write, field):
            if theirs not in (*known, now):
                raised += raise_lost_update(write, field, theirs, source, source.reference)
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
