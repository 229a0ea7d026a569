"""Whether an upstream has been silent for longer than usual. Pure: moments in, decision out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db.models import Max

from counterfoil.mirror.models import Connection
from counterfoil.mirror.sql import statement
from counterfoil.webhooks.models import Delivery

ENOUGH = 10
"""Deliveries; fewer say nothing about what is usual."""
LEAST = timedelta(hours=1)
"""Shorter silences are never worth a word."""
OUTAGE = timedelta(minutes=10)
"""So long without a sign of life of ours, and something may have been sent in vain."""


@dataclass(frozen=True, slots=True)
class Silence:
    """`usual` is how long it may last: twice the longest of the latest days; None where nothing can be said, or it
    is too short to be worth a word."""

    since: datetime | None
    usual: timedelta | None

    def is_long(self, now: datetime) -> bool:
        """Whether it lasts longer than that."""
        return self.since is not None and self.usual is not None and now - self.since > self.usual


def silence(last: datetime, count: int, longest: timedelta) -> Silence:
    """Since the `last` of `count` deliveries, with the `longest` time between two of them."""
    return Silence(last, None if count < ENOUGH else max(2 * longest, LEAST))


def worth_a_sync(known: Silence, nudged_at: datetime | None, alive_at: datetime | None, now: datetime) -> bool:
    """Whether to look for what was not delivered: once in each long silence, and after an outage of our own."""
    if alive_at is not None and now - alive_at > OUTAGE:
        return True
    return known.is_long(now) and (nudged_at is None or known.since is None or nudged_at < known.since)


DAYS = 14
"""Nights and weekends are in them."""
MOST = 20_000


def current_silence(connection: Connection, now: datetime) -> Silence:
    """The silence of now. What is usual is looked up only where it matters."""
    last = Delivery.objects.filter(connection=connection).aggregate(last=Max("received_at"))["last"]
    if last is None or now - last <= LEAST:
        return Silence(last, None)
    values = {
        "connection": connection.pk,
        "since": database.ops.adapt_datetimefield_value(last - timedelta(days=DAYS)),
        "most": MOST,
    }
    with database.cursor() as cursor:
        cursor.execute(statement(database.vendor, "longest_gap"), values)
        count, longest = cursor.fetchone()
    return silence(last, int(count), timedelta(seconds=float(longest or 0)))
