"""Records set aside: one bad record never stops the rest, and is never lost (DESIGN law 9)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from counterfoil.mirror.models import QuarantinedRecord
from counterfoil.mirror.store.base import ChangeSource


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A payload that could not be taken in, and why. `external_id` is None where it has none."""

    external_id: str | None
    payload: bytes
    reason: str
    ticket: int

    @property
    def key(self) -> str:
        """The same record set aside again is the same entry."""
        return f"id:{self.external_id}" if self.external_id else hashlib.sha256(self.payload).hexdigest()


def quarantine(found: Sequence[Quarantined], source: ChangeSource, run_id: int | None) -> None:
    """Store them with their payload; one that was there already counts another try. `run_id` is None where no run
    brought them."""
    for aside in found:
        values = {
            "external_id": aside.external_id,
            "payload": aside.payload,
            "reason": aside.reason,
            "ticket": aside.ticket,
            "run_id": run_id,
            "last_at": source.at,
            "resolved_at": None,
        }
        entry, created = QuarantinedRecord.objects.get_or_create(
            connection_id=source.connection_id,
            resource=source.resource,
            key=aside.key,
            defaults={**values, "first_at": source.at},
        )
        if not created:
            QuarantinedRecord.objects.filter(pk=entry.pk).update(**values, tries=F("tries") + 1)


def _waiting(source: ChangeSource) -> "QuerySet[QuarantinedRecord]":
    return QuarantinedRecord.objects.filter(
        connection_id=source.connection_id, resource=source.resource, resolved_at=None
    )


def resolve(external_ids: Sequence[str], source: ChangeSource) -> int:
    """These records came through the door after all."""
    waiting = _waiting(source)
    if not external_ids or not waiting.exists():
        return 0
    return waiting.filter(external_id__in=external_ids).update(resolved_at=source.at)


def resolve_unseen(run_id: int, source: ChangeSource) -> int:
    """A complete pass did not meet these any more: they were mended or removed upstream."""
    waiting = _waiting(source)
    return waiting.exclude(run_id=run_id).update(resolved_at=source.at)
