"""The JSON that a request sees of a record: includes, and the quirks of some tenants (contract section 3)."""

import re
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import orjson

from counterfoil_simulators.robaws.errors import bad_request, forbidden
from counterfoil_simulators.robaws.records import Json, Record
from counterfoil_simulators.robaws.store import View
from counterfoil_simulators.robaws.switches import RobawsSwitches

type Shape = Literal["list", "detail", "embedded", "webhook"]

_NAMED: dict[str, frozenset[Shape]] = {
    "never": frozenset(),
    "embedded": frozenset({"embedded"}),
    "detail": frozenset({"embedded", "detail"}),
    "always": frozenset({"embedded", "detail", "list", "webhook"}),
}
_MILLISECONDS = re.compile(r"\.(\d{3})Z")


def parse_includes(query: dict[str, str], supported: frozenset[str], switches: RobawsSwitches) -> frozenset[str]:
    """Return the supported names of `include=a,b.c`, each cut at its first dot.

    What Robaws does with an unknown name is unknown, so a switch decides.
    """
    names = frozenset(name.strip().split(".")[0] for name in query.get("include", "").split(",") if name.strip())
    unknown = names - supported - {"extraFields"}
    if unknown and switches.unknown_include == "400":
        raise bad_request(f"Unknown include {sorted(unknown)[0]}", "include")
    if "contacts" in names & supported & set(switches.forbidden_modules):
        if switches.include_without_right == "403":
            raise forbidden()
        if switches.include_without_right == "ignored":
            names -= {"contacts"}
    return names & supported


def render_client(
    record: Record, shape: Shape, view: View, switches: RobawsSwitches, *, with_contacts: bool = False
) -> bytes:
    """Render a client; mostly the stored bytes themselves."""
    body = _client_body(record, shape, switches)
    if with_contacts and switches.included_contacts != "ignored":
        body = body[:-1] + b',"contacts":' + _contacts(view.contacts_of_client(record.id), view, switches) + b"}"
    return body


def _contacts(people: list[Record], view: View, switches: RobawsSwitches) -> bytes:
    if not people and switches.no_contacts == "null":
        return b"null"
    listed = b"[" + b",".join(render_contact(one, view, switches) for one in people) + b"]"
    if switches.included_contacts == "envelope":
        return b'{"items":' + listed + f',"totalItems":{len(people)}}}'.encode()
    return listed


def render_contact(record: Record, view: View, switches: RobawsSwitches, *, with_client: bool = False) -> bytes:
    """Render a contact, with its client only when included."""
    body = record.body
    if switches.timestamp_style != "Z" or not switches.contacts_name_client:
        document = _restyle_dates(record.json(), switches)
        if not switches.contacts_name_client:
            del document["clientId"]
        body = orjson.dumps(document)
    owner = view.clients.get(record.owner)
    if with_client and owner is not None:
        body = body[:-1] + b',"client":' + render_client(owner, "embedded", view, switches) + b"}"
    return body


def _client_body(record: Record, shape: Shape, switches: RobawsSwitches) -> bytes:
    named = shape in _NAMED[switches.name_with_id]
    omitted = {"list": switches.list_omits, "webhook": switches.webhook_omits}.get(shape, ())
    by_guid = shape == "webhook" and switches.webhook_extra_fields_by_guid
    if not (named or omitted or by_guid or switches.timestamp_style != "Z"):
        return record.body
    body = _restyle_dates(record.json(), switches)
    if named and isinstance(body.get("name"), str):
        body["name"] = f"{body['name']} - {record.id}"
    if by_guid:
        body["extraFields"] = {
            field_guid(label): entry for label, entry in (body.get("extraFields") or {}).items()
        }
    for field in omitted:
        body.pop(field, None)
    return orjson.dumps(body)


def field_guid(label: str) -> str:
    """Return the GUID of an extra field, the form of its key seen in article webhooks."""
    return str(uuid5(NAMESPACE_URL, f"extra-field:{label}")).upper()


def _restyle_dates(body: Json, switches: RobawsSwitches) -> Json:
    """Write date-times in the tenant's style; which one Robaws uses is unknown."""
    style = {"Z": r".\1Z", "offset": r".\1+00:00", "seconds": "Z"}[switches.timestamp_style]
    for field in ("createdAt", "updatedAt", "archivedAt"):
        if isinstance(body.get(field), str):
            body[field] = _MILLISECONDS.sub(style, body[field])
    return body
