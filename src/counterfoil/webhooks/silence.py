"""Whether an upstream has been silent for unusually long. The decisions are pure: times in, answer out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db.models import Max

from counterfoil.mirror.models import Connection
from counterfoil.mirror.store import current_dialect
from counterfoil.webhooks.models import Delivery

MIN_DELIVERIES = 10
"""Fewer say nothing about what is usual."""
SHORTEST = timedelta(hours=1)
"""A shorter silence is never reported."""
OUTAGE = timedelta(minutes=10)
"""Where no worker of ours has looked for so long, webhooks may have been sent in vain."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The time `since` the last delivery.

    `usual` is how long it may last: twice the longest silence of the last days; None where too little is known, or
    the silence is too short to report.
    """

    since: datetime | None
    usual: timedelta | None

    def is_long(self, now: datetime) -> bool:
        """Tell whether the silence lasts longer than usual."""
        return self.since is not None and self.usual is not None and now - self.since > self.usual


def measure_silence(last: datetime, count: int, longest: timedelta) -> Silence:
    """Build the silence since the `last` of `count` deliveries; `longest` is the longest time between two."""
    return Silence(last, None if count < MIN_DELIVERIES else max(2 * longest, SHORTEST))


def needs_sync(silence: Silence, nudged_at: datetime | None, alive_at: datetime | None, now: datetime) -> bool:
    """Tell whether a sync should look for what was not delivered: once per long silence, and after our outages.

    `nudged_at` is when such a sync was last requested, `alive_at` when a worker last looked.
    """
    if alive_at is not None and now - alive_at > OUTAGE:
        return True
    return silence.is_long(now) and (nudged_at is None or silence.since is None or nudged_at < silence.since)


DAYS = 14
"""How far back to look for the longest silence: long enough to include nights and weekends."""
MAX_DELIVERIES = 20_000


def current_silence(connection: Connection, now: datetime) -> Silence:
    """Read the present silence of a connection. What is usual is looked up only once SHORTEST has passed."""
    last = Delivery.objects.filter(connection=connection).aggregate(last=Max("received_at"))["last"]
    if last is None or now - last <= SHORTEST:
        return Silence(last, None)
    values = {
        "connection": connection.pk,
        "since": database.ops.adapt_datetimefield_value(last - timedelta(days=DAYS)),
        "most": MAX_DELIVERIES,
    }
    with database.cursor() as cursor:
        cursor.execute(current_dialect().statement("longest_gap"), values)
        count, longest = cursor.fetchone()
    return measure_silence(last, int(count), timedelta(seconds=float(longest or 0)))
