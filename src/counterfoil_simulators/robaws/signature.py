"""How a webhook is signed: `Robaws-Signature: t=...,v1=...` (contract section 6)."""

import hashlib
import hmac


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over `t.body`, keyed with the secret as it is written, in lower-case hex."""
    return hmac.new(secret.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()


def header(secret: str, timestamp: int, body: bytes) -> str:
    """The header's value."""
    return f"t={timestamp},v1={sign(secret, timestamp, body)}"
