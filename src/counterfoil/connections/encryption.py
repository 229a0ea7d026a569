"""Encryption of stored secrets with the installation's keys, newest first, so that a key can be rotated."""

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from counterfoil import messages
from counterfoil.errors import KeyUnusable
from counterfoil.mirror import app_settings


def seal(secrets: Mapping[str, str]) -> str:
    """Encrypt a set of secrets into one text."""
    return _keys().encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """Decrypt what `seal` returned. Raises KeyUnusable where none of the keys fits."""
    if not sealed:
        return {}
    try:
        secrets = json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken:
        raise KeyUnusable(
            messages.connections.CREDENTIALS_UNREADABLE(), messages.connections.RESTORE_KEY()
        ) from None
    return {str(name): str(value) for name, value in secrets.items()}


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in app_settings.encryption_keys()])
