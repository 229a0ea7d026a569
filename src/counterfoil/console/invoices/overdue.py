"""Whether an invoice is overdue: as a pure function, and as a query with the same result."""

from datetime import date
from decimal import Decimal

from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Coalesce

from counterfoil.mirror.models import Invoice

OWED = ("sent", "viewed", "overdue", "partially_paid", "unpaid")
"""Statuses in which money is owed. A void invoice and a draft may have a balance too, but nothing is owed."""


def days_overdue(status: str | None, due: date | None, balance: Decimal | None, today: date) -> int:
    """Return how many days ago an invoice was due; 0 where it is not overdue."""
    if status not in OWED or due is None or balance is None or balance <= 0:
        return 0
    return max(0, (today - due).days)


def overdue_text(days: int) -> str:
    """Return the days in words, as in "12 days overdue"; empty for 0."""
    if not days:
        return ""
    return f"{days:,} day{'' if days == 1 else 's'} overdue"


def overdue(rows: "QuerySet[Invoice]", today: date) -> "QuerySet[Invoice]":
    """Keep the invoices for which `days_overdue` is not 0.

    The day is compared as an expression: nearly all invoices were due before today, so an index of days is the
    wrong one for this query.
    """
    due = Coalesce("due_date", Value(date.max), output_field=DateField())
    return rows.alias(due=due).filter(status__in=OWED, due__lt=today, balance__gt=0)
