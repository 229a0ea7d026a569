"""The schema of the webhook endpoints, for tools that generate requests."""

from typing import Any

_ANSWERS = {
    str(status): {
        "description": words,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"status": {"type": "string"}},
                    "required": ["status"],
                    "additionalProperties": False,
                }
            }
        },
    }
    for status, words in {
        200: "stored, or ignored", 400: "no webhook", 401: "not signed", 405: "no POST", 413: "over a mebibyte",
        429: "too many that were not signed",
    }.items()
}  # fmt: skip


def _operation(header: str, *names: str) -> dict[str, Any]:
    path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    signature = {"name": header, "in": "header", "required": False, "schema": {"type": "string"}}
    event = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": {"type": "object"}},
    }
    return {
        "post": {
            "parameters": [*path, signature],
            "requestBody": {"content": {"application/json": {"schema": event}}},
            "responses": _ANSWERS,
        }
    }


SCHEMA: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Webhooks", "version": "1"},
    "paths": {
        "/api/webhooks/robaws/customers": _operation("Robaws-Signature"),
        "/api/webhooks/robaws/customers/{connection}": _operation("Robaws-Signature", "connection"),
        "/api/webhooks/zoho/{connection}": _operation("X-Zoho-Webhook-Signature", "connection"),
    },
}
