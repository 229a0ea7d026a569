"""Read records one by one in the background, the newest first, until the day's share of calls is used."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Resource
from counterfoil.errors import QuotaExhausted
from counterfoil.ingest.batch import Counts
from counterfoil.mirror import details
from counterfoil.runs.context import RunContext
from counterfoil.sync import finish, named_customers
from counterfoil.sync.read_results import READS_PER_BATCH
from counterfoil.sync.read_rows import RowToRead, load_rows, read_batch

if TYPE_CHECKING:
    from django.db.models import QuerySet


def read_details(context: RunContext) -> None:
    """Read every record that lacks its details, or is imported and unconfirmed, once.

    Raises QuotaExhausted when the day's share is used; the run then goes on the next day.
    """
    resource = Resource(context.run.resource)
    rows = details.to_read(context.connection, resource)
    if context.run.expected is None:
        context.run.expected = rows.count()
        context.record_counts(Counts(), expected=context.run.expected)
    while keys := _next(context, rows):
        today = timezone.localdate()
        share = details.reads_a_day(context.connection, resource)
        left = share - details.calls_taken(context.connection.pk, today)
        if left <= 0:
            raise _quota_exhausted(share, rows.count(), resource, today)
        batch = load_rows(context, keys[:left])
        read_batch(context, batch, _Checkpoint(context, today))
    named_customers.read_named_customers(context)
    finish.complete(context, proven=False)


def _next(context: RunContext, rows: "QuerySet[Any]") -> list[int]:
    """Return the next keys, highest first; a record without a clear answer is not read twice by one run."""
    before = context.run.options.get("before")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:READS_PER_BATCH])


class _Checkpoint:
    """What the run's options store after each batch: where it is, and how many calls it has made today."""

    def __init__(self, context: RunContext, today: date) -> None:
        spent = context.run.options.get("spent", {})
        self._day = today.isoformat()
        self._calls_before = int(spent["calls"]) if spent.get("day") == self._day else 0

    def __call__(self, rows: Sequence[RowToRead]) -> Mapping[str, object]:
        return {"before": rows[-1].key, "spent": {"day": self._day, "calls": self._calls_before + len(rows)}}


def _quota_exhausted(share: int, left: int, resource: Resource, today: date) -> QuotaExhausted:
    tomorrow = datetime.combine(today + timedelta(days=1), time(), timezone.get_current_timezone())
    return QuotaExhausted(
        messages.sync.DETAILS_SPENT(share=share, left=left, resource=resource.value),
        messages.sync.RESUMES_AT(until=tomorrow),
        until=tomorrow,
    )
