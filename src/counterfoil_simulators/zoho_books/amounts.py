"""The JSON form of amounts: integers and fractions, fractions only, or texts (contract section 4.2)."""

from decimal import Decimal
from typing import Literal

type Style = Literal["mixed", "float", "text"]


def render_amount(value: Decimal, style: Style) -> int | float | str:
    """Render an amount in this style: `149.97` and `300`, `300.0`, or `"300.00"`."""
    if style == "text":
        return f"{value:.2f}"
    if style == "mixed" and value == value.to_integral_value():
        return int(value)
    return float(value)
