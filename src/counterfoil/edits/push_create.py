"""A customer that only we have, created upstream: once, whatever happens on the way (DESIGN law 5).

write down   intent and body, frozen and committed; later edits wait for it to come back
send         with one key per record where the upstream heeds keys
take home    the door gives the record to the local row, by whatever way it comes back first
search       after an unknown outcome everything that changed upstream since is listed before it is sent again;
             a doubtful find asks a person
"""

import math
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from counterfoil import messages
from counterfoil.connectors.page import Listing, Page, PageMark, PageRequest, Read, Resource, Shape
from counterfoil.edits import field_paths, outbox
from counterfoil.edits.merge_rows import merge_rows
from counterfoil.edits.outbox import PushResult
from counterfoil.edits.upstream_session import UpstreamSession
from counterfoil.errors import Fatal, NeedsPerson, OutcomeUnknown, RecordGone, RetryLater, WriteRejected
from counterfoil.ingest import conflicts
from counterfoil.ingest.conflicts import NewConflict
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import raise_for_edits
from counterfoil.mirror import coverage, edit_status, tickets
from counterfoil.mirror.models import Conflict, ConflictKind, Customer, Decision, State, Write, WriteState
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import ChangeSource, write_history


def push_new(session: UpstreamSession, row: Customer, left: Write | None) -> PushResult:
    """`left` is a creation of which the outcome is not known, held by this process."""
    if left is None:
        write = _write_down(session, row.pk)
        return PushResult.NOTHING if write is None else _carry_out(session, write)
    if _asked(row):
        outbox.end_write(left, WriteState.UNKNOWN, left.error)
        return PushResult.CONFLICT
    if left.external_id is not None:
        return _take_home(session, left)
    found = _searched(session, left)
    return _carry_out(session, left, again=True) if found is None else found


def _write_down(session: UpstreamSession, pk: int) -> Write | None:
    context = session.context
    with transaction.atomic():
        context.lease.check()
        row = Customer.objects.locked(pk)
        edits = edit_status.sendable_edits(pk)
        places = field_paths.customer_paths(row.connection, row)
        if not edits or places is None or row.state != State.LOCAL or outbox.unfinished_write(row):
            return None
        request = session.collection.writer.compose_create(
            places.values({edit.field: edit.value for edit in edits})
        )
        Customer.objects.filter(pk=pk).update(version=F("version") + 1)
        since = coverage.load(row.connection_id, Resource.CUSTOMER).watermark
        return outbox.record_write(row, context.run, edits, [request], since=since)


def _carry_out(session: UpstreamSession, write: Write, *, again: bool = False) -> PushResult:
    """`again`: what was sent before may still arrive, so it stays the same write with the same key until an answer
    comes."""
    try:
        session.send(write)
    except WriteRejected as error:
        outbox.end_rejected(session.context, write, error)
        return PushResult.REFUSED
    except (OutcomeUnknown, RecordGone) as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return PushResult.LATER
    except (RetryLater, NeedsPerson, Fatal) as error:
        if not again:
            outbox.mark_unsent(write)
        outbox.end_write(write, WriteState.UNKNOWN if again else WriteState.FAILED, error.message)
        raise
    return _take_home(session, write)


def _take_home(session: UpstreamSession, write: Write) -> PushResult:
    """Read back what was created; the door knows by the write whose it is."""
    try:
        read = session.look(str(write.external_id))
    except RetryLater as error:
        outbox.end_write(write, WriteState.UNKNOWN, error.message)
        return PushResult.LATER
    if (other := _another_row(write)) is not None:
        return _joined(session, write, other)
    if read.item is None:
        return _gone_already(session, write, read)
    with transaction.atomic():
        lost = {
            edit.field: messages.edits.CREATED_WITHOUT_VALUE(system=session.system)
            for edit in edit_status.sendable_edits(write.record_id)
            if _was_sent(edit.field, write)
        }
        outbox.mark_rejected(write, lost)
        session.context.lease.renew(created=F("created") + 1)
    return PushResult.CREATED


def _another_row(write: Write) -> Customer | None:
    """The one that has the record already: it came in changed so much that nobody could tell whose it was."""
    rows = Customer.objects.select_related("connection").filter(connection_id=write.connection_id)
    return rows.filter(external_id=write.external_id).exclude(pk=write.record_id).first()


def _joined(session: UpstreamSession, write: Write, other: Customer) -> PushResult:
    """The answer has said whose it is."""
    sent = {field: said["value"] for field, said in write.fields.items()}
    with transaction.atomic():
        row = Customer.objects.locked(write.record_id)
        gone = merge_rows(row, other, session.context.source(), sent=sent)
        session.context.lease.renew(created=F("created") + 1, conflicts=F("conflicts") + int(gone))
    return PushResult.CONFLICT if gone else PushResult.CREATED


def _was_sent(field: str, write: Write) -> bool:
    return field in write.fields and write.fields[field]["value"] is not None


