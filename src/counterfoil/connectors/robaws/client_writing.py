"""What is written to a client of Robaws: a merge patch of what differs, a new client (contract 2.5 and 3)."""

from datetime import date
from typing import Any, ClassVar

import orjson

from counterfoil.connectors.robaws.answers import step
from counterfoil.connectors.writing import Outgoing, Values

MERGE_PATCH = "application/merge-patch+json"
_EXTRA = "extraFields."
_KEPT = frozenset(
    {
        *("name", "email", "invoiceEmail", "tel", "gsm", "website", "vatIdNumber", "vatTariffId"),
        *("language", "currency", "status"),
        *(f"address.{part}" for part in ("addressLine1", "addressLine2", "postalCode", "city", "country")),
    }
)
"""Names that code in production reads or writes. Robaws takes any other without a word and drops it."""


class ClientWriter:
    """Composes what is sent for clients."""

    keyed: ClassVar[bool] = True

    def takes(self, path: str) -> bool:
        """Known names, and extra fields: which of these there are the tenant says, by a 400."""
        return path in _KEPT or path.startswith(_EXTRA)

    def changing(self, external_id: str, current: bytes, values: Values) -> list[Outgoing]:
        """PATCH /clients/{id}: null clears (RFC 7396), what is not named stays."""
        body = _body(values, orjson.loads(current))
        return [Outgoing("PATCH", f"clients/{step(external_id)}", orjson.dumps(body).decode(), MERGE_PATCH)]

    def creating(self, values: Values) -> Outgoing:
        """POST /clients. What is empty is left out."""
        body = _body({path: value for path, value in values.items() if value not in (None, "")}, {})
        return Outgoing("POST", "clients", orjson.dumps(body).decode())


def _body(values: Values, current: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path, value in values.items():
        top, _, inner = path.partition(".")
        if not inner:
            body[path] = value
        elif path.startswith(_EXTRA):
            body.setdefault(top, {})[inner] = _typed(value, (current.get(top) or {}).get(inner))
        else:
            body.setdefault(top, {})[inner] = value
    return body


def _typed(value: str | bool | None, before: Any) -> dict[str, Any]:
    """An extra field as Robaws types it (contract section 3): by the key that it has had, else by the value. The
    plain form without type and group is the reliable one."""
    held = [key for key in before if key.endswith("Value")] if isinstance(before, dict) else []
    if value is None:
        return dict.fromkeys(held or ["stringValue"])
    if isinstance(value, bool):
        return {"booleanValue": value}
    if held == ["dateValue"] or (not held and _is_date(value)):
        return {"dateValue": value}
    return {"stringValue": value}


def _is_date(value: str) -> bool:
    try:
        return len(value) == len("2020-12-17") and bool(date.fromisoformat(value))
    except ValueError:
        return False
