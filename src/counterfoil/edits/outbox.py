"""Writes on record: committed before anything is sent, held by one process, ended with what is known of them."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from counterfoil.connectors.write_port import WriteRequest
from counterfoil.edits import field_paths
from counterfoil.edits.field_paths import FieldPaths
from counterfoil.errors import WriteRejected
from counterfoil.mirror import claims
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.models import Customer, PendingEdit, Run, Write, WriteKind, WriteState
from counterfoil.runs.context import RunContext

CLAIMS = Claims(timedelta(minutes=5))
"""After the term, or once its process is gone, another process may look up the outcome of a write."""


def unfinished_write(row: Customer) -> Write | None:
    """The one whose outcome is not known, if there is one."""
    return Write.objects.for_record(row.pk).unfinished().first()


def record_write(
    row: Customer, run: Run, edits: Iterable[PendingEdit], requests: Sequence[WriteRequest], **values: Any
) -> Write:
    """Put down what will be sent, in the transaction in which its edits are locked. Once that is committed it may
    be sent, and the edits know their values for our own when they come back."""
    fields = {}
    for edit in edits:
        fields[edit.field] = {"base": edit.base, "value": edit.value}
        PendingEdit.objects.filter(pk=edit.pk).update(sent=[*edit.sent, edit.value])
    return Write.objects.create(
        connection_id=row.connection_id,
        record_id=row.pk,
        external_id=row.external_id,
        kind=WriteKind.UPDATE if row.external_id else WriteKind.CREATE,
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
    """Take over a write that another process has left. False while that process may still work on it."""
    unfinished = Write.objects.unfinished().filter(pk=write.pk)
    return bool(CLAIMS.claim(unfinished, claims.this_process()))


def unsent_requests(write: Write) -> list[tuple[int, WriteRequest]]:
    """What is still to be sent, with its number."""
    return [(number, WriteRequest(*found)) for number, found in enumerate(write.requests) if number >= write.step]


def record_response(write: Write, number: int, external_id: str | None) -> None:
    """One of its requests was carried out."""
    write.step = number + 1
    found = {"external_id": external_id} if external_id and write.kind == WriteKind.CREATE else {}
    CLAIMS.renew(Write.objects.filter(pk=write.pk), step=write.step, **found)
    if found:
        write.external_id = external_id


def end_write(write: Write, state: WriteState, error: str = "", modified: datetime | None = None) -> bool:
    """Note what became of it, and let it go. False where it has ended before."""
    over = {"ended_at": timezone.now()} if state not in WriteState.UNFINISHED else {}
    unfinished = Write.objects.unfinished().filter(pk=write.pk)
    return bool(CLAIMS.release(unfinished, state=state, error=error, modified_after=modified, **over))


@transaction.atomic
def mark_unsent(write: Write) -> None:
    """Nothing of it was carried out: its values are none of ours if they come from upstream."""
    Customer.objects.locked(write.record_id)
    edits = PendingEdit.objects.for_record(write.record_id, write.resource).filter(field__in=[*write.fields])
    for edit in edits:
        value = write.fields[edit.field]["value"]
        if value in edit.sent:
            at = edit.sent.index(value)
            PendingEdit.objects.filter(pk=edit.pk).update(sent=[*edit.sent[:at], *edit.sent[at + 1 :]])
    drop_undone_edits(write.record_id, [edit for edit in edits if edit.conflict_id is None])


def drop_undone_edits(record_id: int, edits: Iterable[PendingEdit]) -> None:
    """End those that say what the upstream says, of a locked row. Whoever is on the way to the row with one of
    them compares again."""
    over = [edit.pk for edit in edits if edit.value == edit.base]
    if over:
        PendingEdit.objects.filter(pk__in=over).delete()
        Customer.objects.filter(pk=record_id).update(version=F("version") + 1)


def mark_rejected(write: Write, words: Mapping[str, str]) -> None:
    """The upstream did not take these fields: shown on them, and not sent again by itself."""
    for field, said in write.fields.items():
        if field in words:
            edits = PendingEdit.objects.for_record(write.record_id, write.resource)
            edits.filter(field=field, value=said["value"]).update(refused=words[field])


class WriteOutcome(StrEnum):
    """As far as it can be told."""

    CARRIED_OUT = "carried out"
    """Something that it sent is there."""
    NOT_CARRIED_OUT = "not carried out"
    """Nothing of it is there, and something is as it was before."""
    UNCLEAR = "unclear"
    """Others have written all of its fields since: what was there in between, nobody can tell."""


type Alike = Callable[[Any, Any], bool]


def judge_outcome(
    sent: Mapping[str, Mapping[str, Any]], now: Mapping[str, Any], likeness: Callable[[str], Alike]
) -> WriteOutcome:
    """`sent` are base and value of each field, `now` what the upstream says of each. `likeness` of a field tells
    whether two values of it are the same but for their spelling."""
    if any(_is_there(said, now[field], likeness(field)) for field, said in sent.items()):
        return WriteOutcome.CARRIED_OUT
    if any(now[field] == said["base"] for field, said in sent.items()):
        return WriteOutcome.NOT_CARRIED_OUT
    return WriteOutcome.UNCLEAR


def _is_there(said: Mapping[str, Any], now: Any, alike: Alike) -> bool:
    """The base is not its echo, however much they look alike: spelling may be all that was edited."""
    return bool(now == said["value"] or (now != said["base"] and alike(now, said["value"])))


class PushResult(StrEnum):
    """What became of it."""

    NOTHING = "nothing"
    """Nothing differs (any more)."""
    PUSHED = "pushed"
    CREATED = "created"
    REFUSED = "refused"
    """The upstream does not take it."""
    CONFLICT = "conflict"
    """Somebody has to decide first."""
    BUSY = "busy"
    """Another process is at it."""
    LATER = "later"
    """Whether it arrived is not known; it is looked up before anything else."""


@transaction.atomic
def end_rejected(context: RunContext, write: Write, error: WriteRejected) -> None:
    """A write that the upstream has turned down: its words stand on the fields, and the run counts it."""
    row = Customer.objects.locked(write.record_id)
    places = field_paths.customer_paths(row.connection, row)
    if write.step == 0:
        mark_unsent(write)
    if places is not None:
        mark_rejected(write, rejections_by_field(error, write, places))
    end_write(write, WriteState.REFUSED, error.message)
    context.lease.renew(failed=F("failed") + 1)


def rejections_by_field(error: WriteRejected, write: Write, places: FieldPaths) -> dict[str, str]:
    """Its words by field. Those that name none of what was sent stand on every field of the write."""
    found: dict[str, str] = {}
    others: list[str] = []
    for path, words in error.fields.items():
        field = _field(path, write.fields, places)
        if field is None:
            others.append(f"{path}: {words}" if path else words)
        else:
            found[field] = words
    if not found:
        return dict.fromkeys(write.fields, "; ".join(others) or error.message)
    return found


def _field(path: str, sent: Mapping[str, object], places: FieldPaths) -> str | None:
    """Upstreams name a value by its path, or by the last step of it."""
    for field in sent:
        known = places.setting(field) or ""
        if path and path in (field, known, known.rpartition(".")[2]):
            return field
    return None
