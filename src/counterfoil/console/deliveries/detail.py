"""One delivery's page: what it was about, its result, what it changed, and its body."""

from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
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
"""The permission to see a delivery's body, which contains the record: the same as for the record's page."""


def context(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    """Return the context of the page."""
    link = (
        resource_names.find_link(delivery.resource, delivery.connection_id, delivery.external_id)
        if delivery.resource
        else None
    )
    may_replay = request.user.has_perm(permissions.REPLAY) and delivery.state in REPLAYABLE
    shown = {
        **live_context(delivery),
        "link": link,
        "about": about(delivery, link),
        "first": _first(delivery),
        "problem": _open_problem(delivery),
        "may_replay": may_replay,
    }
    if not _may_read(request, delivery):
        return shown
    return {**shown, "may_read": True, **_changed(delivery), **_body(delivery)}


def live_context(delivery: Delivery) -> dict[str, Any]:
    """Return the part of the context that changes while the delivery is processed."""
    return {
        "delivery": delivery,
        "again": delivery_text.poll_interval(delivery),
        "result": delivery_text.RESULTS[DeliveryState(delivery.state)],
        "advice": delivery_text.advice(delivery),
    }


def about(delivery: Delivery, link: RecordLink | None) -> SafeString | str:
    """Name the record it is about by kind and id, with a link where it is here."""
    if not delivery.resource:
        return delivery.external_id
    noun, external_id = resource_names.noun(delivery.resource), delivery.external_id
    name = f"{noun} {external_id}"
    if link is None:
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)
    return format_html('<a class="cf-link cf-cut" href="{}" title="{}">{}</a>', link.address, name, name)


def _may_read(request: HttpRequest, delivery: Delivery) -> bool:
    needed = SEE_RECORD[Resource(delivery.resource)] if delivery.resource else permissions.SEE_CUSTOMERS
    return request.user.has_perm(needed)


def _body(delivery: Delivery) -> dict[str, Any]:
    if delivery.body is None:
        days = app_settings.delivery_days()
        return {"gone": f"Deleted after {days} days. The result is kept."}
    shown = {"body": request_body(delivery.body, delivery.content_type), "body_note": "As received."}
    if delivery.full_size:
        kept, whole = filesizeformat(len(delivery.body)), filesizeformat(delivery.full_size)
        shown["body_note"] = f"The first {kept} of {whole}, as received."
    return shown


def _changed(delivery: Delivery) -> dict[str, Any]:
    """Return the changes it made, and whether it added the record."""
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
        "is_new": row.first_source == Source.DELIVERY and row.first_reference == delivery.pk,
    }


def _row(delivery: Delivery) -> Mirrored | None:
    if not delivery.resource:
        return None
    rows = table(delivery.resource).rows(delivery.connection_id).filter(external_id=delivery.external_id)
    found: Mirrored | None = rows.only("pk", "first_source", "first_reference").first()
    return found


def _first(delivery: Delivery) -> int | None:
    """Find the delivery that a duplicate repeats."""
    if delivery.state != DeliveryState.DUPLICATE:
        return None
    same = Delivery.objects.filter(
        connection=delivery.connection_id, event_id=delivery.event_id, pk__lt=delivery.pk
    )
    return same.order_by("id").values_list("pk", flat=True).first()


def _open_problem(delivery: Delivery) -> int | None:
    """Find the open import problem of its record."""
    if not delivery.resource:
        return None
    rows = QuarantinedRecord.objects.filter(
        connection=delivery.connection_id, resource=delivery.resource, external_id=delivery.external_id
    )
    return rows.filter(resolved_at=None).values_list("pk", flat=True).first()
