"""What is written to a client of Robaws: a merge patch of what differs, a new client (contract 2.5 and 3)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from counterfoil.connectors.robaws.answers import step
from counterfoil.connectors.robaws.extra_values import typed_extra
from counterfoil.connectors.write_port import Outgoing, Values

MERGE_PATCH = "application/merge-patch+json"
EXTRA = "extraFields."
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
        return path in _KEPT or (path.startswith(EXTRA) and path != EXTRA)

    def changing(self, external_id: str, current: bytes, values: Values) -> list[Outgoing]:
        """PATCH /clients/{id}: null clears (RFC 7396), what is not named stays. Nothing is sent to clear what is
        not there: an address would come into being by it."""
        body = _body(values, orjson.loads(current))
        if not body:
            return []
        return [Outgoing("PATCH", f"clients/{step(external_id)}", orjson.dumps(body).decode(), MERGE_PATCH)]

    def creating(self, values: Values) -> Outgoing:
        """POST /clients. What is empty is left out."""
        body = _body({path: value for path, value in values.items() if value not in (None, "")}, {})
        return Outgoing("POST", "clients", orjson.dumps(body).decode())


def _body(values: Values, current: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path, value in values.items():
        top, _, inner = path.partition(".")
        if not inner:
            body[path] = value
            continue
        held = current.get(top)
        before = held.get(inner) if isinstance(held, dict) else None
        if value is not None or before is not None:
            body.setdefault(top, {})[inner] = typed_extra(value, before) if path.startswith(EXTRA) else value
    return body
