"""Verification of a request: whose endpoint signed it, and which event it carries. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counterfoil.connectors.webhook_port import SignatureCheck, WebhookEvent, WebhookRequest
from counterfoil.errors import BadRecord
from counterfoil.webhooks.endpoints import CachedEndpoint

MAX_BODY_BYTES = 1024 * 1024
"""Larger bodies than these are not kept in full."""
MOST_READ_BYTES = 16 * MAX_BODY_BYTES
"""Larger bodies than these are not read: whether they were signed stays unknown."""


class Reason(StrEnum):
    """Why a request is refused."""

    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad signature"
    MISDATED = "misdated"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class Verification:
    """The result: an `event` to store for an `endpoint`, or a `refusal`. A misdated request has all three.

    A signed body that cannot be read has an endpoint and, in the place of an event, a `problem` to store it with.
    """

    endpoint: CachedEndpoint | None = None
    event: WebhookEvent | None = None
    refusal: Reason | None = None
    problem: str = ""


_RANKING = (SignatureCheck.MISSING, SignatureCheck.WRONG, SignatureCheck.MISDATED, SignatureCheck.GOOD)


def verify(request: WebhookRequest, endpoints: Iterable[CachedEndpoint], now: datetime) -> Verification:
    """Check a request by the secrets of all `endpoints`. The body is read only once its signature is right."""
    best, signer = SignatureCheck.MISSING, None
    for endpoint in endpoints:
        webhooks = endpoint.webhooks
        for secret in endpoint.secrets if webhooks else ():
            assert webhooks is not None  # noqa: S101  else there is no secret to try
            check = webhooks.check_signature(request, secret, now)
            if _RANKING.index(check) > _RANKING.index(best):
                best, signer = check, endpoint
    if signer is None or signer.webhooks is None or best in {SignatureCheck.MISSING, SignatureCheck.WRONG}:
        return Verification(refusal=Reason.UNSIGNED if best == SignatureCheck.MISSING else Reason.BAD_SIGNATURE)
    refusal = Reason.MISDATED if best == SignatureCheck.MISDATED else None
    try:
        return Verification(signer, signer.webhooks.read_event(request), refusal)
    except BadRecord as error:
        return Verification(signer, None, refusal, error.text)


def has_signature(request: WebhookRequest, endpoints: Iterable[CachedEndpoint], now: datetime) -> bool:
    """Tell by its headers alone whether a request claims to be signed, before its body is read."""
    return any(
        endpoint.webhooks.check_signature(request, secret, now) != SignatureCheck.MISSING
        for endpoint in endpoints
        if endpoint.webhooks is not None
        for secret in endpoint.secrets
    )


MAX_UNVERIFIED = 60
"""Unverified requests of an address per SPAN_SECONDS, as the first integration allowed of all requests. Verified
ones are never counted."""
SPAN_SECONDS = 60.0
MAX_ADDRESSES = 10_000
"""Addresses remembered at once, the latest ones; more attackers than that do not fill the memory."""


class Throttle:
    """Counts of unverified requests per address and minute, in this process."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def is_exceeded(self, address: str, now: float) -> bool:
        """Count one more request of an address, and tell whether it is over the limit.

        `now` is in seconds, of any clock that only goes forward.
        """
        began, count = self._counts.pop(address, (now, 0))
        if now - began >= SPAN_SECONDS:
            began, count = now, 0
        self._counts[address] = (began, count + 1)
        while len(self._counts) > MAX_ADDRESSES:
            self._counts.popitem(last=False)
        return count >= MAX_UNVERIFIED
