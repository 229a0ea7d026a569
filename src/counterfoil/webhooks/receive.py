"""The view that receives webhooks: each is verified, stored and answered; the work happens later."""

import hashlib
import time
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError
from django.db import connection as database
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from counterfoil import messages
from counterfoil.connectors.webhook_port import WebhookEvent, WebhookRequest
from counterfoil.errors import CounterfoilError, KeyUnusable
from counterfoil.mirror.database import translate_error
from counterfoil.mirror.store import current_dialect
from counterfoil.webhooks import refusals
from counterfoil.webhooks.endpoints import EndpointCache
from counterfoil.webhooks.models import DeliveryState
from counterfoil.webhooks.patience import Patience
from counterfoil.webhooks.verify import (
    MAX_BODY_BYTES,
    MOST_READ_BYTES,
    Reason,
    Throttle,
    Verification,
    has_signature,
    verify,
)

log = structlog.get_logger()

CUT_BYTES = 64 * 1024
"""What is kept of a body of more than MAX_BODY_BYTES, to see what it was."""

_ENDPOINTS = EndpointCache()
_THROTTLE = Throttle()
_PATIENCE = Patience()
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
    except (DatabaseError, CounterfoilError) as error:  # as where the key that opens secrets is missing
        _log_failure(upstream, error)
        return _answer(503, "try again", **{"Retry-After": "5"})


def _log_failure(upstream: str, error: DatabaseError | CounterfoilError) -> None:
    """Log one line, since an outage brings many; an error that we do not know is logged with where it happened."""
    known = translate_error(error) if isinstance(error, DatabaseError) else error
    reason = type(error).__name__ if known is None else known.message
    log.error("webhook not stored", upstream=upstream, reason=reason, exc_info=error if known is None else None)


def _receive(request: HttpRequest, upstream: str, connection: str) -> HttpResponse:
    if request.method != "POST":
        return _answer(405, "method not allowed", Allow="POST")
    if "CONTENT_LENGTH" not in request.META and "HTTP_TRANSFER_ENCODING" in request.META:
        return _answer(411, "length required")  # of a server that does not read such bodies for us
    now = timezone.now()
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = [(name, value) for name, values in request.GET.lists() for value in values]
    webhook = WebhookRequest(headers, query, b"")
    length = request.META.get("CONTENT_LENGTH") or "0"
    is_large = not length.isdigit() or int(length) > MAX_BODY_BYTES
    if is_large:
        with _PATIENCE.limit():
            is_read = (
                length.isdigit()
                and int(length) <= MOST_READ_BYTES
                and has_signature(webhook, _ENDPOINTS.find(upstream, connection), now)
            )
            if not is_read:
                _require_readable(upstream, connection)
                return _refuse(request, upstream, Verification(refusal=Reason.TOO_LARGE), now)
    webhook = webhook._replace(body=request.read(int(length)) if is_large else request.body)
    with _PATIENCE.limit():  # from here on; how long a body takes to arrive is up to its sender
        verification = verify(webhook, _ENDPOINTS.find(upstream, connection), now)
        if verification.endpoint is None:  # it may just have been made
            verification = verify(webhook, _ENDPOINTS.find(upstream, connection, again=True), now)
        unsigned = verification.endpoint is None
        if unsigned:
            _require_readable(upstream, connection)
        if verification.refusal is None:
            return _answer(200, _store(verification, webhook, now))
        if is_large and unsigned:
            verification = Verification(refusal=Reason.TOO_LARGE)
        return _refuse(request, upstream, verification, now)


def _require_readable(upstream: str, connection: str) -> None:
    """Raise KeyUnusable where the key does not open a secret that the request may have been signed with."""
    if any(endpoint.unreadable for endpoint in _ENDPOINTS.find(upstream, connection)):
        raise KeyUnusable(messages.connections.CREDENTIALS_UNREADABLE(), messages.connections.RESTORE_KEY())


def _store(verification: Verification, webhook: WebhookRequest, now: datetime) -> str:
    """Store the delivery by one statement, on disk when this returns. Returns the status to answer with.

    A body that cannot be read is stored as dead, with its reason: refused, it would be sent again and again, until
    the upstream suspends the endpoint.
    """
    endpoint, event = verification.endpoint, verification.event
    assert endpoint is not None  # noqa: S101  it was verified
    is_cut = len(webhook.body) > MAX_BODY_BYTES
    if event is None:
        event, state, status = _unreadable_event(webhook.body), DeliveryState.DEAD, "kept"
    elif event.resource is None:
        state, status = DeliveryState.IGNORED, "ignored"
    else:
        state, status = DeliveryState.RECEIVED, "received"
    values: dict[str, Any] = {
        "connection": endpoint.connection_id,
        "event_id": event.event_id,
        "event": event.event,
        "resource": "" if event.resource is None else event.resource.value,
        "external_id": event.external_id,
        "state": state.value,
        "reason": messages.store(verification.problem),
        "at": database.ops.adapt_datetimefield_value(now),
        "ended": None if state == DeliveryState.RECEIVED else database.ops.adapt_datetimefield_value(now),
        "content_type": webhook.headers.get("content-type", "")[:200].replace("\x00", ""),
        "body": webhook.body[:CUT_BYTES] if is_cut else webhook.body,
        "full_size": len(webhook.body) if is_cut else None,
    }
    with database.cursor() as cursor:
        current_dialect().wait_for_disk(cursor)
        current_dialect().execute_bound(cursor, "receive", values)
    current_dialect().verify_file()
    return status


def _unreadable_event(body: bytes) -> WebhookEvent:
    return WebhookEvent(hashlib.sha256(body).hexdigest(), "unreadable")


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
