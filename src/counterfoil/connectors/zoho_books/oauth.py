"""Zoho's way of letting applications in: data centres, and what its accounts server says (contract section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from counterfoil.connectors.contract import Token
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    GarbledBody,
    Throttled,
    Unavailable,
    WrongAddress,
)

SCOPES = ("ZohoBooks.contacts.READ", "ZohoBooks.invoices.READ", "ZohoBooks.settings.READ")
"""What reading customers, contact persons, invoices and the list of organisations needs."""
LIFETIME = 3600.0
"""Seconds that an access token is good for, where the answer does not say; never taken to be longer."""


@dataclass(frozen=True, slots=True)
class DataCentre:
    """Where an account lives. Another one knows neither its users nor its clients."""

    accounts_url: str
    api_url: str


DATA_CENTRES: Mapping[str, DataCentre] = {
    "us": DataCentre("https://accounts.zoho.com", "https://www.zohoapis.com"),
    "eu": DataCentre("https://accounts.zoho.eu", "https://www.zohoapis.eu"),
    "in": DataCentre("https://accounts.zoho.in", "https://www.zohoapis.in"),
    "au": DataCentre("https://accounts.zoho.com.au", "https://www.zohoapis.com.au"),
    "jp": DataCentre("https://accounts.zoho.jp", "https://www.zohoapis.jp"),
    "ca": DataCentre("https://accounts.zohocloud.ca", "https://www.zohoapis.ca"),
    "cn": DataCentre("https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn"),
    "sa": DataCentre("https://accounts.zoho.sa", "https://www.zohoapis.sa"),
}
"""Written down one by one: Canada does not follow the pattern of the others."""


def read_token(status: int, body: bytes, api_url: str) -> Token:
    """The token in an answer of the accounts server; `api_url` where it does not say where its API is.

    The body decides: refusals come with status 200 as well as 400. Raises what it means.
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _no_json(status) from None
    if not isinstance(said, dict):
        raise _no_json(status)
    secret = said.get("access_token")
    if not isinstance(secret, str) or not secret:
        raise _refusal(status, said)
    domain = said.get("api_domain")
    home = domain if isinstance(domain, str) and domain else api_url
    return Token(secret, home.rstrip("/"), _lifetime(said.get("expires_in")))


def _lifetime(said: object) -> float:
    return min(float(said), LIFETIME) if isinstance(said, int | float) and said > 0 else LIFETIME


def _no_json(status: int) -> CounterfoilError:
    if status >= 500:
        return Unavailable(f"Zoho's accounts server answered with status {status}.", "Try again later.")
    if status == 200:
        return GarbledBody("Zoho's accounts server answered, but not in JSON.", "Try again later.")
    return WrongAddress(
        f"What answers at the accounts address is not Zoho's accounts server (status {status}).",
        "Check the data centre (--dc), or the address given with --accounts-url.",
    )


def _refusal(status: int, said: Mapping[str, Any]) -> CounterfoilError:
    error = str(said.get("error") or "")
    if error == "Access Denied" or "too many requests" in str(said.get("error_description") or "").lower():
        return Throttled(
            "Zoho's accounts server says that too many tokens were asked for.",
            "It forgets after ten to thirty minutes without any; nothing has to be done.",
        )
    if error in _REFUSALS:
        return CredentialsRefused(*_REFUSALS[error])
    if status >= 500:
        return Unavailable(f"Zoho's accounts server answered with status {status}.", "Try again later.")
    known = (
        error if error.isascii() and error.replace("_", "").isalpha() and len(error) <= 40 else "no reason given"
    )
    return CredentialsRefused(
        f"Zoho's accounts server gives no access token ({known}).",
        "Make a new refresh token in Zoho's API console and connect again.",
    )


_REFUSALS: Mapping[str, tuple[str, str]] = {
    "invalid_code": (
        (
            "Zoho does not accept this refresh token: it was revoked, pushed out by newer ones (a user has at "
            "most 20), or it is from another data centre."
        ),
        "Make a new one in Zoho's API console and connect again under the same name.",
    ),
    "invalid_client_secret": (
        "Zoho does not accept this client secret.",
        "Copy it again from Zoho's API console and connect again.",
    ),
    "invalid_client": (
        "Zoho does not know this client id: it is mistyped, or it is from another data centre.",
        "Compare it with Zoho's API console, and --dc with the address you log in at.",
    ),
}
