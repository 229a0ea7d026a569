"""Coloured labels: roles, statuses of invoices, and states of records, runs, webhooks and writes."""

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.connections import wording
from counterfoil.console.invoices.overdue import days_overdue, overdue_text
from counterfoil.mirror.models import Connection, Invoice, RunState, State, WriteState
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
"""Roles are free text in the connected system; all others are grey."""

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
"""Statuses are free text in the connected system; all others are grey."""

SHORT_LABELS = {State.MISSING: "Not found", State.UNLISTED: "Archived", State.LOCAL: "New"}
"""Labels for narrow columns; the full one is in the tooltip."""

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

DELIVERY_LABELS = {
    DeliveryState.RECEIVED: "Received",
    DeliveryState.APPLIED: "Applied",
    DeliveryState.DUPLICATE: "Duplicate",
    DeliveryState.STALE: "Outdated",
    DeliveryState.IGNORED: "Ignored",
    DeliveryState.FAILED: "Retrying",
    DeliveryState.DEAD: "Failed",
}
"""What users read: a delivery that is tried again is "Retrying", one that is not is "Failed"."""

WRITE_COLOURS = {
    WriteState.OPEN: "info",
    WriteState.UNKNOWN: "warning",
    WriteState.DONE: "success",
    WriteState.REFUSED: "danger",
    WriteState.FAILED: "neutral",
}


def badge(text: str, colour: str, title: str = "") -> SafeString:
    """Render a label. `title` is its tooltip, the text itself unless given."""
    return format_html('<span class="cf-badge cf-{}" title="{}">{}</span>', colour, title or text, text)


def role(name: str | None) -> SafeString | str:
    """Render a customer's role; empty for none."""
    return badge(name, ROLE_COLOURS.get(name, "neutral")) if name else ""


def status_words(name: str) -> str:
    """Return an invoice's status as people write it: "partially_paid" is "Partially paid"."""
    return name.replace("_", " ").strip().capitalize() or name


def status(name: str | None) -> SafeString | str:
    """Render an invoice's status, with the connected system's own word as the tooltip; empty for none."""
    return badge(status_words(name), STATUS_COLOURS.get(name, "neutral"), name) if name else ""


def due(invoice: Invoice) -> SafeString | str:
    """Render an invoice's due date, and in words by how much it is overdue."""
    late = overdue_text(days_overdue(invoice.status, invoice.due_date, invoice.balance, timezone.localdate()))
    day = invoice.due_date.isoformat() if invoice.due_date else ""
    return format_html('{} <span class="cf-late">{}</span>', day, late) if late else day


def row_state(state: str, connection: Connection, *, short: bool = False) -> SafeString:
    """Render the state of a mirrored record, as in "In Robaws"; `short` fits a narrow column."""
    row_state = State(state)
    label = wording.sentence(wording.record_state(state, wording.system(connection)))
    return badge(SHORT_LABELS.get(row_state, label) if short else label, ROW_COLOURS[row_state], label)


def run_state(state: str) -> SafeString:
    return badge(wording.sentence(wording.run_state(state)), RUN_COLOURS[RunState(state)])


def delivery_state(state: str) -> SafeString:
    return badge(DELIVERY_LABELS[DeliveryState(state)], DELIVERY_COLOURS[DeliveryState(state)])


def write_state(state: str, connection: Connection) -> SafeString:
    """Render how far a write is, as in "Sent" or "Rejected by Robaws"."""
    label = wording.sentence(wording.write_state(state, wording.system(connection)))
    return badge(label, WRITE_COLOURS[WriteState(state)])
