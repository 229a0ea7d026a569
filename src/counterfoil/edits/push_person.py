"""Push contact persons: edits like those of customers, and creations under their customer (DESIGN laws 4 and 5).

record      the request is committed before it is sent
send        with one key per person, where the upstream honours keys
read back   the ingest matches the person with the local row by the id that was answered
look up     after an unknown outcome: by its key, else among the persons of its customer; an equal one asks
"""

import hashlib
from dataclasses import replace
from datetime import timedelta

import orjson
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome, Resource, Shape
from counterfoil.connectors.port import ListedByParent
from counterfoil.edits import edit, field_paths, outbox, push_update
from counterfoil.edits.local_row import end_local_row
from counterfoil.edits.outbox import PushResult
from counterfoil.edits.upstream_session import DeletionWaits, UpstreamSession
from counterfoil.errors import (
    BadRecord,
    Fatal,
    LeaseLost,
    NeedsPerson,
    OutcomeUnknown,
    RecordGone,
    RetryLater,
    WriteRejected,
)
from counterfoil.ingest import created_here
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror import edit_status, tickets
from counterfoil.mirror.models import ContactPerson, PendingEdit, State, Write, WriteState
from counterfoil.mirror.store.base import field_value

RESOURCE = Resource.CONTACT_PERSON
KEY_LASTS = timedelta(hours=12)
"""For so long an idempotency key is trusted to return the first answer; Robaws does not say how long."""


def push_person(session: UpstreamSession, person_id: int) -> PushResult:
    """Push one contact person. `session` is one of this resource. Raises like `push.push_record`."""
    try:
        return _push(session, person_id)
    except DeletionWaits:
        if (write := Write.objects.for_record(person_id, RESOURCE).unfinished().first()) is not None:
            outbox.end_write(write, WriteState.UNKNOWN, messages.edits.ABSENCE_WAITS(system=session.system))
        return PushResult.NOT_FOUND


def _push(session: UpstreamSession, person_id: int) -> PushResult:
    row = ContactPerson.objects.select_related("connection", "customer").get(pk=person_id)
    unfinished = outbox.unfinished_write(row)
    if unfinished is not None and outbox.may_still_land(unfinished, timezone.now()):
        return PushResult.LATER
    if unfinished is not None and not outbox.claim_write(unfinished):
        return PushResult.BUSY
    if row.state in edit_status.GONE_STATES:
        if unfinished is not None:  # its outcome went with the person
            outbox.end_write(unfinished, WriteState.FAILED, messages.edits.DELETED_THERE(system=session.system))
        return PushResult.NOTHING
    if row.external_id is not None:
        return push_update.push_changes(session, row, unfinished)
    owner = row.customer.external_id if row.customer else None
    if owner is None:
        return PushResult.NOTHING  # its customer has to be created first
    return _create(session, row, owner, unfinished)


def _create(session: UpstreamSession, row: ContactPerson, owner: str, unfinished: Write | None) -> PushResult:
    if unfinished is None:
        write = _record_write(session, row.pk, owner)
        return PushResult.NOTHING if write is None else _send(session, write, owner)
    if unfinished.external_id is not None:
        return _read_back(session, unfinished, owner)
    key_is_honoured = session.collection.writer.idempotent and timezone.now() - unfinished.created_at < KEY_LASTS
    if not key_is_honoured and not _is_absent(session, row, unfinished, owner):
        return PushResult.REFUSED
    return _send(session, unfinished, owner, again=True)


def _record_write(session: UpstreamSession, pk: int, owner: str) -> Write | None:
    context = session.context
    with transaction.atomic():
        context.lease.check()
        row = context.table.locked(pk)
        edits = edit_status.sendable_edits(pk, RESOURCE)
        paths = field_paths.record_paths(row)
        if not edits or paths is None or row.state != State.LOCAL or outbox.unfinished_write(row):
            return None
        (owner_path,) = session.collection.reader.default_sources["customer_external_id"]
        values = paths.values({edit.field: edit.value for edit in edits})
        request = session.collection.writer.compose_create({**values, owner_path: owner})
        context.table.rows_by_id([pk]).update(version=F("version") + 1)
        return outbox.record_write(row, context.run, edits, [request])


def _send(session: UpstreamSession, write: Write, owner: str, *, again: bool = False) -> PushResult:
    """Send a creation. `again`: the write and its key stay the same."""
    try:
        session.send(write)
    except WriteRejected as error:
        outbox.end_rejected(session.context, write, error)
        return PushResult.REFUSED
    except OutcomeUnknown as error:
        outbox.end_unanswered(write, error)
        return PushResult.LATER
    except RecordGone as error:
        outbox.mark_unsent(write)
        return _refuse(session, write, error.message)
    except LeaseLost:
        raise  # another process ends this write
    except (RetryLater, NeedsPerson, Fatal) as error:
        if not again:
            outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.UNKNOWN if again else WriteState.FAILED, error.message)
        raise
    return _read_back(session, write, owner)


