"""Whether an invoice is overdue. Pure, but for the same said as a query."""

from datetime import date
from decimal import Decimal

from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Coalesce

from counterfoil.mirror.models import Invoice

OWED = ("sent", "viewed", "overdue", "partially_paid", "unpaid")
"""Statuses in which money is owed. A void invoice and a draft keep their balance, and owe nothing."""


def days_overdue(status: str | None, due: date | None, balance: Decimal | None, today: date) -> int:
    """How many days ago it should have been paid; 0 where it is not overdue."""
    if status not in OWED or due is None or balance is None or balance <= 0:
        return 0
    return max(0, (today - due).days)


def in_words(days: int) -> str:
    """As in "12 days overdue"; empty for none."""
    if not days:
        return ""
    return f"{days:,} day{'' if days == 1 else 's'} overdue"


def overdue(rows: "QuerySet[Invoice]", today: date) -> "QuerySet[Invoice]":
    """Those for which `days_overdue` counts any.

    The day is compared as an expression: nearly all invoices were due before today, so an index of days is the
    wrong one to look them up in.
    """
    due = Coalesce("due_date", Value(date.max), output_field=DateField())
    return rows.alias(due=due).filter(status__in=OWED, due__lt=today, balance__gt=0)
