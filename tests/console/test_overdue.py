"""When an invoice is overdue."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.console.invoices.overdue import OWED, days_overdue, overdue, overdue_text
from counterfoil.mirror.models import Invoice
from tests.console import making

TODAY = date(2026, 11, 20)
SOME = Decimal("0.01")


@pytest.mark.parametrize(
    ("status", "due", "balance", "days"),
    [
        ("sent", date(2026, 11, 8), SOME, 12),
        ("overdue", date(2026, 11, 19), SOME, 1),
        ("partially_paid", date(2025, 11, 20), SOME, 365),
        ("unpaid", date(2026, 11, 19), SOME, 1),
        ("viewed", date(2026, 11, 19), SOME, 1),
        ("sent", TODAY, SOME, 0),
        ("sent", date(2026, 11, 21), SOME, 0),
        ("sent", date(2026, 11, 8), Decimal(0), 0),
        ("sent", date(2026, 11, 8), Decimal(-5), 0),
        ("sent", date(2026, 11, 8), None, 0),
        ("sent", None, SOME, 0),
        ("paid", date(2026, 11, 8), SOME, 0),
        ("void", date(2026, 11, 8), SOME, 0),
        ("draft", date(2026, 11, 8), SOME, 0),
        ("never heard of", date(2026, 11, 8), SOME, 0),
        (None, date(2026, 11, 8), SOME, 0),
    ],
)
def test_overdue_is_what_is_owed_after_its_due_date(
    status: str | None, due: date | None, balance: Decimal | None, days: int
) -> None:
    assert days_overdue(status, due, balance, TODAY) == days


@given(st.sampled_from(OWED), st.dates(), st.dates())
def test_an_invoice_is_overdue_only_after_its_due_date(status: str, due: date, today: date) -> None:
    assert days_overdue(status, due, SOME, today) == max(0, (today - due).days)


def test_overdue_days_are_put_into_words() -> None:
    assert [overdue_text(days) for days in (0, 1, 12, 1_204)] == [
        "",
        "1 day overdue",
        "12 days overdue",
        "1,204 days overdue",
    ]


@pytest.mark.django_db
def test_the_query_finds_exactly_the_same() -> None:
    acme = making.connection()
    for status in (*OWED, "paid", "void", "draft", "odd", None):
        for ago in (-1, 0, 1, None):
            for balance in (Decimal(0), SOME, None):
                due = None if ago is None else TODAY - timedelta(days=ago)
                making.invoice(acme, status=status, due_date=due, balance=balance)
    rows = Invoice.objects.all()
    expected = {row.pk for row in rows if days_overdue(row.status, row.due_date, row.balance, TODAY)}
    assert len(expected) == len(OWED)
    assert set(overdue(rows, TODAY).values_list("pk", flat=True)) == expected
