"""Times as people say them, with the exact moment behind."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.mirror.models import Run
from counterfoil.mirror.overview import ago


def exact(moment: datetime | None) -> str:
    """As in 2026-11-20 14:05:33, in the console's time zone."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def since(moment: datetime | None, never: str = "–") -> SafeString | str:
    """ "3 minutes ago", the exact moment under the mouse."""
    if moment is None:
        return never
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), ago(moment))


def lasting(seconds: float) -> str:
    """ "40 ms", "2.4 s", "3 s", "12 s", "3 min 20 s", "1 h 5 min"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def duration(run: Run) -> str:
    """How long a run has worked; empty before it has begun."""
    if run.started_at is None:
        return ""
    if run.seconds:
        return lasting(run.seconds)
    return lasting(max(0.0, ((run.finished_at or timezone.now()) - run.started_at).total_seconds()))
