"""What the templates say: badges, times, numbers."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.runs import text as run_text
from counterfoil.console.widgets import badges, formats
from counterfoil.ingest.edit_values import label
from counterfoil.mirror.models import Conflict, Invoice, Run

register = template.Library()


@register.filter
def since(moment: datetime | None, never: str = "–") -> SafeString | str:
    """ "3 minutes ago"."""
    return formats.since(moment, never)


@register.filter
def exact(moment: datetime | None) -> str:
    """The moment itself."""
    return formats.exact(moment) or "–"


@register.filter
def lasted(run: Run) -> str:
    """How long a run has worked."""
    return formats.duration(run) or "–"


@register.filter
def lasting(seconds: float | None) -> str:
    """As in "2.4 s"."""
    return "–" if seconds is None else formats.lasting(seconds)


@register.filter
def run_title(run: Run) -> str:
    """What a run does."""
    return run_text.title(run)


@register.filter
def run_badge(state: str) -> SafeString:
    """A run's state."""
    return badges.run_state(state)


@register.filter
def delivery_badge(state: str) -> SafeString:
    """A webhook's state."""
    return badges.delivery_state(state)


@register.filter
def row_badge(state: str) -> SafeString:
    """A row's state."""
    return badges.row_state(state)


@register.filter
def role_badge(name: str | None) -> SafeString | str:
    """A customer's role."""
    return badges.role(name) or "–"


@register.filter
def key(value: int) -> str:
    """A number that names something: without separators."""
    return str(value)


@register.filter
def status_badge(name: str | None) -> SafeString | str:
    """An invoice's status."""
    return badges.status(name) or "–"


@register.filter
def day(value: date | None) -> str:
    """As in 2026-11-20."""
    return value.isoformat() if value else "–"


@register.filter
def due(invoice: Invoice) -> SafeString | str:
    """When it is to be paid, and for how long it is overdue."""
    return badges.due(invoice) or "–"


@register.filter
def amount(value: Decimal | None, currency: str | None) -> SafeString | str:
    """As in "1,250.00 EUR"."""
    return formats.money(value, currency) or "–"


@register.filter
def field_label(name: str) -> str:
    """What people call a field of a customer."""
    return label(name)


@register.filter
def conflict_summary(conflict: Conflict) -> str:
    """What a conflict is, in a sentence or two."""
    return conflict_text.means(conflict)
