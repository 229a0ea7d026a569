"""A record that the upstream has, pushed: read again, merged, what differs sent, read back (DESIGN law 5).

read again   a live read through the door: bases move, conflicts are raised, what is the same is confirmed
write down   what will be sent, committed; from here on a crash leaves a write whose outcome is looked up
send         once; what the upstream does not take is shown on the field that it names
read back    through the door: what comes back equal is confirmed, what was lost on the way is raised
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F

from counterfoil import messages
from counterfoil.connectors.page import Read
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.edits import field_paths, outbox
from counterfoil.edits.field_paths import FieldPaths
from counterfoil.edits.outbox import PushResult, WriteOutcome, judge_outcome
from counterfoil.edits.upstream_session import UpstreamSession
from counterfoil.errors import Fatal, NeedsPerson, OutcomeUnknown, RecordGone, RetryLater, WriteRejected
from counterfoil.ingest import lost_updates
from counterfoil.ingest.edit_values import EDITABLE, likeness
from counterfoil.ingest.rewrite import NOTHING
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import Conflict, Customer, PendingEdit, Write, WriteState
from counterfoil.mirror.store.base import field_value

_FINDINGS = {
    WriteOutcome.NOT_CARRIED_OUT: messages.edits.NOT_CARRIED_OUT,
    WriteOutcome.UNCLEAR: messages.edits.OVERWRITTEN_SINCE,
}


def push_changes(session: UpstreamSession, row: Customer, left: Write | None) -> PushResult:
    """`left` is a write of which the outcome is not known, held by this process. Raises what keeps the upstream
    from being reached; what was under way is on record then."""
    external_id = str(row.external_id)
    read = session.look(external_id)
    if left is not None:
        _settle(session, left, read)
    if read.item is None:
        return PushResult.CONFLICT
    write = _write_down(session, row.pk, read)
    if write is None:
        return PushResult.CONFLICT if Conflict.objects.for_record(row.pk).open().exists() else PushResult.NOTHING
    result = _carry_out(session, write, external_id)
    if result == PushResult.REFUSED and (rest := _write_down(session, row.pk, read)) is not None:
        _carry_out(session, rest, external_id)  # what was not named as wrong
    return result


def _write_down(session: UpstreamSession, pk: int, read: Read) -> Write | None:
    """What differs, committed; None where nothing does, or another process is at it."""
    context = session.context
    with transaction.atomic():
        context.lease.check()
        row = Customer.objects.locked(pk)
        if outbox.unfinished_write(row):
            return None
        waiting = edit_status.sendable_edits(pk)
        edits = [edit for edit in waiting if edit.value != edit.base]
        outbox.drop_undone_edits(pk, waiting)
        places = field_paths.customer_paths(row.connection, row)
        if not edits or places is None or row.state in edit_status.GONE:
            return None
        values = places.values({edit.field: edit.value for edit in edits})
        current = (row.raw or NOTHING).encode()
        requests = session.collection.writer.compose_update(str(row.external_id), current, values)
        if not requests:  # there is nothing to clear
            nothing = messages.edits.NOTHING_TO_CLEAR(system=session.system)
            PendingEdit.objects.filter(pk__in=[edit.pk for edit in edits]).update(refused=nothing)
            return None
        Customer.objects.filter(pk=pk).update(version=F("version") + 1)
        carried = _carried(row, requests, places, {edit.field for edit in edits})
        return outbox.record_write(row, context.run, edits, requests, ticket=read.ticket, carried=carried)


def _carried(
    row: Customer, requests: Sequence[WriteRequest], places: FieldPaths, sent: Set[str]
) -> dict[str, Any]:
    """Values that the requests name besides those that are sent: they too would replace what somebody writes
    meanwhile."""
    paths = {path for request in requests for path in _paths(orjson.loads(request.body))}
    pending = dict(PendingEdit.objects.for_record(row.pk).values_list("field", "base"))
    others = places.carried(paths) - sent
    return {
        field: pending[field] if field in pending else field_value(row, field)
        for field in others & EDITABLE.keys()
    }


def _paths(body: Mapping[str, Any]) -> Iterator[str]:
    for key, value in body.items():
        yield key
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value)


def _carry_out(session: UpstreamSession, write: Write, external_id: str) -> PushResult:
    try:
        session.send(write)
    except WriteRejected as error:
        outbox.end_rejected(session.context, write, error)
        if write.step:
            session.look(external_id)  # a part of it was taken
        return PushResult.REFUSED
    except RecordGone as error:
        outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.FAILED, error.message)
        session.look(external_id)
        return PushResult.CONFLICT
    except OutcomeUnknown as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return _look_up(session, write, external_id)
    except (RetryLater, NeedsPerson, Fatal) as error:
        if write.step == 0:
            outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.FAILED if write.step == 0 else WriteState.UNKNOWN, error.message)
        raise
    session.look(external_id)
    return _confirm(session, write)


def _look_up(session: UpstreamSession, write: Write, external_id: str) -> PushResult:
    """Nobody knows whether it arrived: a read tells, now or with the next push."""
    if not outbox.claim_write(write):
        return PushResult.LATER
    try:
        read = session.look(external_id)
    except RetryLater:
        outbox.end_write(write, WriteState.UNKNOWN, write.error)
        return PushResult.LATER
    return PushResult.PUSHED if _settle(session, write, read) else PushResult.LATER


def _settle(session: UpstreamSession, write: Write, read: Read) -> bool:
    """End a write by what a later read says. Whether any of it had arrived."""
    if read.item is None:
        return not outbox.end_write(write, WriteState.FAILED, messages.edits.DELETED_THERE(system=session.system))
    with transaction.atomic():
        row = Customer.objects.locked(write.record_id)
        outcome = WriteOutcome.CARRIED_OUT if write.step else _judged(session, write)
        if outcome == WriteOutcome.CARRIED_OUT:
            _done(session, row, write)
            return True
        if outcome == WriteOutcome.NOT_CARRIED_OUT:
            outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.FAILED, _FINDINGS[outcome](system=session.system))
    return False


def _judged(session: UpstreamSession, write: Write) -> WriteOutcome:
    now = {field: lost_updates.upstream_now(write.record_id, field) for field in write.fields}
    region = session.context.connection.country
    return judge_outcome(write.fields, now, lambda field: likeness(field, region))


def _confirm(session: UpstreamSession, write: Write) -> PushResult:
    """It was carried out and read back: what is not there was not kept."""
    with transaction.atomic():
        row = Customer.objects.locked(write.record_id)
        not_kept = messages.edits.VALUE_NOT_KEPT(system=session.system)
        lost = {edit.field: not_kept for edit in _waiting(write)}
        outbox.mark_rejected(write, lost)
        _done(session, row, write, refused=len(lost) == len(write.fields))
    return PushResult.REFUSED if lost else PushResult.PUSHED


def _waiting(write: Write) -> list[PendingEdit]:
    """Fields of the write of which the upstream still says what it said before."""
    found = PendingEdit.objects.for_record(write.record_id).filter(conflict=None)
    return [
        edit
        for edit in found.filter(field__in=list(write.fields))
        if edit.base == write.fields[edit.field]["base"] and edit.value == write.fields[edit.field]["value"]
    ]


def _done(session: UpstreamSession, row: Customer, write: Write, *, refused: bool = False) -> None:
    state = WriteState.REFUSED if refused else WriteState.DONE
    error = messages.edits.VALUE_NOT_KEPT(system=session.system) if refused else ""
    outbox.end_write(write, state, error, row.upstream_modified_at)
    raised = lost_updates.raise_between(write, session.context.source())
    session.context.lease.renew(
        pushed=F("pushed") + int(not refused), failed=F("failed") + int(refused), conflicts=F("conflicts") + raised
    )
