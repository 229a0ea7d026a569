"""Read a selection of customers: forecast it, queue a run per connection, and execute such a run."""

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
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.mirror.selection import Rows, Selection
from counterfoil.runs.context import RunContext
from counterfoil.sync import finish, persons_of_customers, source_columns
from counterfoil.sync.read_rows import RowToRead, load_rows, read_batch

DEFAULT_RATE = 10.0
"""Reads per second assumed where the upstream has no rate limit and nothing was measured yet."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What reading customers will take: `seconds`, and `calls_each`: one, or two with their contact persons.

    `calls_left` are the calls that background work may still make today (None where the upstream has not said),
    besides the `reserve` kept for users; `again_at` is when the upstream grants new ones.
    """

    customers: int
    seconds: float
    calls_left: int | None = None
    reserve: int = 0
    again_at: datetime | None = None
    calls_each: int = 1

    @property
    def calls(self) -> int:
        """How many calls all of them take."""
        return self.customers * self.calls_each

    @property
    def fits(self) -> bool:
        """Whether today's calls are enough, as far as the upstream has said."""
        return self.calls_left is None or self.calls <= self.calls_left


def forecast(
    customers: int,
    policy: RatePolicy,
    state: BucketState,
    measured_rate: float | None,
    now: datetime,
    calls_each: int = 1,
) -> Forecast:
    """Forecast how long reading takes, and out of how many calls. Pure.

    `measured_rate` is the reads per second of the last such runs, if there were any.
    """
    limit = policy.rate if policy.rate > 0 else None
    rate = measured_rate or limit or DEFAULT_RATE
    if limit is not None:
        rate = min(rate, limit)
    left, again_at = state.daily_remaining, state.daily_reset_at
    if again_at is not None and again_at <= now:
        left, again_at = state.daily_limit, None
    usable = None if left is None else max(0, left - policy.reserve)
    seconds = customers * calls_each / rate
    return Forecast(customers, seconds, usable, policy.reserve, again_at, calls_each)


MEASURED_RUNS = 5
MIN_MEASURED_READS = 20
"""Runs with fewer reads say nothing about the rate."""


@dataclass(frozen=True, slots=True)
class SelectionShare:
    """The part of a selection that belongs to one connection. `title` is the upstream's name."""

    connection: Connection
    title: str
    calls: bool
    """Whether a read is an API call: that of a file is not."""
    forecast: Forecast


def plan_selection(selection: Selection, now: datetime) -> list[SelectionShare]:
    """Forecast what reading a selection takes. Customers that do not exist upstream yet are left out."""
    readable = selection.rows(now).exclude(external_id=None)
    counts = dict(readable.order_by().values_list("connection_id").annotate(Count("id")))
    connections = Connection.objects.filter(pk__in=counts)
    return [_share(connection, counts[connection.pk], now) for connection in connections]


def request_selection(selection: Selection, now: datetime, user: AbstractBaseUser | None = None) -> list[Run]:
    """Queue a run for every connection that has some of the customers; requested twice, it is queued once."""
    readable = selection.rows(now).exclude(external_id=None)
    with transaction.atomic():
        keys = list(readable.order_by("connection_id").values_list("connection_id", flat=True).distinct())
        connections = Connection.objects.filter(pk__in=keys).select_for_update()  # a double click queues once
        return [_queue(connection, {"selection": selection.stored()}, user) for connection in connections]


def _queue(connection: Connection, options: dict[str, object], user: AbstractBaseUser | None) -> Run:
    values = {"connection": connection, "kind": RunKind.SELECTION, "options": options}
    queued = Run.objects.filter(state=RunState.QUEUED, **values).first()
    return queued or Run.objects.create(requested_by_id=user.pk if user else None, **values)


def _share(connection: Connection, customers: int, now: datetime) -> SelectionShare:
    state = rate_limit.BucketState.from_row(sharing.load_allowance(connection.pk))
    policy = factory.policy(connection)
    kind = factory.connector_class(connection)
    calls_each = 1 + persons_of_customers.take_calls(kind, customers)
    expected = forecast(customers, policy, state, _measured_rate(connection), now, calls_each)
    return SelectionShare(connection, kind.title, kind.limits.rate > 0, expected)


def _measured_rate(connection: Connection) -> float | None:
    runs = Run.objects.filter(
        connection=connection, kind=RunKind.SELECTION, fetched__gte=MIN_MEASURED_READS, seconds__gt=0
    )
    keys = list(runs.order_by("-id").values_list("pk", flat=True)[:MEASURED_RUNS])
    sums = Run.objects.filter(pk__in=keys).aggregate(reads=Sum("fetched"), seconds=Sum("seconds"))
    return sums["reads"] / sums["seconds"] if sums["seconds"] else None


KEYS_AHEAD = 2_000


def read_selected(context: RunContext) -> None:
    """Read every customer of the run's selection, after the last one that was read before an interruption."""
    source_columns.require_columns(context)
    options = context.run.options
    selection = Selection.restored(options["selection"])
    rows = selection.rows(timezone.now()).filter(connection_id=context.run.connection_id)
    rows = rows.exclude(external_id=None)
    if context.run.expected is None:
        context.run.expected = rows.count()
        context.record_counts(Counts(), expected=context.run.expected)
    for batch in _batches(context, rows, int(options.get("after", 0))):
        read_batch(context, batch, lambda rows: {"after": rows[-1].key})
    finish.complete(context, proven=False)


def _batches(context: RunContext, rows: Rows, after: int) -> Iterator[list[RowToRead]]:
    """Yield batches in the order of keys. A search over many rows is slow, so one serves many batches."""
    while keys := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:KEYS_AHEAD]):
        for some_keys in batched(keys, context.reads_at_once):
            if batch := load_rows(context, some_keys):
                yield batch
        after = keys[-1]
