"""Read amounts of money exactly, without a float between the text and the number."""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from counterfoil.normalize.column_form import IN_DOUBT, WrittenForm, form_of_amount, without_spaces
from counterfoil.normalize.text import clean

WHOLE_DIGITS = 15
DECIMALS = 6
"""Most digits before and after the decimal point of an amount; the columns have this size."""

_LONGEST = 64
_WRITTEN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_SIGNS_SWAPPED = str.maketrans(",.", ".,")


class Amount(NamedTuple):
    """An amount, or for non-empty input the reason why there is none."""

    value: Decimal | None
    reason: str | None


def money(value: object, form: str = "") -> Amount:
    """Read an amount from a number or from text: 149.97, "149.97", "1,234.50".

    In text a point separates the decimals and commas may separate the thousands, as programs write it. Other forms
    are rejected, never guessed. `form` is that of the column the text stands in, where people may have written it:
    with "comma" 1.234,50 is an amount and 1,234.50 is none; spaces and a currency are allowed. A float counts as
    its shortest decimal, so pass the text of a number if you have it (see `number`).
    """
    if isinstance(value, Decimal):
        return _checked(value)
    if isinstance(value, str):
        return _of_text(value, form)
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = number(repr(value)) if abs(value) < 10**WHOLE_DIGITS else Decimal(10) ** WHOLE_DIGITS
        return _NOT_ONE if found is None or value != value else _checked(found)  # noqa: PLR0124  NaN
    return _NOTHING if value is None else _NOT_ONE


def number(text: str) -> Decimal | None:
    """Return the exact value of a JSON number ("149.97", "1e3"), or None for other text."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _of_text(value: str, form: str) -> Amount:
    written = clean(value[: _LONGEST + 1])
    if not written:
        return _NOTHING
    if len(written) > _LONGEST:
        return _NOT_ONE
    if form:
        own = form_of_amount(written)
        if form in IN_DOUBT and own == WrittenForm.OPEN:
            return Amount(None, "not clear whether its sign stands before decimals or thousands")
        written = without_spaces(written)
        form = own if form in IN_DOUBT else form
    if form == WrittenForm.COMMA:
        written = written.translate(_SIGNS_SWAPPED)
    if not _WRITTEN.fullmatch(written):
        return _NOT_ONE
    return _checked(Decimal(written.replace(",", "")))


def _checked(value: Decimal) -> Amount:
    # Keeps exactly the digits that were there: no exponent, no minus before a zero.
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
    _, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -int(exponent) - zeros)


_NOTHING = Amount(None, None)
_NOT_ONE = Amount(None, "not an amount")
