"""Template filters for badges, times and numbers."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.runs import text as run_text
from counterfoil.console.widgets import badges, formats
from counterfoil.ingest.edit_values import label
from counterfoil.mirror.models import Conflict, Connection, Invoice, Run

register = template.Library()


@register.filter
def since(moment: datetime | None, never: str = "–") -> SafeString | str:
    """Render a moment as in "3 minutes ago"."""
    return formats.ago(moment, never)


@register.filter
def exact(moment: datetime | None) -> str:
    """Format a moment with date, time and seconds."""
    return formats.exact(moment) or "–"


@register.filter
def run_duration(run: Run) -> str:
    """Format how long a run has been working."""
    return formats.run_duration(run) or "–"


@register.filter
def duration(seconds: float | None) -> str:
    """Format seconds as in "2.4 s"; a dash for None."""
    return "–" if seconds is None else formats.duration_text(seconds)


@register.filter
def run_title(run: Run) -> str:
    """Name what a run does, as in "Full sync"."""
    return run_text.title(run)


@register.filter
def run_badge(state: str) -> SafeString:
    return badges.run_state(state)


@register.filter
def delivery_badge(state: str) -> SafeString:
    return badges.delivery_state(state)


@register.filter
def row_badge(state: str, connection: Connection) -> SafeString:
    """Render the state of a record of this connection."""
    return badges.row_state(state, connection)


@register.filter
def role_badge(name: str | None) -> SafeString | str:
    return badges.role(name) or "–"


@register.filter
def key(value: int) -> str:
    """Format a number that identifies something: without separators."""
    return str(value)


@register.filter
def status_badge(name: str | None) -> SafeString | str:
    return badges.status(name) or "–"


@register.filter
def day(value: date | None) -> str:
    """Format a date as in 2026-11-20."""
    return value.isoformat() if value else "–"


@register.filter
def due(invoice: Invoice) -> SafeString | str:
    """Render an invoice's due date, and by how much it is overdue."""
    return badges.due(invoice) or "–"


@register.filter
def amount(value: Decimal | None, currency: str | None) -> SafeString | str:
    """Format an amount with its currency, as in "1,250.00 EUR"."""
    return formats.money(value, currency) or "–"


@register.filter
def field_label(name: str) -> str:
    """Return the label of a customer's field."""
    return label(name)


@register.filter
def conflict_summary(conflict: Conflict, system: str) -> str:
    """Explain a conflict in a sentence or two."""
    return conflict_text.explanation(conflict, system)
