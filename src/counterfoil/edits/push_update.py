"""Push the edits of a record that the upstream has: read, merge, send the differences, read back (DESIGN law 5).

read        live, through the ingest: bases move, conflicts open, edits that both sides agree on end
record      the requests are committed; from here on a crash leaves a write whose outcome is looked up
send        once; what the upstream rejects is shown on the field that it names
read back   through the ingest: equal values are confirmed, lost updates open conflicts
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.edits import field_paths, outbox
from counterfoil.edits.echo import read_back
from counterfoil.edits.field_paths import FieldPaths
from counterfoil.edits.outbox import PushResult, WriteOutcome, judge_outcome
from counterfoil.edits.upstream_session import UpstreamSession
from counterfoil.errors import (
    BadRecord,
    Fatal,
    LeaseLost,
    NeedsPerson,
    OutcomeUnknown,
    ReadRefused,
    RecordGone,
    RetryLater,
    WriteRejected,
)
from counterfoil.ingest import lost_updates
from counterfoil.ingest.edit_values import EDITABLE_OF, likeness
from counterfoil.ingest.rewrite import NOTHING
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import Conflict, ContactPerson, Mirrored, PendingEdit, Write, WriteState
from counterfoil.mirror.resources import Table, resource_of, table
from counterfoil.mirror.store.base import field_value

_FINDINGS = {
    WriteOutcome.NOT_CARRIED_OUT: messages.edits.NOT_CARRIED_OUT,
    WriteOutcome.UNCLEAR: messages.edits.OVERWRITTEN_SINCE,
}


def push_changes(session: UpstreamSession, row: Mirrored, unfinished: Write | None) -> PushResult:
    """Push the edits of a record.

    `unfinished` is a write without a known outcome, claimed by this process. Raises errors that keep the upstream
    from being reached; a write that was underway is recorded then.
    """
    external_id = str(row.external_id)
    if unfinished is None:
        read = session.refresh(external_id)
    else:
        read = read_back(session, unfinished, external_id)
        reconcile(session, unfinished, read)
    if read.answer == ReadOutcome.UNLISTED:
        return _refuse_unlisted(session.context.table, row.pk, read)
    if read.item is None:
        return PushResult.CONFLICT
    write = _record_write(session, row.pk, read)
    if write is None:
        return (
            PushResult.CONFLICT
            if Conflict.objects.for_record(row.pk, session.context.table.resource).open().exists()
            else PushResult.NOTHING
        )
    result = _send(session, write, external_id)
    if result == PushResult.REFUSED and (rest := _record_write(session, row.pk, read)) is not None:
        _send(session, rest, external_id)  # the fields that were not rejected
    return result


@transaction.atomic
def _refuse_unlisted(records: Table, pk: int, read: Read) -> PushResult:
    """Send nothing to an id that is another record's now, or no customer's; every edit says so."""
    records.locked(pk)
    waiting = [edit.pk for edit in edit_status.sendable_edits(pk, records.resource)]
    PendingEdit.objects.filter(pk__in=waiting).update(refused=read.reason)
    return PushResult.REFUSED if waiting else PushResult.NOTHING


def _record_write(session: UpstreamSession, pk: int, read: Read) -> Write | None:
    """Record the differences; None where nothing differs, or another process works on the record."""
    context = session.context
    with transaction.atomic():
        context.lease.check()
        row = context.table.locked(pk)
        if outbox.unfinished_write(row):
            return None
        waiting = edit_status.sendable_edits(pk, context.table.resource)
        edits = [edit for edit in waiting if edit.value != edit.base]
        outbox.drop_undone_edits(pk, waiting, context.table.resource)
        paths = field_paths.record_paths(row)
        if not edits or paths is None or row.state in edit_status.GONE_STATES:
            return None
        values = paths.values({edit.field: edit.value for edit in edits})
        current = _current_payload(session, row)
        requests = session.collection.writer.compose_update(str(row.external_id), current, values)
        if not requests:
            nothing = messages.edits.NOTHING_TO_CLEAR(system=session.system)
            PendingEdit.objects.filter(pk__in=[edit.pk for edit in edits]).update(refused=nothing)
            return None
        context.table.rows_by_id([pk]).update(version=F("version") + 1)
        carried = _carried_values(row, requests, paths, {edit.field for edit in edits})
        return outbox.record_write(row, context.run, edits, requests, ticket=read.ticket, carried=carried)


def _current_payload(session: UpstreamSession, row: Mirrored) -> bytes:
    """Return the payload that was read last. A person's names its customer, also where the single read did not."""
    payload = (row.raw or NOTHING).encode()
    if not isinstance(row, ContactPerson):
        return payload
    (path,) = session.collection.reader.default_sources["customer_external_id"]
    return orjson.dumps({**orjson.loads(payload), path: row.customer_external_id})


