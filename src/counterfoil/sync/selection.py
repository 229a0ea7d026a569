"""From a selection to runs: one per connection, said beforehand and asked for at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from counterfoil.connections import factory, rate_limit
from counterfoil.connections.rate_limit import BucketState, RatePolicy
from counterfoil.ingest.batch import Counts
from counterfoil.mirror.models import Allowance, Connection, Run, RunKind, RunState
from counterfoil.mirror.selection import Rows, Selection
from counterfoil.runs.context import RunContext
from counterfoil.sync import finish
from counterfoil.sync.read_rows import READS_PER_BATCH, PickedRow, pick_rows, read_batch

USUAL_PACE = 10.0
"""Reads a second where the upstream sets no rate and nothing was measured yet."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`calls_left` is what background work may still use today, None where the upstream has said nothing."""

    customers: int
    seconds: float
    calls_left: int | None = None
    reserve: int = 0
    again_at: datetime | None = None

    @property
    def fits(self) -> bool:
        """Whether today's calls are enough, as far as is known."""
        return self.calls_left is None or self.customers <= self.calls_left


def forecast(
    customers: int, policy: RatePolicy, state: BucketState, pace: float | None, now: datetime
) -> Forecast:
    """How long, and out of how many calls. `pace` is the reads per second of the last such runs, if any."""
    limit = policy.rate if policy.rate > 0 else None
    reads = min(pace or USUAL_PACE if limit is None else pace or limit, limit or float("inf"))
    left, again_at = state.daily_remaining, state.daily_reset_at
    if again_at is not None and again_at <= now:
        left, again_at = state.daily_limit, None
    usable = None if left is None else max(0, left - policy.reserve)
    return Forecast(customers, customers / reads, usable, policy.reserve, again_at)


LAST_RUNS = 5
ENOUGH_READS = 20
"""Fewer say nothing about the pace."""


@dataclass(frozen=True, slots=True)
class SelectionShare:
    """What a selection means for one connection."""

    connection: Connection
    title: str
    calls: bool
    """Whether its reads are calls at all: those of a file are not."""
    forecast: Forecast


def plan_selection(selection: Selection, now: datetime) -> list[SelectionShare]:
    """Who will be read, and what it takes. Customers that do not exist upstream yet are left out."""
    readable = selection.rows(now).exclude(external_id=None)
    counts = dict(readable.order_by().values_list("connection_id").annotate(Count("id")))
    return [_share(found, counts[found.pk], now) for found in Connection.objects.filter(pk__in=counts)]


def request_selection(selection: Selection, now: datetime, user: AbstractBaseUser | None = None) -> list[Run]:
    """Queue a run for every connection that has some of the customers. Asked twice, it is queued once."""
    readable = selection.rows(now).exclude(external_id=None)
    with transaction.atomic():
        keys = list(readable.order_by("connection_id").values_list("connection_id", flat=True).distinct())
        found = Connection.objects.filter(pk__in=keys).select_for_update()  # a double click asks once
        return [_queued(connection, {"selection": selection.stored()}, user) for connection in found]


def _queued(connection: Connection, options: dict[str, object], user: AbstractBaseUser | None) -> Run:
    same = {"connection": connection, "kind": RunKind.SELECTION, "options": options}
    waiting = Run.objects.filter(state=RunState.QUEUED, **same).first()
    return waiting or Run.objects.create(requested_by_id=user.pk if user else None, **same)


def _share(connection: Connection, customers: int, now: datetime) -> SelectionShare:
    allowance = Allowance.objects.filter(connection=connection).first() or Allowance()
    state = rate_limit.BucketState.of(allowance)
    policy = factory.policy(connection)
    kind = factory.connector_class(connection)
    expected = forecast(customers, policy, state, _pace(connection), now)
    return SelectionShare(connection, kind.title, kind.limits.rate > 0, expected)


def _pace(connection: Connection) -> float | None:
    """Reads per second of the last runs over selections."""
    last = Run.objects.filter(
        connection=connection, kind=RunKind.SELECTION, fetched__gte=ENOUGH_READS, seconds__gt=0
    )
    keys = list(last.order_by("-id").values_list("pk", flat=True)[:LAST_RUNS])
    sums = Run.objects.filter(pk__in=keys).aggregate(reads=Sum("fetched"), seconds=Sum("seconds"))
    return sums["reads"] / sums["seconds"] if sums["seconds"] else None


KEYS_AHEAD = 2_000


def read_selected(context: RunContext) -> None:
    """Read every customer of the run's selection that was not read yet."""
    options = context.run.options
    selection = Selection.restored(options["selection"])
    rows = selection.rows(timezone.now()).filter(connection_id=context.run.connection_id)
    rows = rows.exclude(external_id=None)
    if context.run.expected is None:
        context.run.expected = rows.count()
        context.record_counts(Counts(), expected=context.run.expected)
    for batch in _batches(context, rows, int(options.get("after", 0))):
        read_batch(context, batch, lambda read: {"after": read[-1].key})
    finish.complete(context, proven=False)


def _batches(context: RunContext, rows: Rows, after: int) -> Iterator[list[PickedRow]]:
    """In the order of keys. A search over many rows takes long, so it is made for many batches at once."""
    while keys := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:KEYS_AHEAD]):
        for some in batched(keys, READS_PER_BATCH):
            if batch := pick_rows(context, some):
                yield batch
        after = keys[-1]
