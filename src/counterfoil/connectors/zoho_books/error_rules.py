"""How Zoho Books counts and refuses: by a code in the body, whatever the status (contract section 5)."""

import re
from collections.abc import Mapping

import msgspec

from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.http.client import not_json
from counterfoil.connectors.http.error_rules import (
    Blocked,
    Problem,
    RateLimited,
    RawResponse,
    StatusProblem,
    Unauthorized,
    retry_after,
)
from counterfoil.connectors.zoho_books.oauth import SCOPES, WRITING
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    InvalidSetting,
    NeedsPerson,
    NotAllowed,
    Unavailable,
    WrongAddress,
)

OK = 0
GONE = 1002
""" "... does not exist.", the only answer that says so."""
UNKNOWN_RESET = 3600.0
"""Seconds until it is tried again, where the day's calls are used up and no header says when the day ends."""
SHORTEST_BLOCK = 60.0
"""Seconds that a full minute's allowance costs at least."""
_PARAMETER = re.compile(r"Invalid value passed for ([\w ]{1,60})$")


class ErrorBody(msgspec.Struct):
    """The envelope of every answer."""

    code: int
    message: str = ""


_read = msgspec.json.Decoder(ErrorBody).decode


def error_body(body: bytes) -> ErrorBody | None:
    """The API's own code and words; None where the answer is not the API's."""
    try:
        return _read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def code_of(received: RawResponse) -> int | None:
    """The API's own code; None where the answer is not the API's."""
    said = error_body(received.body)
    return said.code if said else None


def is_absence(received: RawResponse) -> bool:
    """An answer to a single read that is no record: `read` sorts them out."""
    return received.status == 404 or code_of(received) == GONE


class ZohoBooksErrorRules:
    """One organisation's answers."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """The day's calls; X-Rate-Limit-Reset is in seconds until the organisation's midnight."""
        return Quota(
            remaining=_whole(headers.get("x-rate-limit-remaining")),
            limit=_whole(headers.get("x-rate-limit-limit")),
            reset_in=_whole(headers.get("x-rate-limit-reset")),
        )

    def problem(self, raw: RawResponse) -> Problem:
        """By contract section 5.2. What no code explains is left to the status."""
        said = error_body(raw.body)
        if raw.status == 429:
            return self._too_many(said.code if said else None, raw.headers)
        if said is None:
            return not_json("Zoho Books") if raw.status == 200 else None
        if said.code == OK:
            return None
        if said.code in UNAUTHORISED or raw.status == 401:
            return Unauthorized(_scope_or_revoked(said.code), _may_not_write(said.code))
        return _refusal(raw.status, said)

    def _too_many(self, code: int | None, headers: Mapping[str, str]) -> Problem:
        quota = self.quota(headers)
        if code == 1070:
            return RateLimited(quota)
        if code == 45:
            reset = quota.reset_in if quota.reset_in is not None else UNKNOWN_RESET
            return RateLimited(Quota(remaining=0, limit=quota.limit, reset_in=reset))
        said = retry_after(headers)
        reason = f"too many requests in a minute, code {code if code is not None else 'unknown'}"
        return Blocked(reason, None if said is None else max(said, SHORTEST_BLOCK))


UNAUTHORISED = frozenset({14, 57})
"""No token, a dead one, one without the scope."""


def _scope_or_revoked(code: int) -> CredentialsRefused:
    """The same answer for both, and a new token changed nothing (contract section 5.2)."""
    return CredentialsRefused(
        f"Zoho Books does not authorise this (code {code}), also with a new access token: scope or revoked. The "
        "refresh token was made without a scope that this needs, or its user has lost the right.",
        f"Make a refresh token with the scopes {','.join(SCOPES)} and connect again under the same name.",
    )


def _may_not_write(code: int) -> NotAllowed:
    """What the same answer means for a write: reading may go on as before."""
    return NotAllowed(
        f"Zoho Books does not authorise writing (code {code}), also with a new access token: the refresh token "
        f"was made without {' or '.join(WRITING)}, or its user has lost the right.",
        f"Make a refresh token with the scopes {','.join(SCOPES)} and connect again under the same name, or make "
        "the connection read-only.",
    )


PROBLEMS: Mapping[int, StatusProblem] = {
    5: StatusProblem(
        WrongAddress, "There is no Zoho Books API at this address (code {code}).", "Check --api-url."
    ),
    6041: StatusProblem(
        InvalidSetting,
        "The user behind this refresh token does not belong to this organisation: wrong organisation or data "
        "centre (code {code}).",
        "Compare --organization and --dc with what Zoho Books shows under Organisation profile.",
    ),
}
"""The codes that need a person and mean the same whatever was asked for (contract section 5.2)."""


def _refusal(status: int, said: ErrorBody) -> CounterfoilError:
    """The errors behind the codes. Of the API's own text only the name of a parameter is repeated."""
    code = said.code
    if status >= 500 or code == 1000:
        return Unavailable(f"Zoho Books reports an internal error (status {status}, code {code}).", _LATER)
    if code in PROBLEMS:
        return PROBLEMS[code].error(code)
    if status == 403:
        return NotAllowed(
            f"Zoho Books knows this user, who may not do this (code {code}).",
            "Give the user a role in Zoho Books that may see contacts and invoices.",
        )
    parameter = _PARAMETER.search(said.message)
    what = f"invalid value for {parameter[1]}" if parameter else f"status {status}"
    return NeedsPerson(
        f"Zoho Books does not take this request (code {code}, {what}).",
        "It is not asked again by itself. If a newer version does not help, report it with this line.",
    )


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


_LATER = "Try again later; what was read before stays."