def _gone_already(session: UpstreamSession, write: Write, read: Read) -> PushResult:
    """It was created, and deleted upstream before it was read back: not created again unless somebody says so."""
    source, external_id = session.context.source(), str(write.external_id)
    with transaction.atomic():
        Customer.objects.filter(pk=write.record_id, state=State.LOCAL).update(
            external_id=external_id,
            state=State.TOMBSTONE,
            state_ticket=read.ticket,
            state_at=source.at,
            is_active=False,
            version=F("version") + 1,
        )
        change = FieldChange("state", State.LOCAL.value, State.TOMBSTONE.value)
        write_history([(write.record_id, change, source.reference)], source)
        raise_for_edits(write.record_id, external_id, source)
        outbox.end_write(write, WriteState.DONE, messages.edits.DELETED_BEFORE_READ(system=session.system))
        session.context.lease.renew(conflicts=F("conflicts") + 1)
    return PushResult.CONFLICT


def _asked(row: Customer) -> bool:
    """Whether somebody has to say first whether it is there already."""
    open_ones = Conflict.objects.for_record(row.pk).open()
    return open_ones.filter(kind=ConflictKind.CREATED).exists()


def _searched(session: UpstreamSession, write: Write) -> PushResult | None:
    """List what changed upstream since. None where it is certainly not there, so that it may be sent again."""
    if not list_since(session, write.since):
        outbox.end_write(write, WriteState.UNKNOWN, messages.edits.CHANGES_NOT_LISTED(system=session.system))
        return PushResult.LATER
    row = Customer.objects.select_related("connection").get(pk=write.record_id)
    if row.external_id is not None:
        session.context.lease.renew(created=F("created") + 1)
        return PushResult.CREATED
    if raise_lookalikes(row, write, session.context.source()):
        outbox.end_write(write, WriteState.UNKNOWN, messages.edits.MAY_EXIST(system=session.system))
        session.context.lease.renew(conflicts=F("conflicts") + 1)
        return PushResult.CONFLICT
    return None


MOST = 5


def raise_lookalikes(row: Customer, write: Write, source: ChangeSource) -> bool:
    """Whether there are any, and a conflict says which."""
    found = lookalikes(row, write)
    if not found:
        return False
    theirs = [{"id": one.pk, "external_id": one.external_id, "name": one.name} for one in found]
    ours = {field: said["value"] for field, said in write.fields.items()}
    with transaction.atomic():
        conflicts.open_or_update(
            NewConflict(row.pk, ConflictKind.CREATED, ours=ours, theirs=theirs), source, source.reference
        )
    return True


def lookalikes(row: Customer, write: Write) -> list[Customer]:
    """Those that nobody here knew before, with the same name, VAT number, e-mail or phone, also where they were
    deleted since; but for those of which somebody has said that they are others."""
    same = Q()
    for field in ("name_key", "vat_normalized", "email_normalized", "phone_e164"):
        if value := getattr(row, field):
            same |= Q(**{field: value})
    settled = Conflict.objects.for_record(row.pk).filter(kind=ConflictKind.CREATED, decision=Decision.NEW)
    others = [entry["id"] for theirs in settled.values_list("theirs", flat=True) for entry in theirs or ()]
    rows = Customer.objects.filter(
        same, connection_id=row.connection_id, first_seen_at__gte=write.created_at, external_id__isnull=False
    )
    return list(rows.exclude(pk__in=[row.pk, *others]).order_by("pk")[:MOST]) if same else []


ATTEMPTS = 3
MOST_PAGES = 10_000


def list_since(session: UpstreamSession, since: datetime | None) -> bool:
    """Whether what was listed is provably everything. Where a filter cannot be relied upon, all there is is
    listed."""
    for asked in (since, *[None] * ATTEMPTS):
        listing = _list(session, asked)
        found = session.collection.evidence(listing)
        if found.complete:
            return True
        if asked is None and not found.again:
            return False
    return False


def _list(session: UpstreamSession, since: datetime | None) -> Listing:
    capabilities = session.collection.capabilities
    request = PageRequest(0, capabilities.page_size, since if capabilities.incremental else None)
    marks: list[PageMark] = []
    ids: set[str] = set()
    nameless = 0
    for _ in range(MOST_PAGES):
        page = session.collection.fetch(request)
        _take(session, page)
        marks.append(PageMark(page.number, page.total, page.last, page.fingerprint))
        ids.update(item.external_id for item in page.items)
        nameless += len(page.bad)
        if _is_last(page, request):
            break
        following = page.number + 1 if page.next_number is None else page.next_number
        request = replace(request, number=following)
        session.context.lease.renew()
    return Listing(marks, len(ids), nameless)


def _take(session: UpstreamSession, page: Page) -> None:
    """Only what is not here yet: everything else comes in by a pass, behind its guards."""
    ended = tickets.latest()
    context = session.context
    listed = [item.external_id for item in page.items]
    rows = context.table.rows(context.run.connection_id).filter(external_id__in=listed)
    known = set(rows.values_list("external_id", flat=True))
    new = [item for item in page.items if item.external_id not in known]
    observations = [Observation(item, Origin.PAGE, Shape.LIST, page.ticket, ended) for item in new]
    if observations:
        session.context.pipeline.ingest(observations, session.context.source())


def _is_last(page: Page, request: PageRequest) -> bool:
    if page.last is not None:
        return page.last
    if page.total is not None:
        return page.number + 1 >= math.ceil(page.total / request.size)
    return not page.items
