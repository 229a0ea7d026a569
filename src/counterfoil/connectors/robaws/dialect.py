"""How Robaws counts and refuses (contract sections 4 and 7)."""

from collections.abc import Mapping

from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.http.auth_and_errors import Lockout, Pause, Received, Verdict, retry_after
from counterfoil.errors import CounterfoilError, CredentialsRefused, NotAllowed, WrongAddress


class RobawsDialect:
    """Header names arrive in lower case; `headers` looks them up case-insensitively."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """Daily counter; X-RateLimit-Daily-Reset is in seconds until the reset."""
        return Quota(
            remaining=_whole(headers.get("x-ratelimit-daily-remaining")),
            limit=_whole(headers.get("x-ratelimit-daily-limit")),
            reset_in=_whole(headers.get("x-ratelimit-daily-reset")),
        )

    def judge(self, received: Received) -> Verdict:
        """429 pauses; 401 with `X-Robaws-Unauthorized-Reason: temp-blocked` locks out; others need a person."""
        status, headers = received.status, received.headers
        if status == 429:
            return Pause(self.quota(headers), retry_after(headers))
        if status == 401 and "block" in headers.get("x-robaws-unauthorized-reason", "").lower():
            return Lockout("temp-blocked")
        return _refusal(status)


def _refusal(status: int) -> CounterfoilError | None:
    """The statuses that need a person."""
    if status == 401:
        return CredentialsRefused(
            "Robaws does not accept this API key and secret.",
            'Copy both again from the "API only" user in Robaws and connect again.',
        )
    if status == 403:
        return NotAllowed(
            "Robaws accepts the key, but its user may not read clients.",
            "Give the API user's role the clients module in Robaws.",
        )
    if status in {404, 405} or 300 <= status < 400:
        return WrongAddress(
            f"There is no Robaws API at this base URL (status {status}).",
            "It usually is https://app.robaws.com/api/v2.",
        )
    return None


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except ValueError:
        return None
