"""Rows of Zoho's lists and single records: identified here, decoded elsewhere."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from counterfoil.connectors.page import BadItem, Item, Read, ReadOutcome
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.error_rules import GONE, OK, is_absence
from counterfoil.errors import BadRecord
from counterfoil.normalize.value import instant

type Identify = Callable[[bytes], Item]


def item(raw: bytes, external_id: str | int | None, modified: Any, owner: object = None) -> Item:
    """An identified record. Ids are text: 18 digits are more than a float holds. Raises BadRecord."""
    text = "" if external_id is None else str(external_id).replace("\x00", "").strip()
    if not text:
        raise BadRecord("This entry has no id.")
    return Item(text, instant(modified), hashlib.sha256(raw).digest(), raw, str(owner) if owner else None)


def unreadable(raw: bytes) -> BadRecord:
    """Why an entry could not even be identified."""
    try:
        record = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return BadRecord("This entry is not readable JSON.")
    return BadRecord("This entry has no id." if isinstance(record, dict) else "This entry is not an object.")


def identify_all(rows: Iterable[bytes], identify: Identify) -> tuple[list[Item], list[BadItem]]:
    """The rows of a page, those that cannot be identified apart (law 9)."""
    items: list[Item] = []
    bad: list[BadItem] = []
    for raw in rows:
        try:
            items.append(identify(raw))
        except BadRecord as error:
            bad.append(BadItem(raw, error.message))
    return items, bad


def read_one(api: Api, path: str, key: str, external_id: str, identify: Identify) -> Read:
    """GET one record, which stands under `key`. Only code 1002 says it is not there (contract section 5.2)."""
    response = api.get(path, {}, Single.read, accept=is_absence)
    ticket, single = response.ticket, response.value
    if single is None:
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=f"{response.status}, but not from the API")
    if single.code == GONE:
        return Read(external_id, ticket, ReadOutcome.GONE)
    if single.code != OK or key not in single.parts:
        return Read(
            external_id, ticket, ReadOutcome.UNCLEAR, reason=f"status {response.status}, code {single.code}"
        )
    try:
        found = identify(single.parts[key])
    except BadRecord as error:
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=error.message)
    if found.external_id != external_id:
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason="another record came back for this id")
    return Read(external_id, ticket, ReadOutcome.FOUND, found)


def step(external_id: str) -> str:
    """An id as a part of a path."""
    return quote(external_id, safe="")


class Single(msgspec.Struct):
    """An answer about one record: the API's code, and what else it holds, not decoded."""

    code: int
    parts: dict[str, bytes]

    @classmethod
    def read(cls, body: bytes) -> "Single | None":
        """None where it is not the API's."""
        try:
            parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            code = msgspec.json.decode(parts["code"], type=int)
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
            return None
        return cls(code, {name: bytes(raw) for name, raw in parts.items()})
