"""Times as people say them, with the exact moment behind."""

import json
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qsl

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.mirror.models import Run
from counterfoil.sync.status import ago_text


def exact(moment: datetime | None) -> str:
    """As in 2026-11-20 14:05:33, in the console's time zone."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def since(moment: datetime | None, never: str = "–") -> SafeString | str:
    """ "3 minutes ago", the exact moment under the mouse."""
    if moment is None:
        return never
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), ago_text(moment)
    )


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


CENTS = Decimal("0.01")


def amount(value: Decimal) -> str:
    """As in "1,234,567,890.12": two decimals, more only where they say something."""
    in_cents = value.quantize(CENTS)
    return f"{in_cents:,}" if in_cents == value else f"{value.normalize():,f}"


def money(value: Decimal | None, currency: str | None) -> SafeString | str:
    """With its currency behind; empty for no amount."""
    if value is None:
        return ""
    return format_html(
        '<span class="cf-money">{}{}</span>',
        amount(value),
        format_html(' <span class="cf-dim">{}</span>', currency) if currency else "",
    )


FORM = "application/x-www-form-urlencoded"


def pretty(payload: str | bytes | memoryview | None) -> str:
    """Indented JSON, or the text itself."""
    if payload is None:
        return ""
    text = payload if isinstance(payload, str) else bytes(payload).decode(errors="replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def request_body(body: bytes | memoryview, content_type: str) -> str:
    """What was posted: as above, or of a form each field by itself."""
    if not content_type.lower().startswith(FORM):
        return pretty(body)
    try:
        pairs = parse_qsl(bytes(body).decode(), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return pretty(body)
    return "\n".join(f"{name} = {pretty(value)}" for name, value in pairs) or pretty(body)


def brief(value: object) -> str:
    """A value of any kind in one line."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
