"""How Robaws counts and refuses (contract sections 4 and 7)."""

from collections.abc import Mapping

from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.http.error_rules import (
    Blocked,
    Problem,
    RateLimited,
    RawResponse,
    StatusProblem,
    retry_after,
)
from counterfoil.errors import CredentialsRefused, NotAllowed, WrongAddress


class RobawsErrorRules:
    """Header names arrive in lower case; `headers` looks them up case-insensitively."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """Daily counter; X-RateLimit-Daily-Reset is in seconds until the reset."""
        return Quota(
            remaining=_whole(headers.get("x-ratelimit-daily-remaining")),
            limit=_whole(headers.get("x-ratelimit-daily-limit")),
            reset_in=_whole(headers.get("x-ratelimit-daily-reset")),
        )

    def problem(self, raw: RawResponse) -> Problem:
        """429 pauses; 401 with `X-Robaws-Unauthorized-Reason: temp-blocked` locks out; others need a person."""
        status, headers = raw.status, raw.headers
        if status == 429:
            return RateLimited(self.quota(headers), retry_after(headers))
        if status == 401 and "block" in headers.get("x-robaws-unauthorized-reason", "").lower():
            return Blocked("temp-blocked")
        known = PROBLEMS.get(status) or (_NOT_HERE if 300 <= status < 400 else None)
        return known.error(status) if known else None


_NOT_HERE = StatusProblem(
    WrongAddress,
    "There is no Robaws API at this base URL (status {code}).",
    "It usually is https://app.robaws.com/api/v2.",
)
PROBLEMS: Mapping[int, StatusProblem] = {
    401: StatusProblem(
        CredentialsRefused,
        "Robaws does not accept this API key and secret.",
        'Copy both again from the "API only" user in Robaws and connect again.',
    ),
    403: StatusProblem(
        NotAllowed,
        "Robaws accepts the key, but its user may not read clients.",
        "Give the API user's role the clients module in Robaws.",
    ),
    404: _NOT_HERE,
    405: _NOT_HERE,
}
"""The statuses that need a person; others are judged as HTTP means them."""


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except ValueError:
        return None
