"""Quarantine records that could not be ingested: one never stops the rest, and none is lost (DESIGN law 9)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from counterfoil.connectors.page import BadItem
from counterfoil.mirror.models import QuarantinedRecord
from counterfoil.mirror.store.base import ChangeSource


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A payload that could not be ingested, and why. `external_id` is None where it has none."""

    external_id: str | None
    payload: bytes
    reason: str
    ticket: int

    @property
    def key(self) -> str:
        """The entry's identity: the same record quarantined again is the same entry."""
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
            "resolved_at": None,
        }
        entry, created = QuarantinedRecord.objects.get_or_create(
            connection_id=source.connection_id,
            resource=source.resource,
            key=record.key,
            defaults={**values, "first_at": source.at},
        )
        if not created:
            QuarantinedRecord.objects.filter(pk=entry.pk).update(**values, tries=F("tries") + 1)


def _unresolved(source: ChangeSource) -> "QuerySet[QuarantinedRecord]":
    return QuarantinedRecord.objects.filter(
        connection_id=source.connection_id, resource=source.resource, resolved_at=None
    )


def resolve(external_ids: Iterable[str], source: ChangeSource) -> int:
    """Resolve the entries of records that have been ingested after all. Returns how many."""
    unresolved = _unresolved(source)
    if not unresolved.exists():
        return 0
    return unresolved.filter(external_id__in=list(external_ids)).update(resolved_at=source.at)


def resolve_unseen(run_id: int, source: ChangeSource) -> int:
    """Resolve the entries that a complete pass did not meet again: corrected or removed upstream.

    Returns how many.
    """
    unresolved = _unresolved(source)
    return unresolved.exclude(run_id=run_id).update(resolved_at=source.at)
