"""Find the ids of payloads without decoding the rest, and judge the body of a single read by its id."""

import random
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from counterfoil import messages
from counterfoil.connectors.page import BadItem, Item, Read, ReadOutcome
from counterfoil.connectors.partial_decoder import REFUSED
from counterfoil.errors import BadRecord
from counterfoil.normalize.value import boolean

type Identify = Callable[[bytes], Item]

LONGEST_ID = 500
"""Characters. No upstream has ids of a tenth of it, and every database can index so many."""


def clean_id(value: str | int | None) -> str:
    """Return an id as text; "" if there is none, or one that no database could store and look up."""
    text = "" if value is None else str(value).strip()
    return "" if "\x00" in text or len(text) > LONGEST_ID else text


def require_id(value: str | int | None, raw: bytes) -> str:
    """Return the id of a payload as text. Raises BadRecord where it has none that can be used."""
    text = clean_id(value)
    if text:
        return text
    if value is None or not str(value).strip():
        raise unreadable(raw)
    raise BadRecord(messages.connectors.UNUSABLE_ID(longest=LONGEST_ID))


def says_deleted(flags: Iterable[Any], times: Iterable[Any] = ()) -> bool:
    """Return whether a record says that it is deleted: one of `flags` is true, or one of `times` is set."""
    return any(boolean(flag) for flag in flags if flag is not None) or any(
        time and boolean(time) is not False for time in times
    )


def judge_body(external_id: str, ticket: int, raw: bytes, identify: Identify) -> Read:
    """Judge the body of a successful single read: it may be another record's, or say that this one is deleted."""
    try:
        item = identify(raw)
    except BadRecord as error:
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=error.text)
    if item.external_id != external_id:
        reason = messages.connectors.ANSWERED_BY(other=item.external_id)
        return Read(external_id, ticket, ReadOutcome.UNLISTED, reason=reason, other=item.external_id)
    if item.deleted:
        return Read(external_id, ticket, ReadOutcome.GONE)
    return Read(external_id, ticket, ReadOutcome.FOUND, item)


def unused_number(digits: int) -> str:
    """Return a number of so many digits that is much too large for an id counted or issued so far."""
    return f"9{random.randrange(10 ** (digits - 1)):0{digits - 1}d}"


def identify_all(raws: Iterable[bytes], identify: Identify) -> tuple[list[Item], list[BadItem]]:
    """Identify every payload; return those that cannot be identified apart (law 9)."""
    items: list[Item] = []
    bad: list[BadItem] = []
    for raw in raws:
        try:
            items.append(identify(raw))
        except BadRecord as error:
            bad.append(BadItem(raw, error.text))
    return items, bad


def unreadable(raw: bytes) -> BadRecord:
    """Build the error that explains why a payload could not be identified."""
    try:
        record = msgspec.json.decode(raw)
    except REFUSED:
        return BadRecord(messages.connectors.ENTRY_NOT_JSON())
    if isinstance(record, dict):
        return BadRecord(messages.connectors.ENTRY_WITHOUT_ID())
    return BadRecord(messages.connectors.ENTRY_NOT_OBJECT())
