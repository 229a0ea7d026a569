"""Find the ids of payloads without decoding the rest."""

import random
from collections.abc import Callable, Iterable

import msgspec

from counterfoil import messages
from counterfoil.connectors.page import BadItem, Item
from counterfoil.errors import BadRecord

type Identify = Callable[[bytes], Item]


def clean_id(value: str | int | None) -> str:
    """Return an id as text that every database can store; "" if there is none."""
    return "" if value is None else str(value).replace("\x00", "").strip()


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
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return BadRecord(messages.connectors.ENTRY_NOT_JSON())
    if isinstance(record, dict):
        return BadRecord(messages.connectors.ENTRY_WITHOUT_ID())
    return BadRecord(messages.connectors.ENTRY_NOT_OBJECT())
