"""A request judged: whose it is, what its signature is worth, what it tells. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counterfoil.connectors.webhook_port import SignatureCheck, WebhookEvent, WebhookRequest
from counterfoil.errors import BadRecord
from counterfoil.webhooks.endpoints import KnownEndpoint

LARGEST = 1024 * 1024
"""Bytes of a body."""


class Reason(StrEnum):
    """Why a request is turned away."""

    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad signature"
    MISDATED = "misdated"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class Verification:
    """What becomes of a request: stored for `known` as `told`, or refused. A misdated one has all three."""

    known: KnownEndpoint | None = None
    event: WebhookEvent | None = None
    refused: Reason | None = None


_WORTH = (SignatureCheck.MISSING, SignatureCheck.WRONG, SignatureCheck.MISDATED, SignatureCheck.GOOD)


def verify(posted: WebhookRequest, endpoints: Iterable[KnownEndpoint], now: datetime) -> Verification:
    """By all secrets that may count. Nothing of an unverified body is read."""
    best, found = SignatureCheck.MISSING, None
    for known in endpoints:
        webhooks = known.webhooks
        for secret in known.secrets if webhooks else ():
            assert webhooks is not None  # noqa: S101  else there is no secret to try
            signed = webhooks.check_signature(posted, secret, now)
            if _WORTH.index(signed) > _WORTH.index(best):
                best, found = signed, known
    if found is None or found.webhooks is None or best in {SignatureCheck.MISSING, SignatureCheck.WRONG}:
        return Verification(refused=Reason.UNSIGNED if best == SignatureCheck.MISSING else Reason.BAD_SIGNATURE)
    try:
        told = found.webhooks.read_event(posted)
    except BadRecord:
        return Verification(found, refused=Reason.UNREADABLE)
    return Verification(found, told, Reason.MISDATED if best == SignatureCheck.MISDATED else None)


MOST = 60
"""In a span: what the first integration allowed of all requests. Verified ones are never counted."""
SPAN_SECONDS = 60.0
ADDRESSES = 10_000
"""Remembered at once, the latest; so many attackers do not fill the memory."""


class Throttle:
    """Counts per address in spans of a minute, for one process."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def is_over(self, address: str, now: float) -> bool:
        """Count one more of an address; whether it has made too many lately. `now` in seconds, of any clock that
        only goes forward."""
        began, count = self._counts.pop(address, (now, 0))
        if now - began >= SPAN_SECONDS:
            began, count = now, 0
        self._counts[address] = (began, count + 1)
        while len(self._counts) > ADDRESSES:
            self._counts.popitem(last=False)
        return count >= MOST
