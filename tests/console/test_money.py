"""Amounts as people read them."""

from decimal import Decimal

import pytest

from counterfoil.console.widgets.formats import amount, money


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1234567890.12", "1,234,567,890.12"),
        ("1234567890.120000", "1,234,567,890.12"),
        ("0", "0.00"),
        ("100", "100.00"),
        ("1E+3", "1,000.00"),
        ("-45.5", "-45.50"),
        ("0.125", "0.125"),
        ("0.000001", "0.000001"),
        ("999999999999999999.999999", "999,999,999,999,999,999.999999"),
    ],
)
def test_an_amount_has_two_decimals_and_never_loses_one(value: str, said: str) -> None:
    assert amount(Decimal(value)) == said


def test_its_currency_stands_behind_it_as_text() -> None:
    assert money(Decimal(5), "EUR") == '<span class="cf-money">5.00 <span class="cf-dim">EUR</span></span>'
    assert money(Decimal(5), None) == '<span class="cf-money">5.00</span>'
    assert "<b>" not in money(Decimal(5), "<b>")
    assert money(None, "EUR") == ""
