"""Delete a record in the connected system, as a person has confirmed it (DESIGN laws 3 and 5).

read        live, through the ingest: a record that is gone already is done, one that has changed asks again
record      the request is committed; from here on a crash leaves a deletion whose outcome is looked up
send        once; what the upstream refuses waits for the person, with its reason
prove       only a read that answers "does not exist" makes the row a tombstone; until then the deletion waits
"""

from django.db import transaction
from django.db.models import F, Q

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.connectors.write_port import DeletingWriter
from counterfoil.edits import outbox, push_update
from counterfoil.edits.outbox import PushResult
from counterfoil.edits.upstream_session import UpstreamSession
from counterfoil.errors import (
    BadRecord,
    CounterfoilError,
    Fatal,
    LeaseLost,
    NeedsPerson,
    NotAllowed,
    OutcomeUnknown,
    ReadRefused,
    RecordGone,
    RetryLater,
    WriteRejected,
)
from counterfoil.ingest.edit_values import label
from counterfoil.mirror import dependents, edit_status
from counterfoil.mirror.dependents import Dependents
from counterfoil.mirror.models import (
    Conflict,
    ConflictKind,
    Customer,
    PendingDeletion,
    Write,
    WriteKind,
    WriteState,
)
from counterfoil.mirror.record_history import EXTRA


def push_deletion(session: UpstreamSession, row: Customer, unfinished: Write | None) -> PushResult:
    """Delete a record, or finish its deletion.

    `unfinished` is a write without a known outcome, claimed by this process. Raises errors that keep the upstream
    from being reached.
    """
    external_id = str(row.external_id)
    read = _read(session, external_id, unfinished)
    if unfinished is not None and unfinished.kind != WriteKind.DELETE:
        push_update.reconcile(session, unfinished, read)
    if read.answer == ReadOutcome.GONE:
        return _count_deleted(session, row.pk)
    if unfinished is not None and unfinished.kind == WriteKind.DELETE:
        accepted = unfinished.step > 0
        reason = messages.edits.STILL_THERE if accepted else messages.edits.NOT_CARRIED_OUT
        outbox.end_write(unfinished, WriteState.FAILED, reason(system=session.system))
        if accepted:
            return _hold(session, row.pk, reason(system=session.system))
    if read.answer == ReadOutcome.UNLISTED:
        return _hold(session, row.pk, read.reason)
    write = _record_write(session, row.pk, read)
    if write is None:
        held = PendingDeletion.objects.for_record(row.pk).exclude(held="").exists()
        return PushResult.CONFLICT if held else PushResult.NOTHING
    return _send(session, write, external_id)


def _read(session: UpstreamSession, external_id: str, unfinished: Write | None) -> Read:
    """Read the record. A write without a known outcome is given back with the reason where that fails."""
    try:
        return session.refresh(external_id)
    except LeaseLost:
        raise  # another process ends this write
    except CounterfoilError as error:
        if unfinished is not None:
            outbox.end_write(unfinished, WriteState.UNKNOWN, error.message)
        raise


def _record_write(session: UpstreamSession, pk: int, read: Read) -> Write | None:
    """Record the request; None where the deletion was taken back, or has to be confirmed again."""
    context = session.context
    writer = session.collection.writer
    with transaction.atomic():
        context.lease.check()
        row = Customer.objects.locked(pk)
        deletion = PendingDeletion.objects.for_record(pk).filter(held="").first()
        if deletion is None or outbox.unfinished_write(row) or row.state in edit_status.GONE_STATES:
            return None
        reason = _why_ask_again(row, deletion)
        if isinstance(writer, DeletingWriter) and not reason:
            request = writer.compose_delete(str(row.external_id))
            return outbox.record_write(row, context.run, (), [request], kind=WriteKind.DELETE, ticket=read.ticket)
        reason = reason or messages.edits.CANNOT_DELETE(system=session.system)
        PendingDeletion.objects.filter(pk=deletion.pk).update(held=reason)
        return None


