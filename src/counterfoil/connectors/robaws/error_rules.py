"""How Robaws reports quotas and errors (contract sections 4 and 7)."""

from collections.abc import Mapping

from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.http.error_rules import (
    Blocked,
    Problem,
    RateLimited,
    RawResponse,
    StatusProblem,
)
from counterfoil.connectors.http.headers import parse_retry_after, whole_number
from counterfoil.connectors.robaws import messages
from counterfoil.errors import CredentialsRefused, NotAllowed, WrongAddress


class RobawsErrorRules:
    """Implements `http.error_rules.ErrorRules`."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """Read the daily counter. X-RateLimit-Daily-Reset is the number of seconds until its reset."""
        return Quota(
            remaining=whole_number(headers.get("x-ratelimit-daily-remaining")),
            limit=whole_number(headers.get("x-ratelimit-daily-limit")),
            reset_in=whole_number(headers.get("x-ratelimit-daily-reset")),
        )

    def problem(self, raw: RawResponse) -> Problem:
        """Judge a response. A 401 whose X-Robaws-Unauthorized-Reason is temp-blocked is a block."""
        status, headers = raw.status, raw.headers
        if status == 429:
            return RateLimited(self.quota(headers), parse_retry_after(headers))
        if status == 401 and "block" in headers.get("x-robaws-unauthorized-reason", "").lower():
            return Blocked(messages.TEMP_BLOCKED())
        problem = PROBLEMS.get(status) or (_NOT_HERE if 300 <= status < 400 else None)
        return problem.error(status) if problem else None


_NOT_HERE = StatusProblem(
    WrongAddress,
    messages.NOT_THE_API,
    messages.USUAL_URL,
)
PROBLEMS: Mapping[int, StatusProblem] = {
    401: StatusProblem(
        CredentialsRefused,
        messages.KEY_REFUSED,
        messages.COPY_KEY,
    ),
    403: StatusProblem(
        NotAllowed,
        messages.MAY_NOT_READ,
        messages.ALLOW_CLIENTS,
    ),
    404: _NOT_HERE,
    405: _NOT_HERE,
}
"""The statuses that need a person; the HTTP client judges the others."""
