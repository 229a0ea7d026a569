"""The signature of a webhook: `Robaws-Signature: t=...,v1=...` (contract section 6)."""

import hashlib
import hmac


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Compute HMAC-SHA256 over `t.body`, keyed with the secret as text, in lower-case hex."""
    return hmac.new(secret.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()


def header(secret: str, timestamp: int, body: bytes) -> str:
    return f"t={timestamp},v1={sign(secret, timestamp, body)}"
