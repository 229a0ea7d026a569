"""The writable fields of clients and contacts; others are silently ignored (contract sections 2.5, 3)."""

import html
from typing import Any

from counterfoil_simulators.robaws import extra_fields
from counterfoil_simulators.robaws.data.client import FIELDS as CLIENT_FIELDS
from counterfoil_simulators.robaws.data.extra_fields import Definition
from counterfoil_simulators.robaws.errors import bad_request
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.robaws.switches import RobawsSwitches

READ_ONLY = frozenset({"id", "createdAt", "updatedAt", "archivedAt"})
TEXTS = (
    *("name", "email", "invoiceEmail", "tel", "gsm", "vatIdNumber", "language", "currency"),
    *("status", "website", "clientSince"),
)
RELATIONS = ("vatTariffId",)
ADDRESSES = ("address", "invoiceAddress")
ADDRESS_TEXTS = ("addressLine1", "addressLine2", "postalCode", "city", "country")
ADDRESS_NUMBERS = ("latitude", "longitude")
CONTACT_TEXTS = ("title", "name", "surname", "function", "email", "tel", "gsm")
SORTABLE_CLIENT = frozenset({*TEXTS, *RELATIONS, *READ_ONLY})
SORTABLE_CONTACT = frozenset({*CONTACT_TEXTS, "id", "clientId", "createdAt", "updatedAt"})


def blank_client() -> Json:
    """Make a client with every field, all empty."""
    return dict.fromkeys(CLIENT_FIELDS) | {"extraFields": {}}


def apply_client(
    written: Any, current: Json, before: Json, definitions: dict[str, Definition], switches: RobawsSwitches
) -> Json:
    """Return `current` with its writable fields from `written` (absent is null); `before` is the stored client."""
    if not isinstance(written, dict):
        raise bad_request("A client is an object")
    texts = {field: _text(written.get(field), field) for field in TEXTS}
    client = current | {
        field: text if text == before.get(field) else keep_text(text, field, switches)
        for field, text in texts.items()
    }
    if not (client["name"] or "").strip():
        raise bad_request("name must not be blank", "name")
    for field in RELATIONS:
        client[field] = _relation(written.get(field), current.get(field), field, switches)
    for field in ADDRESSES:
        client[field] = _address(written.get(field), field)
    extra_before = before.get("extraFields") or {}
    client["extraFields"] = extra_fields.clean(written.get("extraFields"), extra_before, definitions, switches)
    return client


def apply_contact(written: Any, current: Json) -> Json:
    """Return `current` with its writable fields from `written`; absent is null."""
    if not isinstance(written, dict):
        raise bad_request("A contact is an object")
    return current | {field: _text(written.get(field), field) for field in CONTACT_TEXTS}


def keep_text(text: str | None, field: str, switches: RobawsSwitches) -> str | None:
    """Return what the tenant stores of a written text: cut off, tidied or escaped, as switched."""
    if text is None:
        return None
    if switches.tidy_texts == "html":
        text = html.escape(text)
    elif switches.tidy_texts == "spelling":
        text = " ".join(text.split())
        text = text.lower() if field in {"email", "invoiceEmail"} else text
        text = "".join(sign for sign in text if sign in "+0123456789") if field in {"tel", "gsm"} else text
    return text[: switches.cut_texts_at].rstrip() if switches.cut_texts_at else text


def _text(value: Any, field: str) -> str | None:
    """Return a text; numbers and booleans are converted as Jackson converts them."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise bad_request(f"{field} must be a text", field)


def _relation(value: Any, current: str | None, field: str, switches: RobawsSwitches) -> str | None:
    """Return the id of a relation, a text of digits. A number is silently ignored."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if switches.integer_relations == "accept" else current
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return value
    raise bad_request(f"{field} must be an id", field)


def _address(value: Any, field: str) -> Json | None:
    """Return an address, which must be an object. Raises 400 for an empty PHP array."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request(f"{field} must be an object", field)
    address: Json = {part: _text(value.get(part), f"{field}.{part}") for part in ADDRESS_TEXTS}
    for part in ADDRESS_NUMBERS:
        number = value.get(part)
        if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
            raise bad_request(f"{field}.{part} must be a number", f"{field}.{part}")
        address[part] = number
    return address
