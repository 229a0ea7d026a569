"""Amounts are exact, or rejected with a reason; nothing is guessed or converted to a float."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.money import DECIMALS, WHOLE_DIGITS, money, number

AMOUNTS = st.decimals(-(10**WHOLE_DIGITS) + 1, 10**WHOLE_DIGITS - 1, places=DECIMALS)


@given(AMOUNTS)
def test_an_amount_survives_every_way_of_writing_it(amount: Decimal) -> None:
    plain = f"{amount:f}"
    for said in (amount, plain, f" {plain} ", f"{amount:,f}", number(plain), number(f"{amount:e}")):
        assert money(said).value == amount, said


@given(
    st.one_of(st.text(), st.floats(), st.integers(), st.decimals(), st.none(), st.booleans(), st.lists(st.none()))
)
def test_any_value_gives_an_amount_within_bounds_a_reason_or_nothing(said: Any) -> None:
    value, reason = money(said)
    if value is None:
        assert reason or said is None or not str(said).strip("\x00 \t\n") or not str(said).isprintable()
        return
    assert reason is None
    assert abs(value) < 10**WHOLE_DIGITS
    assert "E" not in str(value)
    assert value == value.quantize(Decimal(1).scaleb(-DECIMALS))


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("149.97", "149.97"),
        (149.97, "149.97"),
        (0.1 + 0.2, None),
        (100, "100"),
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("-12.30", "-12.30"),
        ("1e3", None),
        ("1.234,50", None),
        ("12,34", None),
        ("1,23,456", None),
        ("EUR 12", None),
        ("n/a", None),
        ("NaN", None),
        ("", None),
        (True, None),
        (10**15, None),
        ("0.1234567", None),
        ("0.1234560", "0.1234560"),
        (float("nan"), None),
        (float("-inf"), None),
        (-0.0, "0"),
    ],
)
def test_amounts_are_read_as_programs_write_them(said: Any, value: str | None) -> None:
    found = money(said)
    assert found.value == (None if value is None else Decimal(value))
    assert (found.reason is None) == (value is not None or said == "")


def test_digits_that_a_float_would_lose_are_kept() -> None:
    assert money(number("123456789012345.67")).value == Decimal("123456789012345.67")
    assert money("999999999999999.999999").value == Decimal("999999999999999.999999")
