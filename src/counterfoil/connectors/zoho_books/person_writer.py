"""Compose the writes to contact persons of Zoho Books (contract section 3)."""

from collections.abc import Iterable
from typing import Any, ClassVar

import orjson

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.write_port import Values, WriteRequest
from counterfoil.connectors.zoho_books.oauth import has_scope, scope_of

PATH = "contacts/contactpersons"
_TEXTS = (
    *("salutation", "first_name", "last_name", "email", "phone", "mobile", "designation", "department"),
    *("skype", "fax"),
)
_OWNER = "contact_id"


class PersonWriter:
    """Composes write requests for contact persons. Implements `write_port.ScopedWriter`."""

    idempotent: ClassVar[bool] = False

    def accepts(self, path: str) -> bool:
        """Return True for names of the specification. Whose person it is cannot be changed."""
        return path in _TEXTS

    def compose_update(self, external_id: str, current: bytes, values: Values) -> list[WriteRequest]:
        """Compose PUT /contacts/contactpersons/{id} with all texts: what a PUT leaves out may become empty."""
        if not values:
            return []
        record: dict[str, Any] = orjson.loads(current)
        filled = {name: record[name] for name in _TEXTS if record.get(name) not in (None, "")}
        changes = {path: value or "" for path, value in values.items()}
        body = {_OWNER: str(record[_OWNER]), **filled, **changes}
        return [WriteRequest("PUT", f"{PATH}/{path_segment(external_id)}", orjson.dumps(body).decode())]

    def compose_create(self, values: Values) -> WriteRequest:
        """Compose POST /contacts/contactpersons for the contact under `contact_id`, without empty values."""
        body = {path: value for path, value in values.items() if value not in (None, "")}
        return WriteRequest("POST", PATH, orjson.dumps(body).decode())

    def compose_key_lookup(self) -> None:
        """Return None: Zoho Books knows no keys."""

    def scope_of(self, outgoing: WriteRequest) -> str:
        """Return the scope that a request needs; see `oauth.scope_of`."""
        return scope_of(outgoing)

    def has_scope(self, granted: Iterable[str], needed: str) -> bool:
        """Return whether the granted scopes include one; see `oauth.has_scope`."""
        return has_scope(granted, needed)
