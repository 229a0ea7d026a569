"""Payloads and signatures of Zoho Books' webhooks, checked independently of the simulator (contract section 6)."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulators.receiver import Call, Receiver

SECRET = "harbour1849gate"
FORM = "application/x-www-form-urlencoded"


def payload(call: Call) -> Any:
    """Parse the JSON of the body or of its form field."""
    if call.headers["content-type"] == FORM:
        return json.loads(dict(parse_qsl(call.body.decode()))["JSONString"])
    return json.loads(call.body)


def payloads(receiver: Receiver) -> list[Any]:
    """Parse all payloads, in the order of their arrival."""
    return [payload(call) for call in receiver.calls]


def digest(signed: str, secret: str = SECRET) -> bytes:
    """Compute HMAC-SHA256 of the signed bytes."""
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()


def is_signed(call: Call, *, encoding: str = "hex") -> bool:
    """Return whether the signature covers all pairs by key, then the raw JSON."""
    is_form = call.headers["content-type"] == FORM
    pairs = parse_qsl(urlsplit(call.target).query)
    if is_form:
        pairs += parse_qsl(call.body.decode())
    signed = "".join(key + value for key, value in sorted(pairs)) + ("" if is_form else call.body.decode())
    found = digest(signed)
    expected = found.hex() if encoding == "hex" else base64.b64encode(found).decode()
    return call.headers["x-zoho-webhook-signature"] == expected
