"""Webhooks of Zoho Books (contract section 6). Their content is not guaranteed, so the named record is read."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

from counterfoil.connectors.identify import clean_id
from counterfoil.connectors.page import Resource
from counterfoil.connectors.partial_decoder import decode_readable
from counterfoil.connectors.webhook_port import SignatureCheck, WebhookEvent, WebhookRequest
from counterfoil.connectors.zoho_books import messages
from counterfoil.errors import BadRecord

_HEADER = "x-zoho-webhook-signature"
_KINDS = {"contact": Resource.CUSTOMER, "invoice": Resource.INVOICE}
_IDS = {"contact_id": Resource.CUSTOMER, "invoice_id": Resource.INVOICE}
_FORM = "application/x-www-form-urlencoded"


class ZohoBooksWebhooks:
    """Implements `webhook_port.WebhookReader`.

    The signature has no time. Its encoding is undocumented, so hex and Base64 are accepted.
    """

    def check_signature(self, request: WebhookRequest, secret: str, now: datetime) -> SignatureCheck:
        """Check HMAC-SHA256 over the sorted pairs of query and form, then the body."""
        given = request.headers.get(_HEADER, "").strip()
        if not given:
            return SignatureCheck.MISSING
        good = False
        for text in _signed_texts(request):
            digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()
            for made in (digest.hex(), base64.b64encode(digest).decode()):
                good |= hmac.compare_digest(made.encode(), given.encode())
        return SignatureCheck.GOOD if good else SignatureCheck.WRONG

    def read_event(self, request: WebhookRequest) -> WebhookEvent:
        """Read `{"contact": {...}}`, the record bare, one level deeper, or as text in a form."""
        found = _record(_decoded(request), depth=0)
        if found is None:
            raise BadRecord(messages.WEBHOOK_WITHOUT_RECORD())
        resource, record = found
        external_id = _id(record, resource)
        if not external_id:
            raise BadRecord(messages.WEBHOOK_WITHOUT_RECORD())
        # Zoho sends no event id, and a balance can change without the modified time: compare the bytes.
        event_id = hashlib.sha256(request.body).hexdigest()
        vendor = record.get("contact_type") == "vendor"
        return WebhookEvent(event_id, _name(resource), resource, external_id, unlisted=vendor)


def _signed_texts(request: WebhookRequest) -> list[bytes]:
    # Zoho signs the query and form pairs with the body; some receivers have seen the body alone.
    form = _form(request)
    pairs = sorted([*request.query, *form])
    joined = "".join(f"{name}{value}" for name, value in pairs).encode()
    return [joined + (b"" if form else request.body), request.body]


def _form(request: WebhookRequest) -> list[tuple[str, str]]:
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        return []
    try:
        return parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return []


def _decoded(request: WebhookRequest) -> Any:
    for name, value in _form(request):
        if name.lower() == "jsonstring":
            return _json(value.encode())
    return _json(request.body)


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        found = decode_readable(text)
    if found is None:
        raise BadRecord(messages.WEBHOOK_NOT_JSON())
    return found


def _record(body: Any, depth: int) -> tuple[Resource, Mapping[str, Any]] | None:
    # The first record in it; wrappers are one or two levels deep at most.
    if not isinstance(body, dict) or depth > 2:
        return None
    for name, resource in _KINDS.items():
        inner = body.get(name)
        if isinstance(inner, dict) and _id(inner, resource):
            return resource, inner
    for name, resource in reversed(_IDS.items()):  # an invoice may name its contact
        if body.get(name):
            return resource, body
    for inner in body.values():
        found = _record(inner, depth + 1)
        if found is not None:
            return found
    return None


def _id(record: Mapping[str, Any], resource: Resource) -> str:
    value = record.get(f"{_name(resource)}_id")
    return clean_id(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _name(resource: Resource) -> str:
    return next(name for name, kind in _KINDS.items() if kind == resource)
