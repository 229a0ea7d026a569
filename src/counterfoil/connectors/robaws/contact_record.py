"""Contact persons of Robaws as they come: among their client's `contacts`, or alone (contract section 2.6)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

import msgspec
import orjson

from counterfoil.connectors.page import Item
from counterfoil.connectors.robaws.record import RobawsReader, unreadable
from counterfoil.errors import BadRecord
from counterfoil.normalize.value import instant


class _Client(msgspec.Struct):
    id: str | int | None = None
    updatedAt: Any = None  # noqa: N815  the wire's name
    contacts: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Several(msgspec.Struct):
    """Contacts in an envelope of their own: not seen so, and not excluded."""

    items: list[msgspec.Raw]
    totalItems: int | None = None  # noqa: N815  the wire's name


class _Identity(msgspec.Struct):
    id: str | int | None = None
    clientId: str | int | None = None  # noqa: N815  the wire's name
    client: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_read_client = msgspec.json.Decoder(_Client).decode
_read_contacts = msgspec.json.Decoder(list[msgspec.Raw] | _Several | None).decode
_read_identity = msgspec.json.Decoder(_Identity).decode


class Staff(NamedTuple):
    """A client and its contact persons, these not decoded. `told`: whether the answer holds all of them."""

    client: str
    modified: datetime | None
    persons: Sequence[bytes]
    told: bool


def staff(raw: bytes) -> Staff:
    """A client of an answer that was asked for with include=contacts. Raises BadRecord.

    Without the key nothing is told: then the answer did not heed the include. Null is nobody.
    """
    try:
        found = _read_client(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise unreadable(raw) from None
    client = _id(found.id)
    if not client:
        raise BadRecord("This client has no id, so it is not known whose contact persons these are.")
    modified = instant(found.updatedAt)
    if found.contacts is msgspec.UNSET:
        return Staff(client, modified, (), told=False)
    try:
        contacts = _read_contacts(found.contacts)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BadRecord("The contact persons of this client are no list.") from None
    if isinstance(contacts, _Several):
        told = contacts.totalItems in (None, len(contacts.items))
        return Staff(client, modified, [bytes(one) for one in contacts.items], told)
    return Staff(client, modified, [bytes(one) for one in contacts or ()], told=True)


def identify(raw: bytes, client: str | None = None, modified: datetime | None = None) -> Item:
    """Find the id of one person. Raises BadRecord.

    `client` is whose person it is, where that is known by the way on which it came: its payload then says so, and
    holds nothing of that client besides. `modified` is that client's modified time.
    """
    try:
        found = _read_identity(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise unreadable(raw) from None
    external_id = _id(found.id)
    if not external_id:
        raise BadRecord("This entry has no id.")
    owner = client or _id(found.clientId) or None
    if _id(found.clientId) != (owner or "") or found.client is not msgspec.UNSET:
        raw = _alone(raw, owner)
    return Item(external_id, modified, hashlib.sha256(raw).digest(), raw, owner)


def _alone(raw: bytes, owner: str | None) -> bytes:
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise unreadable(raw) from None
    record.pop("client", None)
    return orjson.dumps({**record, "clientId": owner})


def _id(value: str | int | None) -> str:
    return "" if value is None else str(value).replace("\x00", "").strip()


class RobawsPersonReader(RobawsReader):
    """Reads a contact person: `name` is the first name, `surname` the last. `firstName`, `lastName`, `position`
    and `isPrimary` are words of others; whether Robaws has them is unknown."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "customer_external_id": ("clientId",),
        "salutation": ("title",),
        "first_name": ("name", "firstName"),
        "last_name": ("surname", "lastName"),
        "email": ("email",),
        "phone": ("tel",),
        "mobile": ("gsm",),
        "designation": ("function", "position"),
        "is_primary": ("isPrimary",),
    }
