"""Encryption of stored secrets with the installation's keys, newest first, so that a key can be rotated."""

import json
from collections.abc import Mapping

from counterfoil import messages
from counterfoil.connections import key_check, key_ring
from counterfoil.errors import KeyUnusable


def seal(secrets: Mapping[str, str]) -> str:
    """Encrypt a set of secrets into one text. Raises KeyUnusable with a key that this database does not know."""
    key_check.require_key()
    key_check.record_use()
    return key_ring.encrypt(json.dumps(dict(secrets)).encode())


def unseal(sealed: str) -> dict[str, str]:
    """Decrypt what `seal` returned. Raises KeyUnusable where none of the keys fits."""
    if not sealed:
        return {}
    plain = key_ring.decrypt(sealed)
    if plain is None:
        raise KeyUnusable(messages.connections.CREDENTIALS_UNREADABLE(), messages.connections.RESTORE_KEY())
    return {str(name): str(value) for name, value in json.loads(plain).items()}


def unseal_if_possible(sealed: str) -> dict[str, str] | None:
    """Decrypt what `seal` returned; None where none of the keys fits."""
    try:
        return unseal(sealed)
    except KeyUnusable:
        return None
