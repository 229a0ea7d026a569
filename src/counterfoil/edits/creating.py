"""A customer that only we have, created upstream: once, whatever happens on the way (DESIGN law 5).

write down   intent and body, frozen and committed; later edits wait for it to come back
send         with one key per record where the upstream heeds keys
take home    the door gives the record to the local row, by whatever way it comes back first
search       after an unknown outcome everything that changed upstream since is listed before it is sent again;
             a doubtful find asks a person
"""

from django.db import transaction
from django.db.models import F

from counterfoil.connectors.contract import Read, Resource
from counterfoil.edits import doubts, queue, refusals, searching, upstream, writes
from counterfoil.edits.exchange import Exchange
from counterfoil.edits.joining import join
from counterfoil.edits.results import Result
from counterfoil.errors import Fatal, NeedsPerson, NotThere, OutcomeUnknown, Refused, RetryLater
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Conflict, ConflictKind, Customer, State, Write, WriteState
from counterfoil.mirror.record import FieldChange
from counterfoil.mirror.states import raise_for_edits
from counterfoil.mirror.store.base import write_history


def push(exchange: Exchange, row: Customer, left: Write | None) -> Result:
    """`left` is a creation of which the outcome is not known, held by this process."""
    if left is None:
        write = _write_down(exchange, row.pk)
        return Result.NOTHING if write is None else _carry_out(exchange, write)
    if _asked(row):
        writes.end(left, WriteState.UNKNOWN, left.error)
        return Result.CONFLICT
    if left.external_id is not None:
        return _take_home(exchange, left)
    found = _searched(exchange, left)
    return _carry_out(exchange, left, again=True) if found is None else found


def _write_down(exchange: Exchange, pk: int) -> Write | None:
    work = exchange.work
    with transaction.atomic():
        work.lease.check()
        row = Customer.objects.select_for_update(of=("self",)).select_related("connection").get(pk=pk)
        edits = queue.of_record(pk)
        places = upstream.places(row.connection, row)
        if not edits or places is None or row.state != State.LOCAL or writes.unfinished(row):
            return None
        request = exchange.collection.writer.creating(places.values({edit.field: edit.value for edit in edits}))
        Customer.objects.filter(pk=pk).update(version=F("version") + 1)
        since = coverage.of(row.connection_id, Resource.CUSTOMER).watermark
        return writes.begin(row, work.run, edits, [request], since=since)


def _carry_out(exchange: Exchange, write: Write, *, again: bool = False) -> Result:
    """`again`: what was sent before may still arrive, so it stays the same write with the same key until an answer
    comes."""
    try:
        exchange.send(write)
    except Refused as error:
        refusals.end(exchange.work, write, error)
        return Result.REFUSED
    except (OutcomeUnknown, NotThere) as error:
        writes.end(write, WriteState.UNKNOWN, error.message)
        return Result.LATER
    except (RetryLater, NeedsPerson, Fatal) as error:
        if not again:
            writes.not_sent(write)
        writes.end(write, WriteState.UNKNOWN if again else WriteState.FAILED, error.message)
        raise
    return _take_home(exchange, write)


def _take_home(exchange: Exchange, write: Write) -> Result:
    """Read back what was created; the door knows by the write whose it is."""
    try:
        read = exchange.look(str(write.external_id))
    except RetryLater as error:
        writes.end(write, WriteState.UNKNOWN, error.message)
        return Result.LATER
    if (other := _another_row(write)) is not None:
        return _joined(exchange, write, other)
    if read.item is None:
        return _gone_already(exchange, write, read)
    with transaction.atomic():
        lost = {edit.field: NOT_KEPT for edit in queue.of_record(write.record_id) if _was_sent(edit.field, write)}
        writes.refuse(write, lost)
        exchange.work.lease.renew(created=F("created") + 1)
    return Result.CREATED


def _another_row(write: Write) -> Customer | None:
    """The one that has the record already: it came in changed so much that nobody could tell whose it was."""
    rows = Customer.objects.select_related("connection").filter(connection_id=write.connection_id)
    return rows.filter(external_id=write.external_id).exclude(pk=write.record_id).first()


def _joined(exchange: Exchange, write: Write, other: Customer) -> Result:
    """The answer has said whose it is."""
    sent = {field: said["value"] for field, said in write.fields.items()}
    with transaction.atomic():
        row = Customer.objects.select_for_update(of=("self",)).select_related("connection").get(pk=write.record_id)
        gone = join(row, other, exchange.work.stamp(), sent=sent)
        exchange.work.lease.renew(created=F("created") + 1, conflicts=F("conflicts") + int(gone))
    return Result.CONFLICT if gone else Result.CREATED


NOT_KEPT = "The upstream has the record without this value: it was not kept, or somebody cleared it since."


def _was_sent(field: str, write: Write) -> bool:
    return field in write.fields and write.fields[field]["value"] is not None


def _gone_already(exchange: Exchange, write: Write, read: Read) -> Result:
    """It was created, and deleted upstream before it was read back: not created again unless somebody says so."""
    stamp, external_id = exchange.work.stamp(), str(write.external_id)
    with transaction.atomic():
        Customer.objects.filter(pk=write.record_id, state=State.LOCAL).update(
            external_id=external_id,
            state=State.TOMBSTONE,
            state_ticket=read.ticket,
            state_at=stamp.at,
            is_active=False,
            version=F("version") + 1,
        )
        change = FieldChange("state", State.LOCAL.value, State.TOMBSTONE.value)
        write_history([(write.record_id, change, stamp.reference)], stamp)
        raise_for_edits(write.record_id, external_id, stamp)
        writes.end(write, WriteState.DONE, "It was deleted upstream before it was read back.")
        exchange.work.lease.renew(conflicts=F("conflicts") + 1)
    return Result.CONFLICT


def _asked(row: Customer) -> bool:
    """Whether somebody has to say first whether it is there already."""
    open_ones = Conflict.objects.filter(resource=Resource.CUSTOMER, record_id=row.pk, settled_at=None)
    return open_ones.filter(kind=ConflictKind.CREATED).exists()


def _searched(exchange: Exchange, write: Write) -> Result | None:
    """List what changed upstream since. None where it is certainly not there, so that it may be sent again."""
    if not searching.list_since(exchange, write.since):
        writes.end(write, WriteState.UNKNOWN, "What changed upstream could not be listed to its end.")
        return Result.LATER
    row = Customer.objects.select_related("connection").get(pk=write.record_id)
    if row.external_id is not None:
        exchange.work.lease.renew(created=F("created") + 1)
        return Result.CREATED
    if doubts.raise_for(row, write, exchange.work.stamp()):
        writes.end(write, WriteState.UNKNOWN, "It may be there already: somebody has to look.")
        exchange.work.lease.renew(conflicts=F("conflicts") + 1)
        return Result.CONFLICT
    return None
