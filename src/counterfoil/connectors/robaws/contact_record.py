"""Payloads of Robaws contact persons, in their client's `contacts` or alone (contract section 2.6)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

import msgspec
import orjson

from counterfoil.connectors import json_outline
from counterfoil.connectors.identify import clean_id, require_id, says_deleted, unreadable
from counterfoil.connectors.page import Item
from counterfoil.connectors.partial_decoder import REFUSED, PartialDecoder
from counterfoil.connectors.robaws import messages
from counterfoil.connectors.robaws.record import RobawsReader
from counterfoil.errors import BadRecord
from counterfoil.normalize.value import instant


class _Client(msgspec.Struct):
    id: str | int | None = None
    updatedAt: Any = None  # noqa: N815  the wire's name
    contacts: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Several(msgspec.Struct):
    """Contacts in an envelope of their own: never seen, but possible."""

    items: msgspec.Raw
    totalItems: int | None = None  # noqa: N815  the wire's name


class _Identity(msgspec.Struct):
    id: str | int | None = None
    clientId: str | int | None = None  # noqa: N815  the wire's name
    client: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    deleted: Any = None
    isDeleted: Any = None  # noqa: N815  the wire's name
    deletedAt: Any = None  # noqa: N815  the wire's name


_read_client = PartialDecoder(_Client)
_read_several = PartialDecoder(_Several)
_read_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_identity = PartialDecoder(_Identity)


class ClientContacts(NamedTuple):
    """A client and its contact persons, not decoded. `problem` says why the response does not hold all of them."""

    client: str
    modified: datetime | None
    persons: Sequence[bytes]
    problem: str = ""


def read_contacts(raw: bytes) -> ClientContacts:
    """Read a client from a response to include=contacts. Raises BadRecord where its id is unknown.

    If the key `contacts` is absent, the upstream ignored the include, and the contacts are unknown. Null means
    that the client has none.
    """
    found = _read_client(raw)
    if found is None:
        raise unreadable(raw)
    client = clean_id(found.id)
    if not client:
        raise BadRecord(messages.CLIENT_WITHOUT_ID())
    modified = instant(found.updatedAt)
    if isinstance(found.contacts, msgspec.UnsetType):
        return ClientContacts(client, modified, (), messages.CONTACTS_ABSENT(client=client))
    persons, complete = _persons(bytes(found.contacts))
    if persons is None:
        return ClientContacts(client, modified, (), messages.CONTACTS_NOT_LIST(client=client))
    return ClientContacts(client, modified, persons, "" if complete else messages.CONTACTS_SOME(client=client))


def _persons(contacts: bytes) -> tuple[Sequence[bytes] | None, bool]:
    """Return the persons in the value of `contacts`, None where it is no list, and whether these are all."""
    if contacts.strip() == b"null":
        return (), True
    several = _read_several(contacts)
    persons = _entries(contacts if several is None else bytes(several.items))
    known = persons is not None and (several is None or several.totalItems in (None, len(persons)))
    return persons, known


def _entries(contacts: bytes) -> Sequence[bytes] | None:
    try:
        return [bytes(entry) for entry in _read_list(contacts)]
    except REFUSED:
        return json_outline.elements(contacts)


def identify(raw: bytes, client: str | None = None, modified: datetime | None = None) -> Item:
    """Find the id of one person. Raises BadRecord.

    `client` is the id of the person's client, if the request tells it. It is then written into the payload in
    place of the embedded client. `modified` is that client's modified time.
    """
    found = _read_identity(raw)
    if found is None:
        raise unreadable(raw)
    external_id = require_id(found.id, raw)
    owner = client or clean_id(found.clientId) or None
    if clean_id(found.clientId) != (owner or "") or found.client is not msgspec.UNSET:
        raw = _alone(raw, owner)
    deleted = says_deleted((found.deleted, found.isDeleted), (found.deletedAt,))
    return Item(external_id, modified, hashlib.sha256(raw).digest(), raw, owner, deleted)


def _alone(raw: bytes, owner: str | None) -> bytes:
    try:
        record = orjson.loads(raw)
        record.pop("client", None)
        return orjson.dumps({**record, "clientId": owner})
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # mapping reports it
        return raw


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
    silent: ClassVar[frozenset[str] | None] = None
