"""Whether the present key is the one that this database's secrets are encrypted with.

The database keeps the digest of the key in use. A key is never made beside secrets that need another one.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from counterfoil import messages
from counterfoil.connections import key_ring, sealed_values
from counterfoil.errors import KeyUnusable
from counterfoil.mirror.models import Installation
from counterfoil.mirror.models.installation import THE_ROW


class KeyState(StrEnum):
    """How the present keys stand to what is stored."""

    FITS = "fits"
    NOTHING_STORED = "nothing stored"
    NO_KEY_YET = "no key yet"
    MISSING = "missing"
    WRONG = "wrong"


class SecretCounts(NamedTuple):
    """How many lasting secrets are stored, and how many of them the present keys open."""

    stored: int
    opened: int


def judge(recorded: str, present: Sequence[str], counts: SecretCounts) -> KeyState:
    """Decide by digests, and by what can be opened: where some can, the key is right and the rest is lost."""
    if not counts.stored:
        return KeyState.NOTHING_STORED if present else KeyState.NO_KEY_YET
    if not present:
        return KeyState.MISSING
    return KeyState.FITS if counts.opened or recorded in present else KeyState.WRONG


def state() -> KeyState:
    """Judge the present keys. Costs one read where the recorded key is among them."""
    present, recorded = key_ring.digests(), recorded_digest()
    if recorded in present:
        return KeyState.FITS
    return judge(recorded, present, count())


def count() -> SecretCounts:
    """Count the secrets that last, and try to open each."""
    lasting = [value for value in sealed_values.all_values() if value.lasts]
    return SecretCounts(len(lasting), sum(key_ring.opens(value.text) for value in lasting))


def require_key() -> None:
    """Make the first key of an install. Raises KeyUnusable where the key is missing, or is another database's."""
    words, source = messages.connections, key_ring.source()
    if not source.can_write and not source.read():
        raise KeyUnusable(messages.mirror.NO_ENCRYPTION_KEY(), messages.mirror.SET_ENCRYPTION_KEY())
    match state():
        case KeyState.MISSING:
            raise KeyUnusable(
                words.KEY_MISSING(place=source.place, count=count().stored), words.PUT_KEY_BACK(place=source.place)
            )
        case KeyState.WRONG:
            raise KeyUnusable(words.KEY_WRONG(place=source.place), words.PUT_KEY_BACK(place=source.place))
        case KeyState.NO_KEY_YET:
            source.create()


def recorded_digest() -> str:
    """Return the digest of the key in use; empty before the first secret was stored."""
    return Installation.objects.filter(pk=THE_ROW).values_list("key_digest", flat=True).first() or ""


def record_use() -> None:
    """Record that a secret is encrypted with one of the present keys, unless the recorded one is among them."""
    present = key_ring.digests()
    if recorded_digest() not in present:
        record(present[0])


def record(digest: str) -> None:
    """Record the key in use."""
    Installation.objects.update_or_create(pk=THE_ROW, defaults={"key_digest": digest})
