"""Retry the quarantine at the start of every pass: from stored payloads, or by reading again (DESIGN law 9)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from counterfoil.connectors.page import Shape
from counterfoil.connectors.port import ListedByParent
from counterfoil.errors import SkipRecord
from counterfoil.ingest import quarantine
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror.models import Customer, QuarantinedRecord, State
from counterfoil.mirror.portions import in_portions
from counterfoil.runs.context import RunContext
from counterfoil.sync import children, deletions
from counterfoil.sync.read_results import READS_PER_BATCH

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_RETRIES = 500
"""Records that one pass retries, the longest untried first; the others wait for the next pass."""


def retry_quarantined(context: RunContext, chosen: Sequence[int] | None = None) -> int:
    """Ingest quarantined records again: all, or those with keys in `chosen`. Returns how many succeeded.

    Records that have to be read are read again where it is time, or they were chosen.
    """
    run = context.run
    waiting = QuarantinedRecord.objects.filter(
        connection_id=run.connection_id, resource=run.resource, resolved_at=None
    )
    is_time = Q() if chosen is not None else Q(retry_at__lte=timezone.now())
    if chosen is not None:
        waiting = waiting.filter(pk__in=chosen)
    succeeded = _retry_payloads(context, waiting.filter(retry_at=None).exclude(external_id=None))
    _read_again(context, waiting.filter(is_time).exclude(retry_at=None))
    return succeeded


def _retry_payloads(context: RunContext, waiting: "QuerySet[QuarantinedRecord]") -> int:
    longest_untried = list(waiting.order_by("last_at").values_list("pk", flat=True)[:MAX_RETRIES])
    portions = in_portions(QuarantinedRecord.objects.filter(pk__in=longest_untried), "payload", MAX_RETRIES)
    return sum(_ingest_again(context, entries) for entries in portions)


def _ingest_again(context: RunContext, entries: Sequence[QuarantinedRecord]) -> int:
    observations: list[Observation] = []
    for entry in entries:
        try:
            item = context.collection.identify(bytes(entry.payload))
        except SkipRecord:
            continue
        observations.append(Observation(item, Origin.PAGE, Shape.LIST, entry.ticket, entry.ticket))
    if not observations:
        return 0
    source = context.source()
    context.pipeline.ingest(
        observations,
        source,
        checkpoint=lambda counts: context.record_counts(Counts(created=counts.created, updated=counts.updated)),
    )
    failed = set(
        QuarantinedRecord.objects.filter(
            connection_id=source.connection_id, resource=source.resource, last_at=source.at
        ).values_list("external_id", flat=True)
    )
    succeeded = [o.item.external_id for o in observations if o.item.external_id not in failed]
    return quarantine.resolve(succeeded, source)


def _read_again(context: RunContext, due: "QuerySet[QuarantinedRecord]") -> None:
    entries = list(due.defer("payload").order_by("retry_at")[:READS_PER_BATCH])
    ids = [entry.external_id for entry in entries if entry.external_id is not None]
    if ids:
        known = set(
            context.table.rows(context.run.connection_id)
            .filter(external_id__in=ids)
            .values_list("external_id", flat=True)
        )
        deletions.confirm_rows(context, [external_id for external_id in ids if external_id in known], 0)
        deletions.reread(context, [external_id for external_id in ids if external_id not in known])
    owners = [entry.owner for entry in entries if entry.owner is not None]
    if owners and isinstance(context.collection, ListedByParent):
        _read_owners(context, owners)


def _read_owners(context: RunContext, owners: Sequence[str]) -> None:
    present = Customer.objects.filter(
        connection_id=context.run.connection_id, external_id__in=owners, state=State.PRESENT
    )
    still_here = set(present.values_list("external_id", flat=True))
    reader = children.ParentReader(context)
    for owner in owners:
        if owner in still_here:
            reader.read(owner)
        else:  # its records have gone with it
            quarantine.resolve_owner(owner, context.source())
