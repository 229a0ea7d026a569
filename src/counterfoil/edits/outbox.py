"""The outbox: writes are committed before they are sent, claimed by one process, and ended with their outcome."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.edits import field_paths
from counterfoil.edits.field_paths import FieldPaths
from counterfoil.errors import OutcomeUnknown, WriteRejected
from counterfoil.mirror import claims, hold
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.heartbeat import Heartbeat
from counterfoil.mirror.models import Mirrored, PendingEdit, Run, Write, WriteKind, WriteState
from counterfoil.mirror.resources import resource_of, table
from counterfoil.runs.context import RunContext

CLAIMS = Claims(timedelta(minutes=5))
"""When the term is over, or the process is gone, another process may look up the outcome of a write."""


def unfinished_write(row: Mirrored) -> Write | None:
    """Return the write of a record whose outcome is not known, if there is one."""
    return Write.objects.for_record(row.pk, resource_of(row)).unfinished().first()


def record_write(
    row: Mirrored,
    run: Run,
    edits: Iterable[PendingEdit],
    requests: Sequence[WriteRequest],
    *,
    kind: WriteKind | None = None,
    **values: Any,
) -> Write:
    """Record what will be sent, in the transaction that holds the row's lock; after its commit it may be sent.

    The edits remember their values as sent, so that they recognize them when they come back. The write remembers
    which of them are invalid: people are told. `kind` is by default a creation for a record without an id, else an
    update. Raises NotPossibleNow while the install is held.
    """
    hold.require_live()
    fields = {}
    for edit in edits:
        invalid = {"invalid": row.invalid[edit.field]} if edit.field in row.invalid else {}
        fields[edit.field] = {"base": edit.base, "value": edit.value, **invalid}
        PendingEdit.objects.filter(pk=edit.pk).update(sent=[*edit.sent, edit.value])
    return Write.objects.create(
        connection_id=row.connection_id,
        resource=resource_of(row),
        record_id=row.pk,
        external_id=row.external_id,
        kind=kind or (WriteKind.UPDATE if row.external_id else WriteKind.CREATE),
        fields=fields,
        requests=[list(request) for request in requests],
        key=uuid.uuid4().hex,
        modified=row.upstream_modified_at,
        run_id=run.pk,
        asked_by_id=run.requested_by_id,
        created_at=timezone.now(),
        **CLAIMS.taken(claims.this_process()),
        **values,
    )


def claim_write(write: Write) -> bool:
    """Claim a write that another process has left. Returns False while that process may still work on it."""
    unfinished = Write.objects.unfinished().filter(pk=write.pk)
    return bool(CLAIMS.claim(unfinished, claims.this_process()))


def keep_claims(connection_id: int) -> Heartbeat:
    """Build what keeps the claims of this process on a connection's writes, however long an exchange takes."""
    mine = Write.objects.unfinished().filter(CLAIMS.held_by(claims.this_process()), connection_id=connection_id)
    return Heartbeat(CLAIMS.term, lambda: CLAIMS.renew(mine) or True)


def unsent_requests(write: Write) -> list[tuple[int, WriteRequest]]:
    """Return the requests of a write that were not answered yet, with their numbers."""
    return [
        (number, WriteRequest(*request)) for number, request in enumerate(write.requests) if number >= write.step
    ]


def request_key(write: Write, number: int) -> str:
    """Return the idempotency key of one request of a write."""
    return f"{write.key}-{number}"


def record_response(
    write: Write, number: int, external_id: str | None, answered_at: datetime | None = None
) -> None:
    """Record that the upstream has carried out one request of a write, and when by its own clock."""
    write.step, write.modified_after = number + 1, answered_at
    created = {"external_id": external_id} if external_id and write.kind == WriteKind.CREATE else {}
    CLAIMS.renew(Write.objects.filter(pk=write.pk), step=write.step, modified_after=answered_at, **created)
    if created:
        write.external_id = external_id


LOOK_UP_AFTER = timedelta(minutes=2)
"""How long a request may still be under way after nobody waits for its answer any more."""


def look_up_time(error: OutcomeUnknown, now: datetime) -> datetime:
    """Return from when on a look at the record proves whether a write without an answer was carried out."""
    return now + LOOK_UP_AFTER if error.may_land else now


def end_unanswered(write: Write, error: OutcomeUnknown) -> None:
    """Leave a write whose outcome has to be looked up, and release its claim."""
    write.look_up_at = look_up_time(error, timezone.now())
    Write.objects.filter(pk=write.pk).update(look_up_at=write.look_up_at)
    end_write(write, WriteState.UNKNOWN, error.message)


def may_still_land(write: Write, now: datetime) -> bool:
    """Tell whether a write without an answer may still be under way."""
    return write.look_up_at is not None and now < write.look_up_at


def next_look_up(connection_id: int, records: Sequence[int], now: datetime) -> datetime | None:
    """Return when the outcomes of all writes of these records can be looked up; None where none has to wait."""
    writes = Write.objects.unfinished().filter(connection_id=connection_id, record_id__in=records)
    latest: datetime | None = writes.filter(look_up_at__gt=now).aggregate(latest=Max("look_up_at"))["latest"]
    return latest


