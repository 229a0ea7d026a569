"""Times, durations, amounts and payloads as people read them."""

import json
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qsl

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.connectors.json_outline import is_deeper
from counterfoil.mapping.list_value import as_line
from counterfoil.mirror.models import Run
from counterfoil.sync.status import ago_text


def exact(moment: datetime | None) -> str:
    """Format a moment as in 2026-11-20 14:05:33 CET, in the reader's time zone; empty for None."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %Z}" if moment else ""


def ago(moment: datetime | None, never: str = "–") -> SafeString | str:
    """Render a moment as in "3 minutes ago", with the exact one as the tooltip; `never` stands for None."""
    if moment is None:
        return never
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), ago_text(moment)
    )


def duration_text(seconds: float) -> str:
    """Format seconds as in "40 ms", "2.4 s", "12 s", "3 min 20 s" and "1 h 5 min"."""
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


def run_duration(run: Run) -> str:
    """Format how long a run has been working; empty before it has started."""
    if run.started_at is None:
        return ""
    if run.seconds:
        return duration_text(run.seconds)
    return duration_text(max(0.0, ((run.finished_at or timezone.now()) - run.started_at).total_seconds()))


CENTS = Decimal("0.01")


def amount(value: Decimal) -> str:
    """Format an amount as in "1,234,567,890.12": two decimals, more only where they are not zero."""
    in_cents = value.quantize(CENTS)
    return f"{in_cents:,}" if in_cents == value else f"{value.normalize():,f}"


def money(value: Decimal | None, currency: str | None) -> SafeString | str:
    """Render an amount followed by its currency; empty for no amount."""
    if value is None:
        return ""
    return format_html(
        '<span class="cf-money">{}{}</span>',
        amount(value),
        format_html(' <span class="cf-dim">{}</span>', currency) if currency else "",
    )


FORM = "application/x-www-form-urlencoded"


DEEPEST_INDENTED = 30
"""Levels: each further one would indent every line of a long list again."""


def pretty_json(payload: str | bytes | memoryview | None) -> str:
    """Indent JSON; return any other text as it is, and what nests deeper than anybody reads."""
    if payload is None:
        return ""
    raw = payload.encode(errors="surrogatepass") if isinstance(payload, str) else bytes(payload)
    text = raw.decode(errors="replace")
    if is_deeper(raw, DEEPEST_INDENTED):
        return text
    try:
        shown = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
    return shown.encode(errors="backslashreplace").decode()  # half a surrogate pair cannot be sent


def request_body(body: bytes | memoryview, content_type: str) -> str:
    """Format the body of a POST: JSON indented, a form with one line per field."""
    if not content_type.lower().startswith(FORM):
        return pretty_json(body)
    try:
        pairs = parse_qsl(bytes(body).decode(), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return pretty_json(body)
    return "\n".join(f"{name} = {pretty_json(value)}" for name, value in pairs) or pretty_json(body)


def one_line(value: object) -> str:
    """Format a value of any type in one line; empty for None."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return exact(value)
    return as_line(value) if isinstance(value, dict | list) else str(value)
