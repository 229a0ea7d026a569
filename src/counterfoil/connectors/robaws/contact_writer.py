"""Compose the writes to contact persons of Robaws, through their clients (contract section 2.6)."""

from typing import ClassVar

import orjson

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.robaws.client_writer import MERGE_PATCH
from counterfoil.connectors.write_port import Values, WriteRequest

_KEPT = frozenset({"title", "name", "surname", "function", "email", "tel", "gsm"})
"""Names that code in production writes. Robaws accepts any other without an error and drops it."""
_OWNER = "clientId"


class RobawsPersonWriter:
    """Composes write requests for contact persons. Implements `write_port.Writer`."""

    idempotent: ClassVar[bool] = True

    def accepts(self, path: str) -> bool:
        """Return True for known names. Whose person it is cannot be changed."""
        return path in _KEPT

    def compose_update(self, external_id: str, current: bytes, values: Values) -> list[WriteRequest]:
        """Compose PATCH /clients/{id}/contacts/{contact}, where null clears."""
        if not values:
            return []
        owner = str(orjson.loads(current)[_OWNER])
        path = f"clients/{path_segment(owner)}/contacts/{path_segment(external_id)}"
        return [WriteRequest("PATCH", path, orjson.dumps(dict(values)).decode(), MERGE_PATCH)]

    def compose_create(self, values: Values) -> WriteRequest:
        """Compose POST /clients/{id}/contacts for the client under `clientId`, without empty values."""
        body = {path: value for path, value in values.items() if value not in (None, "") and path != _OWNER}
        path = f"clients/{path_segment(str(values[_OWNER]))}/contacts"
        return WriteRequest("POST", path, orjson.dumps(body).decode())

    def compose_key_lookup(self) -> None:
        """Return None: a creation is looked up among the persons of its client."""
