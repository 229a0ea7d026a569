"""Find the ids of payloads without decoding the rest."""

from collections.abc import Callable, Iterable

import msgspec

from counterfoil import messages
from counterfoil.connectors.page import BadItem, Item
from counterfoil.connectors.partial_decoder import REFUSED
from counterfoil.errors import BadRecord

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
