"""Compose the writes to a contact of Zoho Books, to its status and to its primary person (contract 2.3 and 3).

A PUT leaves fields unchanged that it does not name. Whether that also holds inside an address, a list of custom
fields and a person is unknown, so these are sent with all of their values.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import orjson

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.write_port import Values, WriteRequest
from counterfoil.connectors.zoho_books.flat import CUSTOM, custom_field_label
from counterfoil.connectors.zoho_books.oauth import has_scope, scope_of

_CONTACT = frozenset(
    {"contact_name", "company_name", "website", "language_code", "notes", "vat_reg_no", "tax_reg_no"}
)
_ADDRESS = "billing_address"
_ADDRESS_PARTS = (
    *("attention", "address", "street2", "city", "state_code", "state", "zip", "country", "country_code"),
    *("county", "phone", "fax"),
)
_PERSON = ("first_name", "last_name", "email", "phone", "mobile")
"""Fields of a contact that are stored with its primary person."""
_ACTIVE = "is_active"
"""The path under which the status is read: see `contact_record.ContactReader.flatten`."""
_PERSON_TEXTS = ("salutation", *_PERSON, "designation", "department", "skype", "fax")
_CODE_OF = {"country": "country_code", "state": "state_code"}
"""Codes that repeat a value; the code of the old value is not sent."""
_COMPUTED = frozenset({"formula", "autonumber", "auto_number"})
"""Types of custom fields that Zoho computes."""
LONGEST_FIRST_NAME = 100

type _Json = dict[str, Any]


class ContactWriter:
    """Composes write requests for contacts. Implements `write_port.DeletingWriter` and `ScopedWriter`."""

    idempotent: ClassVar[bool] = False

    def accepts(self, path: str) -> bool:
        """Return True for names of the specification, and for custom fields, which differ by organisation."""
        top, _, inner = path.partition(".")
        if top == _ADDRESS:
            return inner in _ADDRESS_PARTS
        if top == CUSTOM:
            return bool(inner)
        return path in _CONTACT or path in _PERSON or path == _ACTIVE

    def compose_update(self, external_id: str, current: bytes, values: Values) -> Sequence[WriteRequest]:
        """Compose a PUT of the primary person, then one of the contact, each only if something of it changes.

        In this order the last response shows both. A contact without persons gets one by its own PUT. It is marked
        as active before, and as inactive after its other changes.
        """
        record: _Json = orjson.loads(current)
        body = _contact(values, record)
        person, found = _pick(values, _PERSON), _primary(record)
        requests: list[WriteRequest] = []
        if person and found is not None:
            requests += _to_person(external_id, found, person)
        elif any(person.values()):
            name = body.get("contact_name") or str(record.get("contact_name") or "")
            body["contact_persons"] = [_new_person(person, name)]
        path = f"contacts/{path_segment(external_id)}"
        if body:
            requests.append(_outgoing("PUT", path, body))
        active = values.get(_ACTIVE)
        if active is True:
            requests.insert(0, _outgoing("POST", f"{path}/active", {}))
        elif active is False:
            requests.append(_outgoing("POST", f"{path}/inactive", {}))
        return requests

    def compose_delete(self, external_id: str) -> WriteRequest:
        """Compose DELETE /contacts/{id}. Zoho refuses it for a contact that has transactions."""
        return WriteRequest("DELETE", f"contacts/{path_segment(external_id)}", "")

    def scope_of(self, outgoing: WriteRequest) -> str:
        """Return the scope that a request needs; see `oauth.scope_of`."""
        return scope_of(outgoing)

    def has_scope(self, granted: Iterable[str], needed: str) -> bool:
        """Return whether the granted scopes include one; see `oauth.has_scope`."""
        return has_scope(granted, needed)

    def compose_create(self, values: Values) -> WriteRequest:
        """Compose POST /contacts for a customer, with a person if it has values, and without empty values."""
        values = {path: value for path, value in values.items() if value not in (None, "")}
        body = {"contact_type": "customer", **_contact(values, {})}
        person = _pick(values, _PERSON)
        if person:
            body["contact_persons"] = [_new_person(person, str(body.get("contact_name") or ""))]
        return _outgoing("POST", "contacts", body)

    def compose_key_lookup(self) -> None:
        """Return None: Zoho Books knows no keys."""


def _contact(values: Values, record: Mapping[str, Any]) -> _Json:
    body: _Json = dict(_pick(values, _CONTACT))
    address = {path.removeprefix(f"{_ADDRESS}."): path for path in values if path.startswith(f"{_ADDRESS}.")}
    if address:
        parts = {part: _text(values[path]) for part, path in address.items()}
        stale = {code for name, code in _CODE_OF.items() if name in parts}
        current = record.get(_ADDRESS)
        kept = _filled(
            current if isinstance(current, dict) else {}, (one for one in _ADDRESS_PARTS if one not in stale)
        )
        body[_ADDRESS] = kept | parts
    labels = {path.removeprefix(f"{CUSTOM}."): value for path, value in values.items() if _is_custom(path)}
    if labels:
        body[CUSTOM] = _custom_fields(labels, record.get(CUSTOM))
    return body


def _custom_fields(labels: Values, current: Any) -> list[_Json]:
    # All of them, each named by its id if it has one; a new one by its label.
    fields = [field for field in current if isinstance(field, dict)] if isinstance(current, list) else []
    changed = {label: "" if value is None else value for label, value in labels.items()}
    found: list[_Json] = []
    for field in fields:
        label = str(custom_field_label(field))
        if label in changed or field.get("data_type") not in _COMPUTED:
            name = "customfield_id" if field.get("customfield_id") else "label"
            found.append({name: field.get(name), "value": changed.pop(label, field.get("value"))})
    return found + [{"label": label, "value": value} for label, value in changed.items()]


def _primary(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    # The person whose phone the contact shows as its own, else the first.
    listed = record.get("contact_persons")
    persons = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    primary = record.get("primary_contact_id")
    for one in persons:
        if one.get("is_primary_contact") or (primary and one.get("contact_person_id") == primary):
            return {**one, "is_primary_contact": True}
    if persons:
        return persons[0]
    return {"contact_person_id": primary, "is_primary_contact": True} if primary else None


def _to_person(contact_id: str, person: Mapping[str, Any], changes: _Json) -> list[WriteRequest]:
    path = f"contacts/contactpersons/{path_segment(str(person.get('contact_person_id')))}"
    body = {"contact_id": contact_id, **_filled(person, _PERSON_TEXTS), **changes}
    requests = [_outgoing("PUT", path, body)]
    if not person.get("is_primary_contact"):
        requests.append(_outgoing("POST", f"{path}/primary", {}))
    return requests


def _new_person(changes: _Json, contact_name: str) -> _Json:
    # A person needs a first name; without one it gets the contact's name.
    first_name = changes.get("first_name") or contact_name.strip()[:LONGEST_FIRST_NAME]
    filled = {name: value for name, value in changes.items() if value}
    return {**filled, "first_name": first_name, "is_primary_contact": True}


def _pick(values: Values, names: Iterable[str]) -> _Json:
    return {name: _text(values[name]) for name in names if name in values}


def _filled(record: Mapping[str, Any], names: Iterable[str]) -> _Json:
    return {name: record[name] for name in names if record.get(name) not in (None, "")}


def _is_custom(path: str) -> bool:
    return path.startswith(f"{CUSTOM}.")


def _text(value: Any) -> Any:
    """Nothing is an empty text here."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def _outgoing(method: str, path: str, body: _Json) -> WriteRequest:
    return WriteRequest(method, path, orjson.dumps(body).decode())
