"""Rows that have been missing for so long that they are inactive, and that a person should look at each."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from counterfoil.mirror.enums import State

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

LONG = timedelta(days=30)


def missing_for_long[M: "Model"](rows: "QuerySet[M]", now: datetime) -> "QuerySet[M]":
    """Select the rows that no full pass has listed for LONG, and whose reads answered neither yes nor no."""
    rows = rows.filter(state=State.MISSING, state_at__lte=now - LONG)
    return rows.exclude(state=State.PRESENT)  # in the words of the index