def _read_back(session: UpstreamSession, write: Write, owner: str) -> PushResult:
    """Read back what was created; the ingest matches it with the local row by the id that was answered."""
    external_id = str(write.external_id)
    try:
        (read,) = session.context.read([external_id], {external_id: owner})
        if read.answer == ReadOutcome.FOUND:
            session.ingest(_with_owner(session, read, owner))
    except (RetryLater, BadRecord) as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return PushResult.LATER
    if read.answer == ReadOutcome.GONE:
        return _gone_already(session, write)
    if read.answer != ReadOutcome.FOUND:
        outbox.end_write(write, WriteState.UNKNOWN, read.reason)
        return PushResult.LATER
    with transaction.atomic():
        _join_other_row(session, write)
        not_kept = messages.edits.CREATED_WITHOUT_VALUE(system=session.system)
        left = edit_status.sendable_edits(write.record_id, RESOURCE)
        outbox.mark_rejected(
            write, {one.field: not_kept for one in left if one.field in write.fields and one.value}
        )
        session.context.lease.renew(created=F("created") + 1)
    return PushResult.CREATED


def _with_owner(session: UpstreamSession, read: Read, owner: str) -> Read:
    """Name the customer in a new person's payload where the single read does not."""
    item = read.item
    if item is None or item.owner is not None:
        return read
    (path,) = session.collection.reader.default_sources["customer_external_id"]
    raw = orjson.dumps({**orjson.loads(item.raw), path: owner})
    named = item._replace(raw=raw, raw_hash=hashlib.sha256(raw).digest(), owner=owner)
    return replace(read, item=named)


def _join_other_row(session: UpstreamSession, write: Write) -> None:
    """Let another row that has the person already take over the edits made since; the local one ends."""
    records = session.context.table
    same = records.rows(write.connection_id).filter(external_id=write.external_id)
    other = same.exclude(pk=write.record_id).first()
    if other is None:
        return
    row = records.locked(write.record_id)
    sent = {field: change["value"] for field, change in write.fields.items()}
    edits = PendingEdit.objects.for_record(row.pk, RESOURCE)
    later = {one.field: one.value for one in edits if sent.get(one.field) != one.value and not one.here_only}
    edits.delete()
    kept = records.locked(other.pk)
    if edit.set_values(kept, later, None).changed:
        edit.rebuild(kept, None)
    note = messages.edits.EXISTED_ALREADY(system=session.system, record=write.external_id)
    outbox.end_write(write, WriteState.DONE, note)
    end_local_row(row.pk, session.context.source())


def _gone_already(session: UpstreamSession, write: Write) -> PushResult:
    """End a creation whose person was deleted before it was read back."""
    with transaction.atomic():
        row = session.context.table.locked(write.record_id)
        outbox.end_write(write, WriteState.DONE, messages.edits.DELETED_BEFORE_READ(system=session.system))
        end_local_row(row.pk, session.context.source())
    return PushResult.NOTHING


def _is_absent(session: UpstreamSession, row: ContactPerson, write: Write, owner: str) -> bool:
    """Tell whether no person of the customer equals what was sent. Else a user has to decide, and it is said."""
    collection = session.collection
    if not isinstance(collection, ListedByParent):
        _refuse(session, write, messages.edits.PERSON_MAY_EXIST(system=session.system))
        return False
    page = collection.fetch_owned(owner)
    observations = [
        Observation(item, Origin.READ, Shape.LIST, page.ticket, tickets.latest()) for item in page.items
    ]
    session.context.pipeline.ingest(observations, session.context.source())
    others = ContactPerson.objects.filter(connection_id=row.connection_id, customer_external_id=owner)
    equal = any(
        created_here.holds_values_sent(
            write.fields, {name: field_value(other, name) for name in write.fields}, row.connection.country
        )
        for other in others.filter(state=State.PRESENT)
    )
    if equal or not page.last:
        _refuse(session, write, messages.edits.PERSON_MAY_EXIST(system=session.system))
        return False
    return True


def _refuse(session: UpstreamSession, write: Write, reason: str) -> PushResult:
    """End a write that was not carried out, or is left to a person; its edits say why."""
    with transaction.atomic():
        session.context.table.locked(write.record_id)
        outbox.mark_rejected(write, dict.fromkeys(write.fields, reason))
        outbox.end_write(write, WriteState.FAILED, reason)
        session.context.lease.renew(failed=F("failed") + 1)
    return PushResult.REFUSED
