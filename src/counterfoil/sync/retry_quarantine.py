"""Retry the quarantine at the start of every pass, from the stored payloads (DESIGN law 9)."""

from collections.abc import Sequence

from counterfoil.connectors.page import Shape
from counterfoil.errors import SkipRecord
from counterfoil.ingest import quarantine
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror.models import QuarantinedRecord
from counterfoil.runs.context import RunContext

MAX_RETRIES = 500
"""Records that one pass retries, the longest untried first; the others wait for the next pass."""


def retry_quarantined(context: RunContext, chosen: Sequence[int] | None = None) -> int:
    """Ingest quarantined records again: all, or those with keys in `chosen`. Returns how many succeeded."""
    run = context.run
    waiting = QuarantinedRecord.objects.filter(
        connection_id=run.connection_id, resource=run.resource, resolved_at=None
    )
    waiting = waiting.exclude(external_id=None)
    if chosen is not None:
        waiting = waiting.filter(pk__in=chosen)
    observations: list[Observation] = []
    for entry in waiting.order_by("last_at")[:MAX_RETRIES]:
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
