"""Records set aside are tried again at the start of every pass, from their stored payload (DESIGN law 9)."""

from collections.abc import Sequence

from counterfoil.connectors.page import Shape
from counterfoil.errors import SkipRecord
from counterfoil.ingest import quarantine
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror.models import QuarantinedRecord
from counterfoil.runs.context import RunContext

MOST = 500
"""Records set aside that one pass tries again; the others have their turn in the next one."""


def retry_quarantined(context: RunContext, chosen: Sequence[int] | None = None) -> int:
    """Send what was set aside through the door again. Returns how many came through."""
    run = context.run
    waiting = QuarantinedRecord.objects.filter(
        connection_id=run.connection_id, resource=run.resource, resolved_at=None
    )
    waiting = waiting.exclude(external_id=None)
    if chosen is not None:
        waiting = waiting.filter(pk__in=chosen)
    observations: list[Observation] = []
    for entry in waiting.order_by("last_at")[:MOST]:
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
        checkpoint=lambda counted: context.record_counts(Counts(created=counted.created, updated=counted.updated)),
    )
    failed = set(
        QuarantinedRecord.objects.filter(
            connection_id=source.connection_id, resource=source.resource, last_at=source.at
        ).values_list("external_id", flat=True)
    )
    came_through = [a.item.external_id for a in observations if a.item.external_id not in failed]
    return quarantine.resolve(came_through, source)
