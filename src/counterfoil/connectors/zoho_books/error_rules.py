"""How Zoho Books reports quotas and errors: by a code in the body, whatever the status (contract section 5)."""

import re
from collections.abc import Mapping

import msgspec

from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.http.client import not_json_error
from counterfoil.connectors.http.error_rules import (
    Blocked,
    Problem,
    RateLimited,
    RawResponse,
    StatusProblem,
    Unauthorized,
)
from counterfoil.connectors.http.headers import parse_retry_after, whole_number
from counterfoil.connectors.partial_decoder import PartialDecoder
from counterfoil.connectors.single_reads import OF_ONE_RECORD
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.oauth import SCOPES, WRITING
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    InvalidSetting,
    NeedsPerson,
    NotAllowed,
    ReadRefused,
    Unavailable,
    WrongAddress,
)
from counterfoil.messages import connectors as shared
from counterfoil.messages import join

OK = 0
INTERNAL = 1000
WRONG_ORGANISATION = 6041
GONE = 1002
"""The code of "... does not exist."; no other one says so."""
UNKNOWN_RESET = 3600.0
"""Seconds to wait if the day's calls are used up and no header says when the day ends."""
SHORTEST_BLOCK = 60.0
"""Seconds to wait at least after exceeding the minute's allowance."""
_PARAMETER = re.compile(r"Invalid value passed for ([\w ]{1,60})$")


class ErrorBody(msgspec.Struct):
    """The envelope of every response."""

    code: int
    message: str = ""


_read = PartialDecoder(ErrorBody)


def error_body(body: bytes) -> ErrorBody | None:
    """Read the API's code and message. Returns None if the response is not the API's."""
    return _read(body)


def code_of(received: RawResponse) -> int | None:
    """Read the API's code. Returns None if the response is not the API's."""
    body = error_body(received.body)
    return body.code if body else None


def may_be_of_one_record(received: RawResponse) -> bool:
    """Return whether the response to a single read may be about its record alone; `rows` decides."""
    code = code_of(received)
    if code is None or received.status == 404:
        return received.status in OF_ONE_RECORD
    return received.status not in {401, 429} and received.status < 500 and code not in _OF_EVERY_REQUEST


def refusal(received: RawResponse) -> ReadRefused:
    """Build the error for a single read that was refused."""
    body = error_body(received.body)
    if body is None:
        unexpected = shared.UNEXPECTED_STATUS(host="Zoho Books", status=received.status)
        reason = shared.REFUSED_READ(system="Zoho Books", status=received.status)
        return ReadRefused(reason, of_resource=WrongAddress(unexpected, messages.CHECK_API_URL()))
    reason = messages.UNREADABLE_STATUS(status=received.status, code=body.code)
    return ReadRefused(reason, of_resource=_error(received.status, body))


class ZohoBooksErrorRules:
    """Implements `http.error_rules.ErrorRules`."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """Read the day's calls. X-Rate-Limit-Reset is the number of seconds until the organisation's midnight."""
        return Quota(
            remaining=whole_number(headers.get("x-rate-limit-remaining")),
            limit=whole_number(headers.get("x-rate-limit-limit")),
            reset_in=whole_number(headers.get("x-rate-limit-reset")),
        )

    def problem(self, raw: RawResponse) -> Problem:
        """Judge by the code (contract section 5.2); without a code, leave it to the status."""
        body = error_body(raw.body)
        if raw.status == 429:
            return self._too_many(body.code if body else None, raw.headers)
        if body is None:
            return not_json_error("Zoho Books") if raw.status == 200 else None
        if body.code == OK:
            return None
        if body.code in UNAUTHORISED or raw.status == 401:
            return Unauthorized(_scope_or_revoked(body.code), _may_not_write(body.code))
        return _error(raw.status, body)

    def _too_many(self, code: int | None, headers: Mapping[str, str]) -> Problem:
        quota = self.quota(headers)
        if code == 1070:
            return RateLimited(quota)
        if code == 45:
            reset = quota.reset_in if quota.reset_in is not None else UNKNOWN_RESET
            return RateLimited(Quota(remaining=0, limit=quota.limit, reset_in=reset))
        seconds = parse_retry_after(headers)
        reason = messages.TOO_MANY_IN_A_MINUTE(code="unknown" if code is None else code)
        return Blocked(reason, None if seconds is None else max(seconds, SHORTEST_BLOCK))


UNAUTHORISED = frozenset({14, 57})
"""Codes for no token, an expired one, or one without the scope."""
_OF_EVERY_REQUEST = frozenset({OK, INTERNAL, WRONG_ORGANISATION, *UNAUTHORISED})
"""Codes that are never about one record."""


def _scope_or_revoked(code: int) -> CredentialsRefused:
    # Both have the same response, and a new access token did not help (contract section 5.2).
    return CredentialsRefused(
        messages.UNAUTHORISED(code=code), messages.NEW_REFRESH_TOKEN(scopes=",".join(SCOPES))
    )


def _may_not_write(code: int) -> NotAllowed:
    # The same response to a write; reading may still work.
    return NotAllowed(
        messages.WRITING_UNAUTHORISED(code=code, scopes=", ".join(WRITING)),
        join(messages.NEW_REFRESH_TOKEN(scopes=",".join(SCOPES)), messages.OR_READ_ONLY()),
    )


PROBLEMS: Mapping[int, StatusProblem] = {
    5: StatusProblem(WrongAddress, messages.NOT_THE_API, messages.CHECK_API_URL),
    WRONG_ORGANISATION: StatusProblem(
        InvalidSetting,
        messages.WRONG_ORGANISATION,
        messages.COMPARE_ORGANISATION,
    ),
}
"""Codes that need a person and mean the same for every request (contract section 5.2)."""


def _error(status: int, body: ErrorBody) -> CounterfoilError:
    # Of the API's own text only the name of a parameter is repeated: the rest may hold customers' data.
    code = body.code
    if status >= 500 or code == INTERNAL:
        return Unavailable(messages.INTERNAL_ERROR(status=status, code=code), shared.KEPT_TRY_LATER())
    if code in PROBLEMS:
        return PROBLEMS[code].error(code)
    if status == 403:
        return NotAllowed(messages.NOT_ALLOWED(code=code), messages.GIVE_READING_ROLE())
    parameter = _PARAMETER.search(body.message)
    if parameter:
        message = messages.INVALID_PARAMETER(parameter=parameter[1], code=code)
    else:
        message = messages.REJECTED_REQUEST(status=status, code=code)
    return NeedsPerson(message, messages.REPORT_IT())
