"""One delivery in full: what it was, what became of it, what it changed, and its body."""

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.connectors.page import Resource
from counterfoil.console.deliveries import text as delivery_text
from counterfoil.console.lists import record_page
from counterfoil.console.site import permissions
from counterfoil.console.widgets import resource_names
from counterfoil.console.widgets.formats import request_body
from counterfoil.console.widgets.resource_names import RecordLink
from counterfoil.mirror import app_settings
from counterfoil.mirror.models import Change, Mirrored, QuarantinedRecord, Source
from counterfoil.mirror.resources import table
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.webhooks.queue import REPLAYABLE

MOST_CHANGES = 100
SEE_RECORD = {
    Resource.CUSTOMER: permissions.SEE_CUSTOMERS,
    Resource.CONTACT_PERSON: permissions.SEE_PERSONS,
    Resource.INVOICE: permissions.SEE_INVOICES,
}
"""What it takes to see the body of a delivery, which holds the record: the same as for the record's own page."""


def context(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    """What the template needs."""
    found = (
        resource_names.find_link(delivery.resource, delivery.connection_id, delivery.external_id)
        if delivery.resource
        else None
    )
    may_replay = request.user.has_perm(permissions.REPLAY) and delivery.state in REPLAYABLE
    known = {
        **live(delivery),
        "here": found,
        "about": about(delivery, found),
        "first": _first(delivery),
        "aside": _aside(delivery),
        "may_replay": may_replay,
    }
    if not _may_read(request, delivery):
        return known
    return {**known, "may_read": True, **_changed(delivery), **_body(delivery)}


def live(delivery: Delivery) -> dict[str, Any]:
    """What changes while it is worked on."""
    return {
        "delivery": delivery,
        "again": delivery_text.again(delivery),
        "said": delivery_text.SAID[DeliveryState(delivery.state)],
        "advice": delivery_text.advice(delivery),
    }


def about(delivery: Delivery, here: RecordLink | None) -> SafeString | str:
    """The record that it speaks of: its kind and id, a link where it is here."""
    if not delivery.resource:
        return delivery.external_id
    noun, external_id = resource_names.noun(delivery.resource), delivery.external_id
    name = f"{noun} {external_id}"
    if here is None:
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)
    return format_html('<a class="cf-link cf-cut" href="{}" title="{}">{}</a>', here.address, name, name)


def _may_read(request: HttpRequest, delivery: Delivery) -> bool:
    needed = SEE_RECORD[Resource(delivery.resource)] if delivery.resource else permissions.SEE_CUSTOMERS
    return request.user.has_perm(needed)


def _body(delivery: Delivery) -> dict[str, Any]:
    if delivery.body is None:
        days = app_settings.delivery_days()
        return {"gone": f"Taken away after {days} days. That it came, and what became of it, is kept."}
    return {"body": request_body(delivery.body, delivery.content_type)}


def _changed(delivery: Delivery) -> dict[str, Any]:
    """The lines of history that it wrote, and whether the record came here with it."""
    row = _row(delivery)
    if row is None:
        return {"changes": []}
    changes = Change.objects.filter(
        resource=delivery.resource, record_id=row.pk, source=Source.DELIVERY, reference=delivery.pk
    )
    return {
        "changes": list(
            record_page.history_lines(changes.order_by("id")[:MOST_CHANGES], Resource(delivery.resource))
        ),
        "brought": row.first_source == Source.DELIVERY and row.first_reference == delivery.pk,
    }


def _row(delivery: Delivery) -> Mirrored | None:
    if not delivery.resource:
        return None
    rows = table(delivery.resource).rows(delivery.connection_id).filter(external_id=delivery.external_id)
    found: Mirrored | None = rows.only("pk", "first_source", "first_reference").first()
    return found


def _first(delivery: Delivery) -> int | None:
    """Of a duplicate, the delivery that came first."""
    if delivery.state != DeliveryState.DUPLICATE:
        return None
    same = Delivery.objects.filter(
        connection=delivery.connection_id, event_id=delivery.event_id, pk__lt=delivery.pk
    )
    return same.order_by("id").values_list("pk", flat=True).first()


def _aside(delivery: Delivery) -> int | None:
    """Its record, where it could not be taken in and still waits."""
    if not delivery.resource:
        return None
    waiting = QuarantinedRecord.objects.filter(
        connection=delivery.connection_id, resource=delivery.resource, external_id=delivery.external_id
    )
    return waiting.filter(resolved_at=None).values_list("pk", flat=True).first()
