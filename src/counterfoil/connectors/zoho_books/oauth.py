"""OAuth at Zoho: data centres, scopes, and the responses of its accounts server (contract section 1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from counterfoil.connectors.allowance import AccessToken
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.connectors.zoho_books import messages
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    InvalidResponse,
    Throttled,
    Unavailable,
    WrongAddress,
)
from counterfoil.messages import Template, ingest

READING = ("ZohoBooks.contacts.READ", "ZohoBooks.invoices.READ", "ZohoBooks.settings.READ")
"""Scopes to read customers, contact persons, invoices and the list of organisations."""
WRITING = ("ZohoBooks.contacts.CREATE", "ZohoBooks.contacts.UPDATE")
"""Scopes to push edits and new customers. Without them a refresh token still reads."""
DELETING = ("ZohoBooks.contacts.DELETE",)
"""Scopes to delete customers. A connection made before they were asked for lacks them until the next login."""
SCOPES = (*READING, *WRITING, *DELETING)
FULL_ACCESS = "ZohoBooks.fullaccess.all"
LIFETIME = 3600.0
"""Lifetime of an access token in seconds, unless the response names a shorter one."""


@dataclass(frozen=True, slots=True)
class DataCentre:
    """A data centre of Zoho. Users and clients of one are unknown to the others."""

    accounts_url: str
    api_url: str
    place: str = ""

    @property
    def label(self) -> str:
        """Its place and its login domain, for people."""
        return f"{self.place}: {self.accounts_url.removeprefix('https://accounts.')}"


@dataclass(frozen=True, slots=True)
class _TokenErrors:
    """The meanings of token errors: by code, with advice for others and for too many requests."""

    advice: Template
    throttled: Template
    by_code: Mapping[str, tuple[Template, Template]]


DATA_CENTRES: Mapping[str, DataCentre] = {
    "us": DataCentre("https://accounts.zoho.com", "https://www.zohoapis.com", "United States"),
    "eu": DataCentre("https://accounts.zoho.eu", "https://www.zohoapis.eu", "Europe"),
    "in": DataCentre("https://accounts.zoho.in", "https://www.zohoapis.in", "India"),
    "au": DataCentre("https://accounts.zoho.com.au", "https://www.zohoapis.com.au", "Australia"),
    "jp": DataCentre("https://accounts.zoho.jp", "https://www.zohoapis.jp", "Japan"),
    "ca": DataCentre("https://accounts.zohocloud.ca", "https://www.zohoapis.ca", "Canada"),
    "cn": DataCentre("https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn", "China"),
    "sa": DataCentre("https://accounts.zoho.sa", "https://www.zohoapis.sa", "Saudi Arabia"),
}
"""Listed one by one, because Canada does not follow the pattern of the others."""


def read_token(status: int, body: bytes, api_url: str) -> AccessToken:
    """Read the access token from a response of the accounts server.

    `api_url` is used if the response does not name the API's address. The body decides, because errors come with
    status 200 as well as 400. Raises the error that it means.
    """
    return _token(status, _decode(status, body), api_url, _REFRESH_ERRORS)


def read_grant(status: int, body: bytes, api_url: str) -> tuple[AccessToken, str]:
    """Read the access and refresh tokens from the response to a code. Otherwise as `read_token`."""
    fields = _decode(status, body)
    token = _token(status, fields, api_url, _CODE_ERRORS)
    refresh_token = fields.get("refresh_token")
    if not isinstance(refresh_token, str) or not refresh_token:
        raise CredentialsRefused(
            messages.NO_REFRESH_TOKEN(),
            messages.REMOVE_CLIENT(),
        )
    return token, refresh_token


def _decode(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _not_json(status) from None
    if not isinstance(decoded, dict):
        raise _not_json(status)
    return decoded


def _token(status: int, fields: Mapping[str, Any], api_url: str, errors: _TokenErrors) -> AccessToken:
    secret = fields.get("access_token")
    if not isinstance(secret, str) or not secret:
        raise _token_error(status, fields, errors)
    domain = fields.get("api_domain")
    home = domain if isinstance(domain, str) and domain else api_url
    scopes = _scopes(fields.get("scope"))
    return AccessToken(secret, home.rstrip("/"), _lifetime(fields.get("expires_in")), scopes)


def scope_of(outgoing: WriteRequest) -> str:
    """Return the scope that a write of contacts needs; marking one active, inactive or primary needs CREATE."""
    operation = {"DELETE": "DELETE", "PUT": "UPDATE"}.get(outgoing.method, "CREATE")
    return f"ZohoBooks.contacts.{operation}"


def has_scope(granted: Iterable[str], needed: str) -> bool:
    """Return whether the granted scopes include one, by its own name or within a wider one."""
    wider = f"{needed.rpartition('.')[0]}.ALL"
    return not {scope.casefold() for scope in granted}.isdisjoint(
        scope.casefold() for scope in (needed, wider, FULL_ACCESS)
    )


def _scopes(text: object) -> tuple[str, ...] | None:
    # Separated by spaces (contract section 1); the consent page wants commas.
    return tuple(text.replace(",", " ").split()) or None if isinstance(text, str) else None


def _lifetime(fields: object) -> float:
    return float(min(fields, LIFETIME)) if isinstance(fields, int | float) and fields > 0 else LIFETIME


def _not_json(status: int) -> CounterfoilError:
    if status >= 500:
        return Unavailable(messages.ACCOUNTS_STATUS(status=status), ingest.TRY_LATER())
    if status == 200:
        return InvalidResponse(messages.ACCOUNTS_NOT_JSON(), ingest.TRY_LATER())
    return WrongAddress(messages.NOT_ACCOUNTS(status=status), messages.CHECK_DATA_CENTRE())


def _token_error(status: int, fields: Mapping[str, Any], errors: _TokenErrors) -> CounterfoilError:
    error = str(fields.get("error") or "")
    if error == "Access Denied" or "too many requests" in str(fields.get("error_description") or "").lower():
        return Throttled(messages.TOO_MANY_TOKENS(), errors.throttled())
    if error in errors.by_code:
        message, advice = errors.by_code[error]
        return CredentialsRefused(message(), advice())
    if status >= 500:
        return Unavailable(messages.ACCOUNTS_STATUS(status=status), ingest.TRY_LATER())
    return CredentialsRefused(messages.NO_ACCESS_TOKEN(error=safe_word(error)), errors.advice())


def safe_word(word: str) -> str:
    """Return an error code of Zoho's if it is a plain word; anything else might be unsafe to repeat."""
    if word.isascii() and word.replace("_", "").isalpha() and len(word) <= 40:
        return word
    return messages.NO_REASON()


_CLIENT_ERRORS: Mapping[str, tuple[Template, Template]] = {
    "invalid_client_secret": (messages.CLIENT_SECRET_REFUSED, messages.COPY_CLIENT_SECRET),
    "invalid_client": (messages.CLIENT_ID_UNKNOWN, messages.COMPARE_CLIENT_ID),
}
_REFRESH_ERRORS = _TokenErrors(
    messages.MAKE_REFRESH_TOKEN,
    messages.WAIT_FOR_TOKENS,
    {**_CLIENT_ERRORS, "invalid_code": (messages.REFRESH_TOKEN_REFUSED, messages.RENEW_REFRESH_TOKEN)},
)
_CODE_ERRORS = _TokenErrors(
    messages.LOG_IN_AGAIN,
    messages.WAIT_AND_LOG_IN,
    {
        **_CLIENT_ERRORS,
        "invalid_code": (messages.CODE_REFUSED, messages.LOG_IN_AGAIN),
        "invalid_redirect_uri": (messages.REDIRECT_REFUSED, messages.REGISTER_REDIRECT),
    },
)