def _carried_values(
    row: Mirrored, requests: Sequence[WriteRequest], paths: FieldPaths, sent: Set[str]
) -> dict[str, Any]:
    """Collect the other values that the requests name: they too would overwrite a change made meanwhile."""
    named = {path for request in requests for path in _paths(orjson.loads(request.body))}
    resource = resource_of(row)
    bases = dict(PendingEdit.objects.for_record(row.pk, resource).values_list("field", "base"))
    others = paths.fields_of(named) - sent
    return {
        field: bases[field] if field in bases else field_value(row, field)
        for field in others & EDITABLE_OF[resource].keys()
    }


def _paths(body: Mapping[str, Any]) -> Iterator[str]:
    for key, value in body.items():
        yield key
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value)


def _send(session: UpstreamSession, write: Write, external_id: str) -> PushResult:
    try:
        session.send(write)
    except WriteRejected as error:
        outbox.end_rejected(session.context, write, error)
        if write.step:
            session.refresh(external_id)  # earlier requests were carried out
        return PushResult.REFUSED
    except RecordGone as error:
        outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.FAILED, error.message)
        session.refresh(external_id)
        return PushResult.CONFLICT
    except OutcomeUnknown as error:
        outbox.end_unanswered(write, error)
        return _look_up(session, write, external_id)
    except LeaseLost:
        raise  # another process ends this write
    except (RetryLater, NeedsPerson, Fatal) as error:
        if write.step == 0:
            outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.FAILED if write.step == 0 else WriteState.UNKNOWN, error.message)
        raise
    try:
        read_back(session, write, external_id)
    except BadRecord as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return PushResult.LATER
    return _confirm(session, write)


def _look_up(session: UpstreamSession, write: Write, external_id: str) -> PushResult:
    """Look up the outcome by a read, now or with the next push."""
    if not outbox.claim_write(write):
        return PushResult.LATER
    try:
        read = session.refresh(external_id)
    except (RetryLater, BadRecord, ReadRefused):
        outbox.end_write(write, WriteState.UNKNOWN, write.error)
        return PushResult.LATER
    return PushResult.PUSHED if reconcile(session, write, read) else PushResult.LATER


def reconcile(session: UpstreamSession, write: Write, read: Read) -> bool:
    """End an update by a later read. Returns whether any of it had arrived."""
    if read.item is None:
        reason = read.reason or messages.edits.DELETED_THERE(system=session.system)
        return not outbox.end_write(write, WriteState.FAILED, reason)
    with transaction.atomic():
        row = table(write.resource).locked(write.record_id)
        outcome = WriteOutcome.CARRIED_OUT if write.step else _outcome(session, write)
        if outcome == WriteOutcome.CARRIED_OUT:
            _end_carried_out(session, row, write)
            return True
        if outbox.may_still_land(write, timezone.now()):
            outbox.end_write(write, WriteState.UNKNOWN, write.error)
            return False
        if outcome == WriteOutcome.NOT_CARRIED_OUT:
            outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.FAILED, _FINDINGS[outcome](system=session.system))
    return False


def _outcome(session: UpstreamSession, write: Write) -> WriteOutcome:
    now = {field: lost_updates.upstream_now(write.record_id, field, write.resource) for field in write.fields}
    row = table(write.resource).rows_by_id([write.record_id]).select_related("connection").get()
    region = getattr(row, "country_code", None) or row.connection.country
    return judge_outcome(write.fields, now, lambda field: likeness(field, region))


def _confirm(session: UpstreamSession, write: Write) -> PushResult:
    """End a write that was carried out and read back: a value that is not there was not kept."""
    with transaction.atomic():
        row = table(write.resource).locked(write.record_id)
        not_kept = messages.edits.VALUE_NOT_KEPT(system=session.system)
        lost = {edit.field: not_kept for edit in _unconfirmed_edits(write)}
        outbox.mark_rejected(write, lost)
        _end_carried_out(session, row, write, refused=len(lost) == len(write.fields))
    return PushResult.REFUSED if lost else PushResult.PUSHED


def _unconfirmed_edits(write: Write) -> list[PendingEdit]:
    """Select the edits of a write whose field still has its old value upstream."""
    edits = PendingEdit.objects.for_record(write.record_id, write.resource).filter(conflict=None)
    return [
        edit
        for edit in edits.filter(field__in=list(write.fields))
        if edit.base == write.fields[edit.field]["base"] and edit.value == write.fields[edit.field]["value"]
    ]


def _end_carried_out(session: UpstreamSession, row: Mirrored, write: Write, *, refused: bool = False) -> None:
    state = WriteState.REFUSED if refused else WriteState.DONE
    error = messages.edits.VALUE_NOT_KEPT(system=session.system) if refused else ""
    outbox.end_write(write, state, error, row.upstream_modified_at)
    lost = lost_updates.raise_between(write, session.context.source())
    session.context.lease.renew(
        pushed=F("pushed") + int(not refused), failed=F("failed") + int(refused), conflicts=F("conflicts") + lost
    )
