"""Webhooks of Robaws (contract section 6): signed by `Robaws-Signature: t=...,v1=...`, with the full record."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from counterfoil.connectors.page import Item, Resource
from counterfoil.connectors.partial_decoder import PartialDecoder, is_readable
from counterfoil.connectors.robaws import messages
from counterfoil.connectors.robaws.record import identify
from counterfoil.connectors.webhook_port import TOLERANCE, SignatureCheck, WebhookEvent, WebhookRequest
from counterfoil.errors import BadRecord

EVENTS = ("client.created", "client.updated")
_ABOUT_CLIENTS = "client."
"""Other events of clients, as of deletions, are not documented; the record is read then."""
_HEADER = "robaws-signature"


class _Body(msgspec.Struct):
    id: str | int
    event: str
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Client(msgspec.Struct):
    name: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    extraFields: Any = None  # noqa: N815  the wire's name


_read = PartialDecoder(_Body)
_read_client = PartialDecoder(_Client)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class RobawsWebhooks:
    """Implements `webhook_port.WebhookReader`. The secret is used as text, not decoded."""

    def check_signature(self, request: WebhookRequest, secret: str, now: datetime) -> SignatureCheck:
        """Check HMAC-SHA256 over `t.body`. Of several `v1` any may match; other elements are ignored."""
        moment, signatures = _elements(request.headers.get(_HEADER, ""))
        if moment is None or not signatures:
            return SignatureCheck.MISSING
        made = hmac.new(secret.encode(), moment.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        if not any([hmac.compare_digest(made.encode(), each.encode()) for each in signatures]):  # noqa: C419  all of them
            return SignatureCheck.WRONG
        return SignatureCheck.GOOD if _near(moment, now) else SignatureCheck.MISDATED

    def read_event(self, request: WebhookRequest) -> WebhookEvent:
        """Read the event. `data` is the full record, as in a list without includes; else it only names one."""
        body = _read(request.body)
        if body is None:
            raise BadRecord(messages.NOT_WEBHOOK())
        event_id, event = _plain(str(body.id)), _plain(body.event)
        if not event.startswith(_ABOUT_CLIENTS):
            return WebhookEvent(event_id, event)
        item = identify(bytes(body.data))
        whole = item if event in EVENTS and _is_whole(item) else None
        return WebhookEvent(event_id, event, Resource.CUSTOMER, item.external_id, whole)


def _is_whole(item: Item) -> bool:
    """Return whether a body can stand for the record.

    It cannot if it is broken, lacks the name, says that the client is deleted, or names extra fields by GUID.
    """
    found = _read_client(item.raw)
    if found is None or item.deleted or found.name is msgspec.UNSET or not is_readable(item.raw):
        return False
    return not (isinstance(found.extraFields, dict) and any(map(_GUID.fullmatch, found.extraFields)))


def _elements(header: str) -> tuple[str | None, list[str]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in pairs if name == "t"]
    return (moments[0] if moments else None), [value for name, _, value in pairs if name == "v1" and value]


def _near(moment: str, now: datetime) -> bool:
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        return False
    return abs(now.astimezone(UTC).timestamp() - int(moment)) <= TOLERANCE.total_seconds()


def _plain(text: str) -> str:
    # NUL cannot be stored by every database; 200 characters are more than any id that was seen.
    return text.replace("\x00", "").strip()[:200]
