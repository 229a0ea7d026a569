"""How a connection's deliveries usually come, from those of the latest days."""

from datetime import datetime, timedelta

from django.db import connection as database
from django.db.models import Max

from counterfoil.inbox.models import Delivery
from counterfoil.inbox.silence import LEAST, Silence, silence
from counterfoil.mirror.models import Connection
from counterfoil.mirror.sql import statement

DAYS = 14
"""Nights and weekends are in them."""
MOST = 20_000


def of(connection: Connection, now: datetime) -> Silence:
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
