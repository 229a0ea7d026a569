"""Create a local customer in the connected system: once, whatever happens on the way (DESIGN law 5).

record      the request is committed before it is sent; later edits wait until the record has come back
send        with one key per record, where the upstream honors idempotency keys
read back   the ingest matches the record with the local row by the id that the request was answered with
search      after an unknown outcome, all changes since are listed before the request is sent again; records that
            may be the customer open a conflict, unless the answer to the key says which one is ours
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F

from counterfoil import messages
from counterfoil.connectors.page import Listing, Page, PageMark, PageRequest, Read, ReadOutcome, Resource, Shape
from counterfoil.edits import field_paths, lookalikes, outbox, push_update
from counterfoil.edits.echo import read_back
from counterfoil.edits.lookalikes import release_twin
from counterfoil.edits.merge_rows import merge_rows
from counterfoil.edits.outbox import PushResult
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
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import coverage, edit_status, tickets
from counterfoil.mirror.models import Conflict, ConflictKind, Customer, State, Write, WriteState


def push_new(session: UpstreamSession, row: Customer, unfinished: Write | None) -> PushResult:
    """Create a customer, or finish its creation.

    `unfinished` is a creation without a known outcome, claimed by this process.
    """
    if Conflict.objects.for_record(row.pk).open().filter(kind=ConflictKind.CREATED).exists():
        if unfinished is not None:
            outbox.end_write(unfinished, WriteState.UNKNOWN, unfinished.error)
        return PushResult.CONFLICT
    if unfinished is None:
        if (original := _original_that_is_back(session, row)) is not None:
            return _join_original(session, row, original)
        if _ask_about(session, row, lookalikes.find_namesakes(row)):
            return PushResult.CONFLICT
        write = _record_write(session, row.pk)
        return PushResult.NOTHING if write is None else _send(session, write)
    if unfinished.external_id is not None:
        return _read_back(session, unfinished)
    result = _search(session, unfinished)
    return _send(session, unfinished, again=True) if result is None else result


def _original_that_is_back(session: UpstreamSession, row: Customer) -> Customer | None:
    """Look again for the deleted customer in whose place a row was created; None where it is still gone."""
    conflict = Conflict.objects.filter(connection_id=row.connection_id, recreated_as=row.pk).first()
    if conflict is None:
        return None
    original = Customer.objects.select_related("connection").get(pk=conflict.record_id)
    if original.state == State.TOMBSTONE and original.external_id is not None:
        session.refresh(original.external_id)
        original.refresh_from_db()
    return None if original.state in edit_status.GONE_STATES else original


def _join_original(session: UpstreamSession, row: Customer, original: Customer) -> PushResult:
    """Merge the row with the customer that it was to replace, and push what differs."""
    with transaction.atomic():
        session.context.lease.check()
        merge_rows(Customer.objects.locked(row.pk), original, session.context.source())
    return push_update.push_changes(session, original, None)


def _record_write(session: UpstreamSession, pk: int) -> Write | None:
    context = session.context
    with transaction.atomic():
        context.lease.check()
        row = Customer.objects.locked(pk)
        edits = edit_status.sendable_edits(pk)
        paths = field_paths.customer_paths(row.connection, row)
        if not edits or paths is None or row.state != State.LOCAL or outbox.unfinished_write(row):
            return None
        request = session.collection.writer.compose_create(
            paths.values({edit.field: edit.value for edit in edits})
        )
        Customer.objects.filter(pk=pk).update(version=F("version") + 1)
        since = coverage.load(row.connection_id, Resource.CUSTOMER).watermark
        return outbox.record_write(row, context.run, edits, [request], since=since)


def _send(session: UpstreamSession, write: Write, *, again: bool = False) -> PushResult:
    """Send a creation. `again`: the earlier request may still arrive, so the write and its key stay the same."""
    try:
        session.send(write)
    except WriteRejected as error:
        outbox.end_rejected(session.context, write, error)
        return PushResult.REFUSED
    except OutcomeUnknown as error:
        outbox.end_unanswered(write, error)
        return PushResult.LATER
    except RecordGone as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return PushResult.LATER
    except LeaseLost:
        raise  # another process ends this write
    except (RetryLater, NeedsPerson, Fatal) as error:
        if not again:
            outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.UNKNOWN if again else WriteState.FAILED, error.message)
        raise
    return _read_back(session, write)


def _read_back(session: UpstreamSession, write: Write) -> PushResult:
    """Read back what was created; the ingest matches it with the local row by the write."""
    release_twin(write, session.context.source())
    try:
        read = read_back(session, write, str(write.external_id))
    except (RetryLater, BadRecord, ReadRefused) as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return PushResult.LATER
    if (other := _other_row(write)) is not None:
        return _merge_into(session, write, other)
    if read.answer == ReadOutcome.UNLISTED:
        outbox.end_write(write, WriteState.UNKNOWN, read.reason)
        return PushResult.LATER
    if read.item is None:
        return _deleted_already(session, write, read)
    with transaction.atomic():
        not_kept = {
            edit.field: messages.edits.CREATED_WITHOUT_VALUE(system=session.system)
            for edit in edit_status.sendable_edits(write.record_id)
            if _was_sent(edit.field, write)
        }
        outbox.mark_rejected(write, not_kept)
        session.context.lease.renew(created=F("created") + 1)
    return PushResult.CREATED


def _other_row(write: Write) -> Customer | None:
    """Find another row that has the record: it was ingested too much changed to be matched with the local row."""
    rows = Customer.objects.select_related("connection").filter(connection_id=write.connection_id)
    return rows.filter(external_id=write.external_id).exclude(pk=write.record_id).first()


def _merge_into(session: UpstreamSession, write: Write, other: Customer) -> PushResult:
    sent = {field: change["value"] for field, change in write.fields.items()}
    with transaction.atomic():
        row = Customer.objects.locked(write.record_id)
        deleted = merge_rows(row, other, session.context.source(), sent=sent)
        session.context.lease.renew(created=F("created") + 1, conflicts=F("conflicts") + int(deleted))
    return PushResult.CONFLICT if deleted else PushResult.CREATED


def _was_sent(field: str, write: Write) -> bool:
    return field in write.fields and write.fields[field]["value"] is not None


def _deleted_already(session: UpstreamSession, write: Write, read: Read) -> PushResult:
    """Handle a record that was deleted before it was read back: a conflict asks whether to create it again."""
    source, external_id = session.context.source(), str(write.external_id)
    with transaction.atomic():
        Customer.objects.filter(pk=write.record_id, state=State.LOCAL).update(external_id=external_id)
        deleted = apply_transitions([Transition(external_id, State.TOMBSTONE, read.ticket)], source)
        outbox.end_write(write, WriteState.DONE, messages.edits.DELETED_BEFORE_READ(system=session.system))
        session.context.lease.renew(conflicts=F("conflicts") + deleted)
    return PushResult.CONFLICT if deleted else PushResult.NOT_FOUND


def _search(session: UpstreamSession, write: Write) -> PushResult | None:
    """List all changes since. Returns None where the customer is certainly not there and may be sent again."""
    if not list_changes(session, write.since):
        outbox.end_write(write, WriteState.UNKNOWN, messages.edits.CHANGES_NOT_LISTED(system=session.system))
        return PushResult.LATER
    row = Customer.objects.select_related("connection").get(pk=write.record_id)
    if row.external_id is not None:
        session.context.lease.renew(created=F("created") + 1)
        return PushResult.CREATED
    found = lookalikes.find_lookalikes(row, write)
    if any(lookalikes.is_equal(write, other) for other in found):
        try:
            created = session.find_created(write)
        except OutcomeUnknown as error:
            outbox.end_write(write, WriteState.UNKNOWN, error.message)
            return PushResult.LATER
        if created is not None:
            outbox.record_response(write, 0, created)
            return _read_back(session, write)
    if _ask_about(session, row, found):
        outbox.end_write(write, WriteState.UNKNOWN, messages.edits.MAY_EXIST(system=session.system))
        return PushResult.CONFLICT
    return None


def _ask_about(session: UpstreamSession, row: Customer, found: Sequence[Customer]) -> bool:
    """Open a conflict that asks which of these is the customer, if there are any. Returns whether it did."""
    if not found:
        return False
    with transaction.atomic():
        lookalikes.open_created_conflict(row, found, session.context.source())
        session.context.lease.renew(conflicts=F("conflicts") + 1)
    return True


MAX_FULL_LISTINGS = 3
MAX_PAGES = 10_000


def list_changes(session: UpstreamSession, since: datetime | None) -> bool:
    """List and ingest new records. Returns whether the listing is provably complete.

    Where the listing of changes is not, everything is listed, up to `MAX_FULL_LISTINGS` times.
    """
    for start in (since, *[None] * MAX_FULL_LISTINGS):
        evidence = session.collection.evidence(_list(session, start))
        if evidence.complete:
            return True
        if start is None and not evidence.again:
            return False
    return False


def _list(session: UpstreamSession, since: datetime | None) -> Listing:
    capabilities = session.collection.capabilities
    request = PageRequest(0, capabilities.page_size, since if capabilities.incremental else None)
    marks: list[PageMark] = []
    ids: set[str] = set()
    unidentified = 0
    for _ in range(MAX_PAGES):
        page = session.collection.fetch(request)
        _ingest_new(session, page)
        marks.append(PageMark(page.number, page.total, page.last, page.fingerprint))
        ids.update(item.external_id for item in page.items)
        unidentified += len(page.bad)
        if _is_last(page, request):
            break
        following = page.number + 1 if page.next_number is None else page.next_number
        request = replace(request, number=following)
        session.context.lease.renew()
    return Listing(marks, len(ids), unidentified)


def _ingest_new(session: UpstreamSession, page: Page) -> None:
    """Ingest the records that are not here yet. Changes of others wait for a sync, which has guards."""
    answered = tickets.latest()
    context = session.context
    listed = [item.external_id for item in page.items]
    rows = context.table.rows(context.run.connection_id).filter(external_id__in=listed)
    existing = set(rows.values_list("external_id", flat=True))
    new = [item for item in page.items if item.external_id not in existing]
    observations = [Observation(item, Origin.PAGE, Shape.LIST, page.ticket, answered) for item in new]
    if observations:
        session.context.pipeline.ingest(observations, session.context.source())


def _is_last(page: Page, request: PageRequest) -> bool:
    if page.last is not None:
        return page.last
    if page.total is not None:
        return page.number + 1 >= math.ceil(page.total / request.size)
    return not page.items
