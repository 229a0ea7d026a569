"""The signature of a webhook: `X-Zoho-Webhook-Signature` (contract section 6)."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from operator import itemgetter
from typing import Literal
from urllib.parse import parse_qsl

HEADER = "X-Zoho-Webhook-Signature"

type Pair = tuple[str, str]
type Style = Literal["hex", "base64", "none"]


def signed_bytes(query: Iterable[Pair], body: bytes, *, is_form: bool) -> bytes:
    """Concatenate the pairs, sorted by key, and the raw body; a form's fields are pairs instead of a body."""
    form = parse_qsl(body.decode(), keep_blank_values=True) if is_form else []
    pairs = sorted([*query, *form], key=itemgetter(0))
    return "".join(name + value for name, value in pairs).encode() + (b"" if is_form else body)


def sign(secret: str, signed: bytes, style: Style) -> str:
    """Compute HMAC-SHA256, keyed with the secret as text; lower-case hex, or base64 by style."""
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return b64encode(digest).decode() if style == "base64" else digest.hex()
