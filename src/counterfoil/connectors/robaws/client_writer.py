"""Compose the writes to clients of Robaws: a merge patch of changed fields, a new client, a deletion.

Contract sections 2.5 and 3.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.robaws.extra_values import typed_extra
from counterfoil.connectors.write_port import Values, WriteRequest

MERGE_PATCH = "application/merge-patch+json"
EXTRA = "extraFields."
_KEPT = frozenset(
    {
        *("name", "email", "invoiceEmail", "tel", "gsm", "website", "vatIdNumber", "vatTariffId"),
        *("language", "currency", "status"),
        *(f"address.{part}" for part in ("addressLine1", "addressLine2", "postalCode", "city", "country")),
    }
)
"""Names that code in production reads or writes. Robaws accepts any other without an error and drops it."""


class ClientWriter:
    """Composes write requests for clients. Implements `write_port.DeletingWriter`."""

    idempotent: ClassVar[bool] = True

    def accepts(self, path: str) -> bool:
        """Return True for known names and extra fields. The tenant answers 400 for extra fields that it lacks."""
        return path in _KEPT or (path.startswith(EXTRA) and path != EXTRA)

    def compose_update(self, external_id: str, current: bytes, values: Values) -> list[WriteRequest]:
        """Compose PATCH /clients/{id}, where null clears (RFC 7396) and fields that are not named stay.

        A value that is not there is not cleared: that would create an empty address.
        """
        body = _body(values, orjson.loads(current))
        if not body:
            return []
        return [
            WriteRequest("PATCH", f"clients/{path_segment(external_id)}", orjson.dumps(body).decode(), MERGE_PATCH)
        ]

    def compose_delete(self, external_id: str) -> WriteRequest:
        """Compose DELETE /clients/{id}."""
        return WriteRequest("DELETE", f"clients/{path_segment(external_id)}", "")

    def compose_create(self, values: Values) -> WriteRequest:
        """Compose POST /clients, without empty values."""
        body = _body({path: value for path, value in values.items() if value not in (None, "")}, {})
        return WriteRequest("POST", "clients", orjson.dumps(body).decode())

    def compose_key_lookup(self) -> WriteRequest:
        """Compose an empty PATCH of a client that cannot be: a stored answer comes back, else 404 (section 5)."""
        return WriteRequest("PATCH", "clients/0", "{}", MERGE_PATCH)


def _body(values: Values, current: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path, value in values.items():
        top, _, inner = path.partition(".")
        if not inner:
            body[path] = value
            continue
        parent = current.get(top)
        before = parent.get(inner) if isinstance(parent, dict) else None
        if value is not None or before is not None:
            body.setdefault(top, {})[inner] = typed_extra(value, before) if path.startswith(EXTRA) else value
    return body
