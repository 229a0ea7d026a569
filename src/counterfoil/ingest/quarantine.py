"""Quarantine records that could not be ingested: one never stops the rest, and none is lost (DESIGN law 9)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from counterfoil import messages
from counterfoil.connectors.page import BadItem, Read, ReadOutcome
from counterfoil.mirror.models import QuarantinedRecord
from counterfoil.mirror.store.base import ChangeSource


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A payload that could not be ingested, and why. `external_id` is None where it has none.

    `to_be_read`: only a read of the record helps. Where none was ever answered, there is no payload. `owner` is
    the customer all of whose records are to be read; then there is neither an id nor a payload.
    """

    external_id: str | None
    payload: bytes
    reason: str
    ticket: int
    to_be_read: bool = False
    owner: str | None = None

    @property
    def key(self) -> str:
        """The entry's identity: the same record quarantined again is the same entry."""
        if self.owner is not None:
            return f"{QuarantinedRecord.OWNER_KEY}{self.owner}"
        return f"id:{self.external_id}" if self.external_id else hashlib.sha256(self.payload).hexdigest()


def quarantine_entry(entry: BadItem, ticket: int) -> Quarantined:
    """Quarantine an entry of a page that is no record."""
    return Quarantined(entry.external_id or None, entry.raw, entry.reason, ticket)


def quarantine(records: Sequence[Quarantined], source: ChangeSource, run_id: int | None) -> None:
    """Store records with payload and reason; one that is there already counts another try.

    `run_id` is None where no run observed them.
    """
    for record in records:
        values = {
            "external_id": record.external_id,
            "payload": record.payload,
            "reason": record.reason,
            "ticket": record.ticket,
            "run_id": run_id,
            "last_at": source.at,
            "retry_at": next_read(1, source.at) if record.to_be_read else None,
            "resolved_at": None,
        }
        entry, created = QuarantinedRecord.objects.get_or_create(
            connection_id=source.connection_id,
            resource=source.resource,
            key=record.key,
            defaults={**values, "first_at": source.at},
        )
        if created:
            continue
        tries = 1 if entry.resolved_at else entry.tries + 1
        if record.to_be_read:
            values["retry_at"] = next_read(tries, source.at)
        if not record.payload:
            del values["payload"], values["ticket"]  # what was observed earlier is still of use
        QuarantinedRecord.objects.filter(pk=entry.pk).update(**values, tries=tries)


FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)


def next_read(tries: int, now: datetime) -> datetime:
    """Return when to read a record again after so many failed reads: at once, then after doubling waits. Pure."""
    return now if tries < 2 else now + min(FIRST_WAIT * (1 << min(tries - 2, 10)), LONGEST_WAIT)


def settle_reads(reads: Sequence[Read], source: ChangeSource, run_id: int) -> int:
    """Quarantine the records whose reads gave no answer; resolve those that only waited for this answer.

    Returns how many gave none. Belongs in the transaction that writes the others.
    """
    failed = [failed_read(read) for read in reads if read.answer == ReadOutcome.UNCLEAR]
    answered = [read.external_id for read in reads if read.answer != ReadOutcome.UNCLEAR]
    quarantine(failed, source, run_id)
    to_be_read = _unresolved(source).exclude(retry_at=None)
    if answered and to_be_read.exists():
        to_be_read.filter(external_id__in=answered).update(resolved_at=source.at)
    return len(failed)


def failed_read(read: Read) -> Quarantined:
    """Return what is kept of a read without an answer."""
    reason = messages.ingest.READ_FAILED(reason=read.reason)
    return Quarantined(read.external_id, b"", reason, 0, to_be_read=True)


def _unresolved(source: ChangeSource) -> "QuerySet[QuarantinedRecord]":
    return QuarantinedRecord.objects.filter(
        connection_id=source.connection_id, resource=source.resource, resolved_at=None
    )


def resolve(external_ids: Sequence[str], source: ChangeSource) -> int:
    """Resolve the entries of records that have been ingested after all. Returns how many."""
    unresolved = _unresolved(source)
    if not external_ids or not unresolved.exists():
        return 0
    return unresolved.filter(external_id__in=external_ids).update(resolved_at=source.at)


def resolve_understood(external_ids: Iterable[str], source: ChangeSource) -> int:
    """Resolve the entries of records that are what is stored of them, unless they wait for a read."""
    unresolved = _unresolved(source).filter(retry_at=None)
    if not unresolved.exists():
        return 0
    return unresolved.filter(external_id__in=list(external_ids)).update(resolved_at=source.at)


def resolve_owner(owner: str, source: ChangeSource) -> int:
    """Resolve the entry of a customer whose records had to be read. Returns how many there were."""
    key = f"{QuarantinedRecord.OWNER_KEY}{owner}"
    return _unresolved(source).filter(key=key).update(resolved_at=source.at)


def resolve_unseen(run_id: int, source: ChangeSource) -> int:
    """Resolve the entries that a complete pass did not meet again: corrected or removed upstream.

    Those of records that have to be read wait for their answer. Returns how many.
    """
    unresolved = _unresolved(source).filter(Q(retry_at=None) | Q(external_id=None))
    return unresolved.exclude(run_id=run_id).update(resolved_at=source.at)
