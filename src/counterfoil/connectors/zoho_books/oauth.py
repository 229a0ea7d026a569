"""Zoho's way of letting applications in: data centres, and what its accounts server says (contract section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from counterfoil.connectors.allowance import AccessToken
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    InvalidResponse,
    Throttled,
    Unavailable,
    WrongAddress,
)

READING = ("ZohoBooks.contacts.READ", "ZohoBooks.invoices.READ", "ZohoBooks.settings.READ")
"""What reading customers, contact persons, invoices and the list of organisations needs."""
WRITING = ("ZohoBooks.contacts.CREATE", "ZohoBooks.contacts.UPDATE")
"""What edits and new customers need besides. A refresh token without them goes on reading."""
SCOPES = (*READING, *WRITING)
LIFETIME = 3600.0
"""Seconds that an access token is good for, where the answer does not say; never taken to be longer."""


@dataclass(frozen=True, slots=True)
class DataCentre:
    """Where an account lives. Another one knows neither its users nor its clients."""

    accounts_url: str
    api_url: str
    place: str = ""

    @property
    def label(self) -> str:
        """How people know it: where it is, and where they log in."""
        return f"{self.place}: {self.accounts_url.removeprefix('https://accounts.')}"


@dataclass(frozen=True, slots=True)
class _Refusals:
    """What the words mean with which a request for a token is refused; what to do about any other, and when there
    were too many."""

    advice: str
    later: str
    known: Mapping[str, tuple[str, str]]


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
"""Written down one by one: Canada does not follow the pattern of the others."""


def read_token(status: int, body: bytes, api_url: str) -> AccessToken:
    """The token in an answer of the accounts server; `api_url` where it does not say where its API is.

    The body decides: refusals come with status 200 as well as 400. Raises what it means.
    """
    return _token(status, _said(status, body), api_url, _REFUSED_REFRESH)


def read_grant(status: int, body: bytes, api_url: str) -> tuple[AccessToken, str]:
    """The access token and the refresh token in the answer to a code; otherwise as `read_token`."""
    said = _said(status, body)
    token = _token(status, said, api_url, _REFUSED_CODE)
    refresh_token = said.get("refresh_token")
    if not isinstance(refresh_token, str) or not refresh_token:
        raise CredentialsRefused(
            "Zoho gave no refresh token, without which nothing could be read after an hour: it gives one only "
            "together with a fresh consent.",
            "Log in again. If it stays so, remove this client under Connected apps in your Zoho account first.",
        )
    return token, refresh_token


def _said(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _no_json(status) from None
    if not isinstance(said, dict):
        raise _no_json(status)
    return said


def _token(status: int, said: Mapping[str, Any], api_url: str, refusals: _Refusals) -> AccessToken:
    secret = said.get("access_token")
    if not isinstance(secret, str) or not secret:
        raise _refusal(status, said, refusals)
    domain = said.get("api_domain")
    home = domain if isinstance(domain, str) and domain else api_url
    return AccessToken(secret, home.rstrip("/"), _lifetime(said.get("expires_in")))


def _lifetime(said: object) -> float:
    return min(float(said), LIFETIME) if isinstance(said, int | float) and said > 0 else LIFETIME


def _no_json(status: int) -> CounterfoilError:
    if status >= 500:
        return Unavailable(f"Zoho's accounts server answered with status {status}.", "Try again later.")
    if status == 200:
        return InvalidResponse("Zoho's accounts server answered, but not in JSON.", "Try again later.")
    return WrongAddress(
        f"What answers at the accounts address is not Zoho's accounts server (status {status}).",
        "Check the data centre (--dc), or the address given with --accounts-url.",
    )


def _refusal(status: int, said: Mapping[str, Any], refusals: _Refusals) -> CounterfoilError:
    error = str(said.get("error") or "")
    if error == "Access Denied" or "too many requests" in str(said.get("error_description") or "").lower():
        return Throttled(
            "Zoho's accounts server says that too many tokens were asked for.",
            f"It forgets after ten to thirty minutes without any; {refusals.later}.",
        )
    if error in refusals.known:
        return CredentialsRefused(*refusals.known[error])
    if status >= 500:
        return Unavailable(f"Zoho's accounts server answered with status {status}.", "Try again later.")
    return CredentialsRefused(
        f"Zoho's accounts server gives no access token ({harmless(error)}).", refusals.advice
    )


def harmless(word: str) -> str:
    """A reason as Zoho gives it, where it is a word."""
    return word if word.isascii() and word.replace("_", "").isalpha() and len(word) <= 40 else "no reason given"


_REFUSED_CLIENT: Mapping[str, tuple[str, str]] = {
    "invalid_client_secret": (
        "Zoho does not accept this client secret.",
        "Copy it again from Zoho's API console and connect again.",
    ),
    "invalid_client": (
        "Zoho does not know this client id: it is mistyped, or it is from another data centre.",
        "Compare it with Zoho's API console, and --dc with the address you log in at.",
    ),
}
_REFUSED_REFRESH = _Refusals(
    "Make a new refresh token in Zoho's API console and connect again.",
    "nothing has to be done",
    {
        **_REFUSED_CLIENT,
        "invalid_code": (
            (
                "Zoho does not accept this refresh token: it was revoked, pushed out by newer ones (a user has at "
                "most 20), or it is from another data centre."
            ),
            "Make a new one in Zoho's API console and connect again under the same name.",
        ),
    },
)
_REFUSED_CODE = _Refusals(
    "Log in again.",
    "log in again then",
    {
        **_REFUSED_CLIENT,
        "invalid_code": (
            "Zoho does not accept the code of this login: it was used already, or two minutes have gone by.",
            "Log in again.",
        ),
        "invalid_redirect_uri": (
            "Zoho does not accept the address to come back to.",
            "Register exactly the redirect URI that is shown here in Zoho's API console, and log in again.",
        ),
    },
)
