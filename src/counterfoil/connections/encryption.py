"""Secrets at rest: encrypted with the install's key, which can be rotated (newest key first)."""

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from counterfoil.errors import KeyUnusable
from counterfoil.mirror import app_settings


def seal(secrets: Mapping[str, str]) -> str:
    """Encrypt a set of secrets into one text."""
    return _keys().encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """Decrypt what `seal` made. Raises KeyUnusable when none of the keys opens it."""
    if not sealed:
        return {}
    try:
        secrets = json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken:
        raise KeyUnusable(
            "The stored credentials cannot be opened with this install's encryption key.",
            "Restore the key file (or COUNTERFOIL_KEY) from your backup, or connect the upstream again.",
        ) from None
    return {str(name): str(value) for name, value in secrets.items()}


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in app_settings.encryption_keys()])
