"""Small coloured words: roles, statuses of invoices, states of rows, of runs and of webhooks."""

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.console.invoices.overdue import days_overdue, in_words
from counterfoil.mirror.models import Invoice, RunState, State, WriteState
from counterfoil.webhooks.models import DeliveryState

ROLE_COLOURS = {
    "FORWARDER": "primary",
    "POV": "success",
    "LUXURY CAR DEALER": "success",
    "BROKER": "warning",
    "SHIPPING LINE": "info",
    "CAR DEALER": "secondary",
    "TOURIST": "danger",
    "BLACKLISTED": "danger",
}
"""A role is free text upstream: any other one is grey."""

ROW_COLOURS = {
    State.PRESENT: "plain",
    State.MISSING: "warning",
    State.UNLISTED: "neutral",
    State.TOMBSTONE: "danger",
    State.MERGED: "neutral",
    State.LOCAL: "info",
}

STATUS_COLOURS = {
    "draft": "plain",
    "sent": "info",
    "viewed": "info",
    "unpaid": "info",
    "partially_paid": "warning",
    "overdue": "danger",
    "paid": "success",
}
"""A status is free text upstream: any other one is grey."""

SHORT = {State.TOMBSTONE: "Deleted", State.LOCAL: "Local"}
"""For narrow columns."""

RUN_COLOURS = {
    RunState.QUEUED: "neutral",
    RunState.RUNNING: "info",
    RunState.PARKED: "warning",
    RunState.NEEDS_APPROVAL: "warning",
    RunState.COMPLETED: "success",
    RunState.FAILED: "danger",
    RunState.CANCELLED: "neutral",
    RunState.SUPERSEDED: "neutral",
}

DELIVERY_COLOURS = {
    DeliveryState.RECEIVED: "info",
    DeliveryState.APPLIED: "success",
    DeliveryState.DUPLICATE: "neutral",
    DeliveryState.STALE: "neutral",
    DeliveryState.IGNORED: "plain",
    DeliveryState.FAILED: "warning",
    DeliveryState.DEAD: "danger",
}

WRITE_COLOURS = {
    WriteState.OPEN: "info",
    WriteState.UNKNOWN: "warning",
    WriteState.DONE: "success",
    WriteState.REFUSED: "danger",
    WriteState.FAILED: "neutral",
}


def badge(text: str, colour: str, title: str = "") -> SafeString:
    """One of them. `title` is what the mouse sees."""
    return format_html('<span class="cf-badge cf-{}" title="{}">{}</span>', colour, title or text, text)


def role(name: str | None) -> SafeString | str:
    """A customer's role."""
    return badge(name, ROLE_COLOURS.get(name, "neutral")) if name else ""


def status_words(name: str) -> str:
    """An invoice's status as people write it: "partially_paid" is "Partially paid"."""
    return name.replace("_", " ").strip().capitalize() or name


def status(name: str | None) -> SafeString | str:
    """An invoice's status, the upstream's own word under the mouse."""
    return badge(status_words(name), STATUS_COLOURS.get(name, "neutral"), name) if name else ""


def due(invoice: Invoice) -> SafeString | str:
    """When an invoice is to be paid; marked in words and colour where that is past."""
    late = in_words(days_overdue(invoice.status, invoice.due_date, invoice.balance, timezone.localdate()))
    day = invoice.due_date.isoformat() if invoice.due_date else ""
    return format_html('{} <span class="cf-late">{}</span>', day, late) if late else day


def row_state(state: str, *, short: bool = False) -> SafeString:
    """Where a mirrored row stands."""
    known = State(state)
    label = str(known.label)
    return badge(SHORT.get(known, label) if short else label, ROW_COLOURS[known], label)


def run_state(state: str) -> SafeString:
    """Where a run stands."""
    known = RunState(state)
    return badge(str(known.label), RUN_COLOURS[known])


def delivery_state(state: str) -> SafeString:
    """Where a delivery stands."""
    known = DeliveryState(state)
    return badge(str(known.label), DELIVERY_COLOURS[known])


def write_state(state: str) -> SafeString:
    """What became of a write."""
    known = WriteState(state)
    return badge(str(known.label), WRITE_COLOURS[known])
