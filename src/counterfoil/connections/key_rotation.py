"""Encrypt everything anew with another key, while other processes read and write.

The file gets the new key first; old ones stay in it, so that every process opens every value at any time. Each
value is replaced by itself, unless it has changed since it was read. An interrupted rotation goes on where it was:
what the newest key opens is done.
"""

from typing import NamedTuple

from cryptography.fernet import Fernet

from counterfoil import messages
from counterfoil.connections import key_check, key_ring, sealed_values
from counterfoil.connections.sealed_values import SealedValue
from counterfoil.errors import InvalidSetting, NotPossibleNow

MOST_ROUNDS = 100


class Rotation(NamedTuple):
    """How many values were encrypted anew, whether an interrupted rotation went on, and what no key opens."""

    sealed: int
    resumed: bool
    lost: list[SealedValue]


def rotate() -> Rotation:
    """Make a new key, unless an earlier rotation is unfinished, and encrypt everything with it.

    Raises KeyUnusable where the key is missing or wrong, InvalidSetting where it is not in a file and there is no
    newer one.
    """
    key_check.require_key()
    resumed = bool(outdated())
    if not resumed:
        add_key()
    sealed = 0
    for _ in range(MOST_ROUNDS):  # a process that read the keys before may still store a value with the old one
        waiting = outdated()
        if not waiting:
            break
        sealed += sum(value.replace(_again(value)) for value in waiting)
    key_check.record(key_ring.digests()[0])
    return Rotation(sealed, resumed, sealed_values.unreadable())


def outdated() -> list[SealedValue]:
    """List the values that one of the keys opens, but not the newest."""
    return [
        value
        for value in sealed_values.all_values()
        if not key_ring.is_newest(value.text) and key_ring.opens(value.text)
    ]


def add_key() -> None:
    """Put a new key in front of the others. Raises InvalidSetting where they are not in a file."""
    source = key_ring.source()
    if not source.can_write:
        raise InvalidSetting(
            messages.connections.KEY_NOT_IN_FILE(place=source.place),
            messages.connections.PUT_NEW_KEY_FIRST(place=source.place),
        )
    source.write([Fernet.generate_key().decode(), *source.read()])


def drop_old() -> int:
    """Keep the newest key only. Returns how many were dropped.

    Raises NotPossibleNow while something is encrypted with an older one.
    """
    source = key_ring.source()
    key_check.require_key()
    waiting = len(outdated())
    if waiting:
        raise NotPossibleNow(
            f"{waiting:,} stored secret{'s' if waiting != 1 else ''} still need an older key.",
            "Run `counterfoil keys rotate` first.",
        )
    present = source.read()
    if len(present) < 2:
        return 0
    if not source.can_write:
        raise InvalidSetting(
            messages.connections.KEY_NOT_IN_FILE(place=source.place),
            messages.connections.LEAVE_NEWEST_KEY(place=source.place),
        )
    key_check.record(key_ring.digest(present[0]))
    source.write(present[:1])
    return len(present) - 1


def accept_loss() -> list[SealedValue]:
    """Go on with the present key, or a new one where there is none. Returns what has to be entered again."""
    source = key_ring.source()
    if not source.read():
        source.create()
    key_check.record(key_ring.digests()[0])
    return sealed_values.unreadable()


def _again(value: SealedValue) -> str:
    plain = key_ring.decrypt(value.text)
    assert plain is not None  # noqa: S101  see `outdated`
    return key_ring.encrypt(plain)
