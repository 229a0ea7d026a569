"""Amounts of money, exact: a float never stands between what was written and the number."""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from counterfoil.normalize.text import clean

WHOLE_DIGITS = 15
DECIMALS = 6
"""Digits before and after the decimal point that an amount may have; the columns are made for them."""

_LONGEST = 64
_WRITTEN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)


class Amount(NamedTuple):
    """`value` or None; `reason` says in plain words why a non-empty input has none."""

    value: Decimal | None
    reason: str | None


def money(value: object) -> Amount:
    """An amount from a number or from text: 149.97, "149.97", "1,234.50".

    In text the point parts the decimals and commas may part the thousands, as programs write it; what is written
    another way is refused, never guessed. A float is taken for the shortest decimal that stands for it, so whoever
    has the text of a number gives that (see `number`).
    """
    if isinstance(value, Decimal):
        return _checked(value)
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = number(repr(value)) if abs(value) < 10**WHOLE_DIGITS else Decimal(10) ** WHOLE_DIGITS
        return _NOT_ONE if found is None or value != value else _checked(found)  # noqa: PLR0124  NaN
    return _NOTHING if value is None else _NOT_ONE


def number(text: str) -> Decimal | None:
    """The exact value of a number as JSON writes it ("149.97", "1e3"); None for text that is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _of_text(value: str) -> Amount:
    written = clean(value[: _LONGEST + 1])
    if not written:
        return _NOTHING
    if len(written) > _LONGEST or not _WRITTEN.fullmatch(written):
        return _NOT_ONE
    return _checked(Decimal(written.replace(",", "")))


def _checked(value: Decimal) -> Amount:
    """Plain digits, exactly as many as were there: no exponent, no minus before a zero."""
    if not value.is_finite():
        return _NOT_ONE
    if not value:
        return Amount(Decimal(0), None)
    if value.adjusted() >= WHOLE_DIGITS:
        return Amount(None, "too big for an amount")
    if _decimals(value) > DECIMALS:
        return Amount(None, f"more than {DECIMALS} decimals")
    return Amount(Decimal(f"{value:f}"), None)


def _decimals(value: Decimal) -> int:
    """Digits after the point, closing zeros not counted."""
    _, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -int(exponent) - zeros)


_NOTHING = Amount(None, None)
_NOT_ONE = Amount(None, "not an amount")
