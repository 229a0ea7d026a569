"""The view that receives webhooks: each is verified, stored and answered; the work happens later."""

import time
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError
from django.db import connection as database
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from counterfoil.connectors.webhook_port import WebhookRequest
from counterfoil.errors import CounterfoilError
from counterfoil.mirror.store import current_dialect
from counterfoil.webhooks import refusals
from counterfoil.webhooks.endpoints import EndpointCache
from counterfoil.webhooks.models import DeliveryState
from counterfoil.webhooks.verify import MAX_BODY_BYTES, Reason, Throttle, Verification, verify

log = structlog.get_logger()

_ENDPOINTS = EndpointCache()
_THROTTLE = Throttle()
_STATUS = {
    Reason.UNSIGNED: 401,
    Reason.BAD_SIGNATURE: 401,
    Reason.MISDATED: 401,
    Reason.UNREADABLE: 400,
    Reason.TOO_LARGE: 413,
}


@csrf_exempt
def receive(request: HttpRequest, upstream: str, connection: str = "") -> HttpResponse:
    """Store a webhook; POST only. `connection` is the last part of the address: a number or name, or empty.

    Where it cannot be stored, the answer is 503: upstreams repeat what is not answered with 2xx.
    """
    try:
        return _receive(request, upstream, connection)
    except UnreadablePostError:
        return _answer(400, Reason.UNREADABLE.value)
    except (DatabaseError, CounterfoilError):  # as where the key that opens secrets is missing
        log.exception("webhook not stored", upstream=upstream)
        return _answer(503, "try again", **{"Retry-After": "5"})


def _receive(request: HttpRequest, upstream: str, connection: str) -> HttpResponse:
    if request.method != "POST":
        return _answer(405, "method not allowed", Allow="POST")
    now = timezone.now()
    body = _body(request)
    if body is None:
        return _refuse(request, upstream, Verification(refusal=Reason.TOO_LARGE), now)
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = [(name, value) for name, values in request.GET.lists() for value in values]
    webhook = WebhookRequest(headers, query, body)
    verification = verify(webhook, _ENDPOINTS.find(upstream, connection), now)
    if verification.endpoint is None:  # it may just have been made
        verification = verify(webhook, _ENDPOINTS.find(upstream, connection, again=True), now)
    if verification.refusal is not None:
        return _refuse(request, upstream, verification, now)
    return _answer(200, _store(verification, webhook, now))


def _body(request: HttpRequest) -> bytes | None:
    """Read the body. None where it is too large: then none of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return None
    return request.body


def _store(verification: Verification, webhook: WebhookRequest, now: datetime) -> str:
    """Store the delivery by one statement, on disk when this returns. Returns the status to answer with."""
    endpoint, event = verification.endpoint, verification.event
    assert endpoint is not None  # noqa: S101  it was verified
    assert event is not None  # noqa: S101  and read
    ignored = event.resource is None
    values: dict[str, Any] = {
        "connection": endpoint.connection_id,
        "event_id": event.event_id,
        "event": event.event,
        "resource": "" if event.resource is None else event.resource.value,
        "external_id": event.external_id,
        "state": DeliveryState.IGNORED.value if ignored else DeliveryState.RECEIVED.value,
        "at": database.ops.adapt_datetimefield_value(now),
        "ended": database.ops.adapt_datetimefield_value(now) if ignored else None,
        "content_type": webhook.headers.get("content-type", "")[:200].replace("\x00", ""),
        "body": webhook.body,
    }
    with database.cursor() as cursor:
        current_dialect().wait_for_disk(cursor)
        cursor.execute(current_dialect().statement("receive"), values)
    return "ignored" if ignored else "received"


def _refuse(request: HttpRequest, upstream: str, verification: Verification, now: datetime) -> HttpResponse:
    assert verification.refusal is not None  # noqa: S101  callers have checked it
    address = str(request.META.get("REMOTE_ADDR", ""))
    if _THROTTLE.is_exceeded(address, time.monotonic()):
        return _answer(429, "too many unverified requests", **{"Retry-After": "60"})
    refusals.count_refusal(upstream, verification, now)
    log.warning("webhook refused", upstream=upstream, reason=verification.refusal.value)
    return _answer(_STATUS[verification.refusal], verification.refusal.value)


def _answer(status: int, text: str, **headers: str) -> HttpResponse:
    body = f'{{"status":"{text}"}}'.encode()
    headers["Content-Length"] = str(len(body))
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)
