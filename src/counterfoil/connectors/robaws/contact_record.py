"""Payloads of Robaws contact persons, in their client's `contacts` or alone (contract section 2.6)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

import msgspec
import orjson

from counterfoil.connectors.identify import clean_id, says_deleted, unreadable
from counterfoil.connectors.page import Item
from counterfoil.connectors.robaws import messages
from counterfoil.connectors.robaws.record import RobawsReader
from counterfoil.errors import BadRecord
from counterfoil.messages import connectors as shared
from counterfoil.normalize.value import instant


class _Client(msgspec.Struct):
    id: str | int | None = None
    updatedAt: Any = None  # noqa: N815  the wire's name
    contacts: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Several(msgspec.Struct):
    """Contacts in an envelope of their own: never seen, but possible."""

    items: list[msgspec.Raw]
    totalItems: int | None = None  # noqa: N815  the wire's name


class _Identity(msgspec.Struct):
    id: str | int | None = None
    clientId: str | int | None = None  # noqa: N815  the wire's name
    client: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    deleted: Any = None
    isDeleted: Any = None  # noqa: N815  the wire's name
    deletedAt: Any = None  # noqa: N815  the wire's name


_read_client = msgspec.json.Decoder(_Client).decode
_read_contacts = msgspec.json.Decoder(list[msgspec.Raw] | _Several | None).decode
_read_identity = msgspec.json.Decoder(_Identity).decode


class ClientContacts(NamedTuple):
    """A client and its contact persons, not decoded. `complete` says whether the response holds all of them."""

    client: str
    modified: datetime | None
    persons: Sequence[bytes]
    complete: bool


def read_contacts(raw: bytes) -> ClientContacts:
    """Read a client from a response to include=contacts. Raises BadRecord.

    If the key `contacts` is absent, the upstream ignored the include, and the contacts are unknown. Null means
    that the client has none.
    """
    try:
        found = _read_client(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise unreadable(raw) from None
    client = clean_id(found.id)
    if not client:
        raise BadRecord(messages.CLIENT_WITHOUT_ID())
    modified = instant(found.updatedAt)
    if found.contacts is msgspec.UNSET:
        return ClientContacts(client, modified, (), complete=False)
    try:
        contacts = _read_contacts(found.contacts)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BadRecord(messages.CONTACTS_NOT_LIST()) from None
    if isinstance(contacts, _Several):
        complete = contacts.totalItems in (None, len(contacts.items))
        return ClientContacts(client, modified, [bytes(one) for one in contacts.items], complete)
    return ClientContacts(client, modified, [bytes(one) for one in contacts or ()], complete=True)


def identify(raw: bytes, client: str | None = None, modified: datetime | None = None) -> Item:
    """Find the id of one person. Raises BadRecord.

    `client` is the id of the person's client, if the request tells it. It is then written into the payload in
    place of the embedded client. `modified` is that client's modified time.
    """
    try:
        found = _read_identity(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise unreadable(raw) from None
    external_id = clean_id(found.id)
    if not external_id:
        raise BadRecord(shared.ENTRY_WITHOUT_ID())
    owner = client or clean_id(found.clientId) or None
    if clean_id(found.clientId) != (owner or "") or found.client is not msgspec.UNSET:
        raw = _alone(raw, owner)
    deleted = says_deleted((found.deleted, found.isDeleted), (found.deletedAt,))
    return Item(external_id, modified, hashlib.sha256(raw).digest(), raw, owner, deleted)


def _alone(raw: bytes, owner: str | None) -> bytes:
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise unreadable(raw) from None
    record.pop("client", None)
    return orjson.dumps({**record, "clientId": owner})


class RobawsPersonReader(RobawsReader):
    """Reads a contact person: `name` is the first name, `surname` the last name.

    `firstName`, `lastName`, `position` and `isPrimary` are guesses from other APIs.
    """

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
