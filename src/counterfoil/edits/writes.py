"""Writes on record: committed before anything is sent, held by one process, ended with what is known of them."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from counterfoil.connectors.contract import Resource
from counterfoil.connectors.writing import Outgoing
from counterfoil.mirror import lease
from counterfoil.mirror.models import UNFINISHED, Customer, PendingEdit, Run, Write, WriteKind, WriteState

TERM = timedelta(minutes=5)
"""After so long without an answer another process may look what became of a write."""


def unfinished(row: Customer) -> Write | None:
    """The one whose outcome is not known, if there is one."""
    return Write.objects.filter(resource=Resource.CUSTOMER, record_id=row.pk, state__in=UNFINISHED).first()


def begin(
    row: Customer, run: Run, edits: Iterable[PendingEdit], requests: Sequence[Outgoing], **values: Any
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
        claim=lease.me(),
        claimed_until=timezone.now() + TERM,
        **values,
    )


def claim(write: Write) -> bool:
    """Take over a write that another process has left. False while that one may still be at it."""
    free = Q(claim="") | Q(claimed_until__lt=Now())
    if write.claim and lease.is_gone(write.claim):
        free |= Q(claim=write.claim)
    mine = Write.objects.filter(free, pk=write.pk, state__in=UNFINISHED)
    return bool(mine.update(claim=lease.me(), claimed_until=Now() + TERM))


def requests(write: Write) -> list[tuple[int, Outgoing]]:
    """What is still to be sent, with its number."""
    return [(number, Outgoing(*found)) for number, found in enumerate(write.requests) if number >= write.step]


def answered(write: Write, number: int, external_id: str | None) -> None:
    """One of its requests was carried out."""
    write.step = number + 1
    found = {"external_id": external_id} if external_id and write.kind == WriteKind.CREATE else {}
    Write.objects.filter(pk=write.pk).update(step=write.step, claimed_until=Now() + TERM, **found)
    if found:
        write.external_id = external_id


def end(write: Write, state: WriteState, error: str = "", modified: datetime | None = None) -> bool:
    """Note what became of it, and let it go. False where it has ended before."""
    over = {"ended_at": timezone.now()} if state not in UNFINISHED else {}
    return bool(
        Write.objects.filter(pk=write.pk, state__in=UNFINISHED).update(
            state=state, error=error, modified_after=modified, claim="", claimed_until=None, **over
        )
    )


@transaction.atomic
def not_sent(write: Write) -> None:
    """Nothing of it was carried out: its values are none of ours if they come from upstream."""
    Customer.objects.select_for_update(of=("self",)).get(pk=write.record_id)
    edits = PendingEdit.objects.filter(
        resource=write.resource, record_id=write.record_id, field__in=[*write.fields]
    )
    for edit in edits:
        value = write.fields[edit.field]["value"]
        if value in edit.sent:
            at = edit.sent.index(value)
            PendingEdit.objects.filter(pk=edit.pk).update(sent=[*edit.sent[:at], *edit.sent[at + 1 :]])
    drop_taken_back(write.record_id, [edit for edit in edits if edit.conflict_id is None])


def drop_taken_back(record_id: int, edits: Iterable[PendingEdit]) -> None:
    """End those that say what the upstream says, of a locked row. Whoever is on the way to the row with one of
    them compares again."""
    over = [edit.pk for edit in edits if edit.value == edit.base]
    if over:
        PendingEdit.objects.filter(pk__in=over).delete()
        Customer.objects.filter(pk=record_id).update(version=F("version") + 1)


def refuse(write: Write, words: Mapping[str, str]) -> None:
    """The upstream did not take these fields: shown on them, and not sent again by itself."""
    for field, said in write.fields.items():
        if field in words:
            PendingEdit.objects.filter(
                resource=Resource.CUSTOMER, record_id=write.record_id, field=field, value=said["value"]
            ).update(refused=words[field])
