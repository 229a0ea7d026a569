"""The address that upstreams send their webhooks to: verified, stored, answered. Nothing is worked on here."""

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
from counterfoil.mirror.sql import statement
from counterfoil.webhooks import refusals
from counterfoil.webhooks.endpoints import Endpoints
from counterfoil.webhooks.models import DeliveryState
from counterfoil.webhooks.verify import LARGEST, Reason, Throttle, Verification, verify

log = structlog.get_logger()

_ENDPOINTS = Endpoints()
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
    """POST only. `connection` is the last part of the address, by number or name. Where the database does not
    answer, the upstream is asked to try again: it repeats what is not answered with 2xx."""
    try:
        return _received(request, upstream, connection)
    except UnreadablePostError:
        return _answer(400, Reason.UNREADABLE.value)
    except (DatabaseError, CounterfoilError):  # as where the key that opens secrets is missing
        log.exception("a webhook could not be stored", upstream=upstream)
        return _answer(503, "try again", **{"Retry-After": "5"})


def _received(request: HttpRequest, upstream: str, connection: str) -> HttpResponse:
    if request.method != "POST":
        return _answer(405, "method not allowed", Allow="POST")
    now = timezone.now()
    body = _body(request)
    if body is None:
        return _refused(request, upstream, Verification(refused=Reason.TOO_LARGE), now)
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = [(name, value) for name, values in request.GET.lists() for value in values]
    posted = WebhookRequest(headers, query, body)
    judged = verify(posted, _ENDPOINTS.of(upstream, connection), now)
    if judged.known is None:  # one may just have been made
        judged = verify(posted, _ENDPOINTS.of(upstream, connection, again=True), now)
    if judged.refused is not None:
        return _refused(request, upstream, judged, now)
    return _answer(200, _keep(judged, posted, now))


def _body(request: HttpRequest) -> bytes | None:
    """None where it is too large; then as little as can be is read of it."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST:
        return None
    return request.body


def _keep(judged: Verification, posted: WebhookRequest, now: datetime) -> str:
    """One statement, on disk when it returns. Returns what is answered."""
    known, told = judged.known, judged.event
    assert known is not None  # noqa: S101  it was verified
    assert told is not None  # noqa: S101  and read
    ignored = told.resource is None
    values: dict[str, Any] = {
        "connection": known.connection_id,
        "event_id": told.event_id,
        "event": told.event,
        "resource": "" if told.resource is None else told.resource.value,
        "external_id": told.external_id,
        "state": DeliveryState.IGNORED.value if ignored else DeliveryState.RECEIVED.value,
        "at": database.ops.adapt_datetimefield_value(now),
        "ended": database.ops.adapt_datetimefield_value(now) if ignored else None,
        "content_type": posted.headers.get("content-type", "")[:200].replace("\x00", ""),
        "body": posted.body,
    }
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = FULL")  # what was answered is on disk
        cursor.execute(statement(database.vendor, "receive"), values)
    return "ignored" if ignored else "received"


def _refused(request: HttpRequest, upstream: str, judged: Verification, now: datetime) -> HttpResponse:
    assert judged.refused is not None  # noqa: S101  it is
    address = str(request.META.get("REMOTE_ADDR", ""))
    if _THROTTLE.is_over(address, time.monotonic()):
        return _answer(429, "too many unverified requests", **{"Retry-After": "60"})
    refusals.count_refusal(upstream, judged, now)
    log.warning("webhook refused", upstream=upstream, reason=judged.refused.value)
    return _answer(_STATUS[judged.refused], judged.refused.value)


def _answer(status: int, words: str, **headers: str) -> HttpResponse:
    body = f'{{"status":"{words}"}}'.encode()
    headers["Content-Length"] = str(len(body))
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)