def _why_ask_again(row: Customer, deletion: PendingDeletion) -> str:
    """Return why the person has to look again: what is deleted is not what was confirmed. Empty where it is."""
    changed = dependents.fields_changed_since(row, deletion.last_change)
    changed += _fields_in_conflict_since(row, deletion)
    if changed:
        names = ", ".join(label(field.removeprefix(EXTRA)) for field in changed)
        return messages.edits.CHANGED_SINCE_CONFIRMED(fields=names)
    if Dependents.of_customer(row).exceed(deletion.dependents):
        return messages.edits.MORE_DEPENDS()
    return ""


def _fields_in_conflict_since(row: Customer, deletion: PendingDeletion) -> list[str]:
    """Return the fields that changed there since, and that an edit of ours keeps from being shown."""
    since = Q(raised_at__gt=deletion.asked_at) | Q(theirs_at__gt=deletion.asked_at)
    raised = Conflict.objects.for_record(row.pk).filter(since, kind=ConflictKind.BOTH)
    return list(raised.order_by("field").values_list("field", flat=True).distinct())


def _send(session: UpstreamSession, write: Write, external_id: str) -> PushResult:
    try:
        session.send(write)
    except (WriteRejected, NotAllowed) as error:
        outbox.end_write(write, WriteState.REFUSED, error.message)
        return _hold(session, write.record_id, _reason(error))
    except RecordGone:
        return _prove(session, write, external_id, accepted=False)
    except OutcomeUnknown as error:
        outbox.end_unanswered(write, error)
        return _look_up(session, write, external_id)
    except LeaseLost:
        raise
    except (RetryLater, NeedsPerson, Fatal) as error:
        outbox.end_write(write, WriteState.FAILED, error.message)
        raise
    return _prove(session, write, external_id, accepted=True)


def _prove(session: UpstreamSession, write: Write, external_id: str, *, accepted: bool) -> PushResult:
    """Read the record once more. One that is gone has ended its deletion in the ingest."""
    try:
        read = session.refresh(external_id)
    except (RetryLater, BadRecord, ReadRefused) as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return PushResult.LATER
    except LeaseLost:
        raise
    except CounterfoilError as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        raise
    if read.answer == ReadOutcome.GONE:
        return _count_deleted(session, write.record_id)
    still_there = messages.edits.STILL_THERE(system=session.system)
    if accepted:  # it may take a moment: the next push looks again before the person is asked
        outbox.end_write(write, WriteState.UNKNOWN, still_there)
        return PushResult.LATER
    outbox.end_write(write, WriteState.FAILED, still_there)
    return _hold(session, write.record_id, still_there)


def _look_up(session: UpstreamSession, write: Write, external_id: str) -> PushResult:
    """Look up the outcome by a read. A record that is still there is looked up again: the request may be late."""
    if not outbox.claim_write(write):
        return PushResult.LATER
    try:
        read = session.refresh(external_id)
    except (RetryLater, BadRecord, ReadRefused):
        outbox.end_write(write, WriteState.UNKNOWN, write.error)
        return PushResult.LATER
    if read.answer == ReadOutcome.GONE:
        return _count_deleted(session, write.record_id)
    outbox.end_write(write, WriteState.UNKNOWN, write.error)
    return PushResult.LATER


def _count_deleted(session: UpstreamSession, pk: int) -> PushResult:
    """Count a record that is gone. Where its row is none yet (a guard holds it back), the deletion still waits."""
    if PendingDeletion.objects.for_record(pk).exists():
        write = Write.objects.for_record(pk).unfinished().first()
        if write is not None:
            outbox.end_write(write, WriteState.UNKNOWN, write.error)
        return PushResult.LATER
    session.context.lease.renew(pushed=F("pushed") + 1)
    return PushResult.PUSHED


def _hold(session: UpstreamSession, pk: int, reason: str) -> PushResult:
    """Keep the reason on the deletion, which then waits for a person, and count it."""
    PendingDeletion.objects.for_record(pk).update(held=reason)
    session.context.lease.renew(failed=F("failed") + 1)
    return PushResult.REFUSED


def _reason(error: CounterfoilError) -> str:
    """Return the upstream's own words, if it has any, else what the error says and advises."""
    words = "; ".join(error.fields.values()) if isinstance(error, WriteRejected) else ""
    return messages.join(error.message, words or error.advice)
