"""/settings/webhooks: creating is documented, reading and deleting were never seen (contract section 6)."""

from collections.abc import Iterable
from typing import Any

import orjson

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import listing, webhook
from counterfoil_simulators.zoho_books.bodies import parse_json_object
from counterfoil_simulators.zoho_books.errors import does_not_exist, invalid_url, invalid_value, method_not_allowed
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.signature import Pair
from counterfoil_simulators.zoho_books.sort_order import ZohoSortOrder
from counterfoil_simulators.zoho_books.tenant import ZohoCall
from counterfoil_simulators.zoho_books.webhook import RejectedValueError, Webhook

REPORT = listing.Report("webhooks", "Webhooks", "webhook_id", {})
ORDER = ZohoSortOrder("webhook_name", "A")


def create_webhook(call: ZohoCall) -> WireResponse:
    """POST: only the address is required; unsupported parameters are ignored."""
    document, organization = parse_json_object(call.request), call.organization
    with organization.books.lock:
        try:
            made = Webhook(
                id=organization.books.next_id(),
                url=_text(document, "url"),
                secret=_text(document, "secret"),
                organization_id=organization.id,
                name=_text(document, "webhook_name"),
                entity=webhook.parse_entity(_text(document, "entity")),
                events=webhook.parse_events(map(str, _list(document, "events"))),
                method=_text(document, "method") or "POST",
                headers=tuple(_pairs(document, "headers")),
                query=tuple(_pairs(document, "query_parameters")),
            )
        except RejectedValueError as error:
            raise invalid_value(error.field) from error
        call.tenant.webhooks.add(made)
    body = {"code": 0, "message": "The webhook has been created.", "webhook": made.public()}
    return WireResponse(201, orjson.dumps(body), listing.JSON_TYPE)


def list_webhooks(call: ZohoCall) -> WireResponse:
    """GET: the webhooks of the organisation."""
    _refuse_unless_readable(call)
    found = {one.id: one for one in call.tenant.webhooks.choose(lambda one: _is_here(call, one))}
    ids = sorted(found, key=lambda webhook_id: (found[webhook_id].name, webhook_id))
    return listing.answer_page(call, REPORT, ids, ORDER, lambda webhook_id: found[webhook_id].public())


def read_webhook(call: ZohoCall, webhook_id: str) -> WireResponse:
    """GET: one webhook."""
    return listing.answer_record(call, "webhook", _existing(call, webhook_id).public(), "webhook_id")


def delete_webhook(call: ZohoCall, webhook_id: str) -> WireResponse:
    """DELETE: the webhook and what is queued for it."""
    call.tenant.webhooks.remove(_existing(call, webhook_id).id)
    body = {"code": 0, "message": "The webhook has been deleted."}
    return WireResponse(200, orjson.dumps(body), listing.JSON_TYPE)


def _existing(call: ZohoCall, webhook_id: str) -> Webhook:
    _refuse_unless_readable(call)
    found = call.tenant.webhooks.endpoints.get(webhook_id)
    if found is None or not _is_here(call, found):
        raise does_not_exist("Webhook", call.tenant.switches.not_found_status)
    return found


def _is_here(call: ZohoCall, one: Webhook) -> bool:
    return one.organization_id == call.organization.id


def _refuse_unless_readable(call: ZohoCall) -> None:
    match call.tenant.switches.webhooks_readable:
        case "404":
            raise invalid_url()
        case "405":
            raise method_not_allowed()


def _text(document: Json, name: str) -> str:
    found = document.get(name) or ""
    if not isinstance(found, str):
        raise invalid_value(name)
    return found


def _list(document: Json, name: str) -> list[Any]:
    found = document.get(name) or []
    if not isinstance(found, list):
        raise invalid_value(name)
    return found


def _pairs(document: Json, name: str) -> Iterable[Pair]:
    for one in _list(document, name):
        if not isinstance(one, dict):
            raise invalid_value(name)
        yield _text(one, "param_name"), _text(one, "param_value")
