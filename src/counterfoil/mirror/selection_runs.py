"""From a selection to runs: one per connection, said beforehand and asked for at once."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Sum

from counterfoil.mirror import budget, catalog
from counterfoil.mirror.forecast import Forecast, forecast
from counterfoil.mirror.models import Allowance, Connection, Run, RunKind, RunState
from counterfoil.mirror.selection import Selection

LAST_RUNS = 5
ENOUGH_READS = 20
"""Fewer say nothing about the pace."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a selection means for one connection."""

    connection: Connection
    title: str
    calls: bool
    """Whether its reads are calls at all: those of a file are not."""
    forecast: Forecast


def plan(selection: Selection, now: datetime) -> list[Share]:
    """Who will be read, and what it takes. Customers that do not exist upstream yet are left out."""
    readable = selection.rows(now).exclude(external_id=None)
    counts = dict(readable.order_by().values_list("connection_id").annotate(Count("id")))
    return [_share(found, counts[found.pk], now) for found in Connection.objects.filter(pk__in=counts)]


def ask(selection: Selection, now: datetime, user: AbstractBaseUser | None = None) -> list[Run]:
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


def _share(connection: Connection, customers: int, now: datetime) -> Share:
    allowance = Allowance.objects.filter(connection=connection).first() or Allowance()
    state = budget.State.of(allowance)
    policy = catalog.policy(connection)
    kind = catalog.connector_class(connection)
    expected = forecast(customers, policy, state, _pace(connection), now)
    return Share(connection, kind.title, kind.limits.rate > 0, expected)


def _pace(connection: Connection) -> float | None:
    """Reads per second of the last runs over selections."""
    last = Run.objects.filter(
        connection=connection, kind=RunKind.SELECTION, fetched__gte=ENOUGH_READS, seconds__gt=0
    )
    keys = list(last.order_by("-id").values_list("pk", flat=True)[:LAST_RUNS])
    sums = Run.objects.filter(pk__in=keys).aggregate(reads=Sum("fetched"), seconds=Sum("seconds"))
    return sums["reads"] / sums["seconds"] if sums["seconds"] else None
