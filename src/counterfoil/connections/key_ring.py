"""The installation's keys as they are now, and what they open. Knows no table."""

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from counterfoil.connections.key_source import FixedKeys, KeySource
from counterfoil.mirror import app_settings


def source() -> KeySource:
    """Return where the keys come from: what the settings provide, or a list of keys in them."""
    found = app_settings.encryption_keys()
    return found if hasattr(found, "read") else FixedKeys(found, app_settings.ENCRYPTION_KEYS)


def keys() -> Sequence[str]:
    """Return the keys, newest first. Raises KeyUnusable where they cannot be read."""
    return source().read()


def digest(key: str) -> str:
    """Return what the database and people tell a key by. Keys are random, so nobody finds one by its digest."""
    return hashlib.sha256(b"counterfoil key:" + key.encode()).hexdigest()


def digests() -> list[str]:
    """Return the digests of the keys, newest first."""
    return [digest(key) for key in keys()]


def encrypt(plain: bytes) -> str:
    """Encrypt with the newest key; there must be one."""
    return Fernet(keys()[0]).encrypt(plain).decode()


def decrypt(text: str) -> bytes | None:
    """Decrypt with whichever key fits; None where none does."""
    found = keys()
    return _decrypt(found, text) if found else None


def opens(text: str) -> bool:
    """Tell whether any of the keys decrypts a text."""
    return decrypt(text) is not None


def index_of_opener(text: str) -> int | None:
    """Return which of the keys decrypts a text, counted from the newest; None where none does."""
    return next((at for at, key in enumerate(keys()) if _decrypt([key], text) is not None), None)


def is_newest(text: str) -> bool:
    """Tell whether a text was encrypted with the newest key."""
    return index_of_opener(text) == 0


def _decrypt(keys: Sequence[str], text: str) -> bytes | None:
    try:
        return MultiFernet([Fernet(key) for key in keys]).decrypt(text.encode())
    except InvalidToken:
        return None
