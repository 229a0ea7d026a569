"""A request judged: whose it is, what its signature is worth, what it tells. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counterfoil.connectors.webhooks import Posted, Signed, Told
from counterfoil.errors import BadRecord
from counterfoil.inbox.endpoints import Known

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
class Judged:
    """What becomes of a request: stored for `known` as `told`, or refused. A misdated one has all three."""

    known: Known | None = None
    told: Told | None = None
    refused: Reason | None = None


_WORTH = (Signed.MISSING, Signed.WRONG, Signed.MISDATED, Signed.GOOD)


def judge(posted: Posted, endpoints: Iterable[Known], now: datetime) -> Judged:
    """By all secrets that may count. Nothing of an unverified body is read."""
    best, found = Signed.MISSING, None
    for known in endpoints:
        webhooks = known.webhooks
        for secret in known.secrets if webhooks else ():
            assert webhooks is not None  # noqa: S101  else there is no secret to try
            signed = webhooks.signed(posted, secret, now)
            if _WORTH.index(signed) > _WORTH.index(best):
                best, found = signed, known
    if found is None or found.webhooks is None or best in {Signed.MISSING, Signed.WRONG}:
        return Judged(refused=Reason.UNSIGNED if best == Signed.MISSING else Reason.BAD_SIGNATURE)
    try:
        told = found.webhooks.told(posted)
    except BadRecord:
        return Judged(found, refused=Reason.UNREADABLE)
    return Judged(found, told, Reason.MISDATED if best == Signed.MISDATED else None)