def end_write(write: Write, state: WriteState, error: str = "", modified: datetime | None = None) -> bool:
    """Save the state of a write and release its claim. Returns False where it had ended before."""
    ended = {"ended_at": timezone.now()} if state not in WriteState.UNFINISHED else {}
    unfinished = Write.objects.unfinished().filter(pk=write.pk)
    return bool(CLAIMS.release(unfinished, state=state, error=error, modified_after=modified, **ended))


@transaction.atomic
def mark_unsent(write: Write) -> None:
    """Forget a write's values as sent: nothing of it was carried out, so they are not ours if they come back."""
    table(write.resource).locked(write.record_id)
    edits = PendingEdit.objects.for_record(write.record_id, write.resource).filter(field__in=[*write.fields])
    for edit in edits:
        value = write.fields[edit.field]["value"]
        if value in edit.sent:
            at = edit.sent.index(value)
            PendingEdit.objects.filter(pk=edit.pk).update(sent=[*edit.sent[:at], *edit.sent[at + 1 :]])
    drop_undone_edits(write.record_id, [edit for edit in edits if edit.conflict_id is None], write.resource)


def drop_undone_edits(record_id: int, edits: Iterable[PendingEdit], resource: str = Resource.CUSTOMER) -> None:
    """Delete the edits of a locked row whose value is the upstream's again.

    The row's version moves, so that an ingest that has read those edits reads them again.
    """
    undone = [edit.pk for edit in edits if edit.value == edit.base]
    if undone:
        PendingEdit.objects.filter(pk__in=undone).delete()
        table(resource).rows_by_id([record_id]).update(version=F("version") + 1)


def mark_rejected(write: Write, reasons: Mapping[str, str]) -> None:
    """Keep the reasons on the edits of these fields. Such an edit is not sent again until a person changes it."""
    for field, change in write.fields.items():
        if field in reasons:
            edits = PendingEdit.objects.for_record(write.record_id, write.resource)
            edits.filter(field=field, value=change["value"]).update(refused=reasons[field])


class WriteOutcome(StrEnum):
    """The outcome of a write that was not answered, as far as a later read tells."""

    CARRIED_OUT = "carried out"
    """At least one of its values is there."""
    NOT_CARRIED_OUT = "not carried out"
    """None of its values is there, and at least one field is as it was before."""
    UNCLEAR = "unclear"
    """Others have changed all of its fields since."""


type Alike = Callable[[Any, Any], bool]


def judge_outcome(
    sent: Mapping[str, Mapping[str, Any]], now: Mapping[str, Any], likeness: Callable[[str], Alike]
) -> WriteOutcome:
    """Judge a write by `now`, the upstream's values of its fields after it.

    `sent` has base and value of each field. `likeness` returns, for a field, the test whether two of its values
    differ only in spelling.
    """
    if any(_has_arrived(change, now[field], likeness(field)) for field, change in sent.items()):
        return WriteOutcome.CARRIED_OUT
    if any(now[field] == change["base"] for field, change in sent.items()):
        return WriteOutcome.NOT_CARRIED_OUT
    return WriteOutcome.UNCLEAR


def _has_arrived(change: Mapping[str, Any], now: Any, alike: Alike) -> bool:
    """Compare; the base never counts as the value in another spelling: spelling may be all that was edited."""
    return bool(now == change["value"] or (now != change["base"] and alike(now, change["value"])))


class PushResult(StrEnum):
    """The result of pushing one record."""

    NOTHING = "nothing"
    """No field differs (any more)."""
    PUSHED = "pushed"
    CREATED = "created"
    REFUSED = "refused"
    """The upstream rejected it."""
    CONFLICT = "conflict"
    """A person has to decide first."""
    BUSY = "busy"
    """Another process works on the record."""
    LATER = "later"
    """The outcome is not known; the next push looks it up before it sends anything."""
    NOT_FOUND = "not found"
    """The record seems to be deleted, and a person has to approve that first; until then its edits wait."""


@transaction.atomic
def end_rejected(context: RunContext, write: Write, error: WriteRejected) -> None:
    """End a write that the upstream has rejected: keep its reasons on the edits, and count it in the run."""
    row = table(write.resource).locked(write.record_id)
    paths = field_paths.record_paths(row)
    if write.step == 0:
        mark_unsent(write)
    if paths is not None:
        mark_rejected(write, rejections_by_field(error, write, paths))
    end_write(write, WriteState.REFUSED, error.message)
    context.lease.renew(failed=F("failed") + 1)


def rejections_by_field(error: WriteRejected, write: Write, paths: FieldPaths) -> dict[str, str]:
    """Return the upstream's reasons by field. Where none names a field that was sent, each field gets all."""
    reasons: dict[str, str] = {}
    others: list[str] = []
    for path, reason in error.fields.items():
        field = _field_at(path, write.fields, paths)
        if field is None:
            others.append(f"{path}: {reason}" if path else reason)
        else:
            reasons[field] = reason
    if not reasons:
        return dict.fromkeys(write.fields, "; ".join(others) or error.message)
    return reasons


def _field_at(path: str, sent: Mapping[str, object], paths: FieldPaths) -> str | None:
    """Find the field that an error names, by its path or by the last step of the path."""
    for field in sent:
        target = paths.target(field) or ""
        if path and path in (field, target, target.rpartition(".")[2]):
            return field
    return None
