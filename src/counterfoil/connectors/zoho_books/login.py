"""Logging in at Zoho in a browser (contract section 1): consent, then a code, then tokens."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.http.client import HURRIED
from counterfoil.connectors.login import LoginResult, Settings, Tenant
from counterfoil.connectors.zoho_books.access import OAuthClient, ZohoAuth, request_token
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.oauth import DATA_CENTRES, SCOPES, harmless, read_grant
from counterfoil.connectors.zoho_books.organizations import organizations
from counterfoil.connectors.zoho_books.settings import data_centre, text, window_days
from counterfoil.errors import CounterfoilError, CredentialsRefused, NotAllowed, WrongAddress


class ZohoLogin:
    """Implements `login.BrowserLogin` for a client of the kind "server-based application"."""

    server: ClassVar[str] = "Zoho"
    register: ClassVar[str] = (
        "In Zoho's API console (api-console.zoho.com, or that of your data centre) add a client of the kind "
        "“Server-based Applications” with this as its authorised redirect URI:"
    )
    instead: ClassVar[str] = "I have a refresh token already"
    answers: ClassVar[frozenset[str]] = frozenset({"organization", "refresh_token"})
    tenant: ClassVar[str] = "organization"

    def address(self, values: Mapping[str, object], redirect_uri: str, state: str) -> str:
        """The consent page of the data centre; consent is always asked for, else no refresh token would come."""
        window_days(values)
        accounts_url = data_centre(values).accounts_url
        parts = urlsplit(accounts_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise WrongAddress(
                "The address of the accounts server does not start with http:// or https:// and a host.",
                "Correct it, or leave it empty.",
            )
        query = {
            "response_type": "code",
            "client_id": text(values, "client_id"),
            "scope": ",".join(SCOPES),
            "redirect_uri": redirect_uri,
            "access_type": "offline",
            "prompt": "consent",
            "state": state,
        }
        return f"{accounts_url}/oauth/v2/auth?{urlencode(query)}"

    def granted(self, settings: Settings, redirect_uri: str, answer: Mapping[str, str]) -> LoginResult:
        """Exchange the code, at the accounts server that Zoho names, if it is one that may have the secret."""
        if not answer.get("code"):
            raise _refusal(answer.get("error", ""))
        found = _named(settings.values, answer.get("accounts-server", ""))
        centre = data_centre({**settings.values, **found})
        form = {
            "grant_type": "authorization_code",
            "client_id": text(settings.values, "client_id"),
            "client_secret": settings.secrets.get("client_secret", ""),
            "redirect_uri": redirect_uri,
            "code": answer["code"],
        }
        token, refresh_token = read_grant(*request_token(centre.accounts_url, form), centre.api_url)
        return LoginResult(found, {"refresh_token": refresh_token}, token)

    def tenants(self, settings: Settings, budget: Budget) -> Sequence[Tenant]:
        """The organisations of whoever has logged in."""
        if settings.tokens is None:
            raise TypeError("Zoho Books needs somewhere to keep its access token.")
        client = OAuthClient.of(settings)
        api = Api(ZohoAuth(client, settings.tokens), "", budget, HURRIED, text(settings.values, "api_url"))
        try:
            return [Tenant(one.id, one.name) for one in organizations(api)]
        finally:
            api.close()


def _named(values: Mapping[str, object], said: str) -> Mapping[str, object]:
    """The settings that change because Zoho names the accounts server `said`: the data centre, if it is another
    one than was chosen. What is sent to is always an address of ours, compared with `said` and never made of it.

    A server that somebody gave by hand stays. Raises WrongAddress for one that is neither known nor the one with
    which the login was begun.
    """
    said = said.strip().rstrip("/").lower()
    if said in {"", data_centre(values).accounts_url.lower()}:
        return {}
    code = next((code for code, centre in DATA_CENTRES.items() if centre.accounts_url.lower() == said), None)
    if code is None:
        raise WrongAddress(
            "Zoho names an accounts server that is none of its known data centres', so the client secret was not "
            "sent there.",
            "Log in again, with the data centre at which you have your account.",
        )
    return {} if text(values, "accounts_url") else {"dc": code}


def _refusal(error: str) -> CounterfoilError:
    if error == "access_denied":
        return NotAllowed(
            "You said no at Zoho, so nothing was connected.", "If that was a slip, log in again and accept."
        )
    return CredentialsRefused(f"Zoho ended the login without a code ({harmless(error)}).", "Log in again.")
