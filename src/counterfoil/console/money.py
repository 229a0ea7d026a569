"""Amounts as people read them. Pure."""

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

CENTS = Decimal("0.01")


def amount(value: Decimal) -> str:
    """As in "1,234,567,890.12": two decimals, more only where they say something."""
    in_cents = value.quantize(CENTS)
    return f"{in_cents:,}" if in_cents == value else f"{value.normalize():,f}"


def shown(value: Decimal | None, currency: str | None) -> SafeString | str:
    """With its currency behind; empty for no amount."""
    if value is None:
        return ""
    return format_html(
        '<span class="cf-money">{}{}</span>',
        amount(value),
        format_html(' <span class="cf-dim">{}</span>', currency) if currency else "",
    )
