"""One invented invoice: its dates, status and balance (contract section 4.2)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.zoho_books.data.contact import TERMS
from counterfoil_simulators.zoho_books.records import Json, to_money

CASES = (
    *("draft", "sent", "viewed", "overdue", "partially_paid", "paid", "void"),
    *("pending_approval", "approved", "forgotten"),
)
"""Larger data sets have one of each; `forgotten` is unpaid and much more than a year old."""

_RECENT: Weighted[str] = Weighted(
    [
        ("sent", 34),
        ("paid", 26),
        ("viewed", 12),
        ("draft", 9),
        ("partially_paid", 8),
        ("void", 4),
        ("overdue", 5),
        ("pending_approval", 1),
        ("approved", 1),
    ]
)
_OLD: Weighted[str] = Weighted(
    [("paid", 88), ("void", 5), ("overdue", 4), ("partially_paid", 1.5), ("draft", 1.5)]
)
_RECENT_DAYS = 60
_YEARS_BACK = 3 * 365
FORGOTTEN_FROM, FORGOTTEN_TO = 400, 900
"""Age of a forgotten invoice in days."""


class Dated(NamedTuple):
    """An invoice's body, and the number of days from its date to its last change."""

    body: Json
    touched_after: int


def choose_age(case: str | None, dice: Dice) -> int:
    """Choose how many days ago an invoice was written; recent ones are more frequent."""
    match case:
        case "forgotten":
            return dice.between(FORGOTTEN_FROM, FORGOTTEN_TO)
        case "overdue":
            return dice.between(100, 200)
        case "sent" | "viewed" | "draft" | "partially_paid" | "pending_approval" | "approved":
            return dice.between(1, 10)
        case _:
            return 1 + int(dice.unit() ** 2 * _YEARS_BACK)


def make_invoice(case: str | None, age: int, today: date, dice: Dice) -> Dated:
    """Make an invoice for a case, or one that is usual at its age."""
    became = case or dice.weighted(_RECENT if age < _RECENT_DAYS else _OLD)
    written = today - timedelta(days=age)
    days, label = (30, "Net 30") if case is not None else dice.weighted(TERMS)
    total = _total(dice)
    status = {"overdue": "sent", "forgotten": "sent"}.get(became, became)
    paid_after = dice.below(min(age, 50))
    body: Json = {
        "status": status,
        "reference_number": f"PO-{dice.digits(5)}" if dice.chance(0.4) else "",
        "date": written.isoformat(),
        "due_date": due_date(written, days).isoformat(),
        "payment_terms": days,
        "payment_terms_label": label,
        "total": total,
        "balance": _balance(status, total, dice),
        "payment_expected_date": "",
        "last_payment_date": "",
        "notes": "Thanks for your business." if dice.chance(0.5) else "",
    }
    if status in {"paid", "partially_paid"}:
        body["last_payment_date"] = (written + timedelta(days=paid_after)).isoformat()
    return Dated(body, paid_after)


def due_date(written: date, days: int) -> date:
    """When it is to be paid; -3 means the end of the next month."""
    if days != -3:
        return written + timedelta(days=days)
    month_after_next = (written.replace(day=1) + timedelta(days=63)).replace(day=1)
    return month_after_next - timedelta(days=1)


def _total(dice: Dice) -> Decimal:
    """Sometimes whole, sometimes to the cent."""
    units = dice.between(20, 9_000)
    return to_money(units) if dice.chance(0.3) else to_money(units) + Decimal(dice.below(100)) / 100


def _balance(status: str, total: Decimal, dice: Dice) -> Decimal:
    if status == "paid":
        return to_money(0)
    if status == "partially_paid":
        return to_money(total * dice.between(10, 90) / 100)
    if status == "void" and dice.chance(0.3):
        return to_money(total / 2)
    return total
