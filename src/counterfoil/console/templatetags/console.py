"""What the templates say: badges, times, numbers."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from counterfoil.console import badges, moments
from counterfoil.mirror.models import Run

register = template.Library()


@register.filter
def since(moment: datetime | None, never: str = "–") -> SafeString | str:
    """ "3 minutes ago"."""
    return moments.since(moment, never)


@register.filter
def exact(moment: datetime | None) -> str:
    """The moment itself."""
    return moments.exact(moment) or "–"


@register.filter
def lasted(run: Run) -> str:
    """How long a run has worked."""
    return moments.duration(run) or "–"


@register.filter
def run_badge(state: str) -> SafeString:
    """A run's state."""
    return badges.run_state(state)


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
