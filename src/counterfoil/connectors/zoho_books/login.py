"""Login at Zoho in a browser (contract section 1): consent, then a code, then tokens."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.http import plain_http
from counterfoil.connectors.http.client import HURRIED
from counterfoil.connectors.login import LoginResult, Settings, Tenant
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.access import OAuthClient, ZohoAuth, request_token
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.oauth import DATA_CENTRES, SCOPES, read_grant, safe_word
from counterfoil.connectors.zoho_books.organizations import list_organizations
from counterfoil.connectors.zoho_books.settings import read_data_centre, read_text, read_window_days
from counterfoil.errors import CounterfoilError, CredentialsRefused, NotAllowed, WrongAddress


class ZohoLogin:
    """Implements `login.BrowserLogin` for a client of the type "server-based application"."""

    server: ClassVar[str] = "Zoho"
    registration_hint: ClassVar[str] = (
        "In Zoho's API console (api-console.zoho.com, or that of your data centre) add a client of the type "
        "“Server-based Applications” with this authorised redirect URI:"
    )
    alternative: ClassVar[str] = "I already have a refresh token"
    supplies: ClassVar[frozenset[str]] = frozenset({"organization", "refresh_token"})
    tenant_field: ClassVar[str] = "organization"

    def authorization_url(self, values: Mapping[str, object], redirect_uri: str, state: str) -> str:
        """Build the address of the consent page. Consent is always requested, as a refresh token needs it."""
        read_window_days(values)
        accounts_url = read_data_centre(values).accounts_url
        parts = urlsplit(accounts_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise WrongAddress(
                messages.BAD_ACCOUNTS_URL(),
                messages.CORRECT_OR_EMPTY(),
            )
        plain_http.require_https(accounts_url, plain_http=plain_http.is_allowed(values))
        query = {
            "response_type": "code",
            "client_id": read_text(values, "client_id"),
            "scope": ",".join(SCOPES),
            "redirect_uri": redirect_uri,
            "access_type": "offline",
            "prompt": "consent",
            "state": state,
        }
        return f"{accounts_url}/oauth/v2/auth?{urlencode(query)}"

    def exchange_code(self, settings: Settings, redirect_uri: str, answer: Mapping[str, str]) -> LoginResult:
        """Exchange the code at the accounts server that Zoho names, if it is one that may receive the secret."""
        if not answer.get("code"):
            raise _login_error(answer.get("error", ""))
        found = _server_settings(settings.values, answer.get("accounts-server", ""))
        centre = read_data_centre({**settings.values, **found})
        form = {
            "grant_type": "authorization_code",
            "client_id": read_text(settings.values, "client_id"),
            "client_secret": settings.secrets.get("client_secret", ""),
            "redirect_uri": redirect_uri,
            "code": answer["code"],
        }
        answered = request_token(centre.accounts_url, form, plain_http=plain_http.is_allowed(settings.values))
        token, refresh_token = read_grant(*answered, centre.api_url)
        return LoginResult(found, {"refresh_token": refresh_token}, token)

    def list_tenants(self, settings: Settings, budget: Budget) -> Sequence[Tenant]:
        """List the organisations of the user who has logged in."""
        if settings.tokens is None:
            raise TypeError("Zoho Books needs somewhere to keep its access token.")
        client = OAuthClient.from_settings(settings)
        access = ZohoAuth(client, settings.tokens)
        api_url = read_text(settings.values, "api_url")
        api = Api(access, "", budget, HURRIED, api_url, plain_http=client.plain_http)
        try:
            return [Tenant(one.id, one.name) for one in list_organizations(api)]
        finally:
            api.close()


def _server_settings(values: Mapping[str, object], named: str) -> Mapping[str, object]:
    """Return the settings that change because Zoho named this accounts server: the data centre, if it differs.

    The secret is only ever sent to an address of ours that equals the named one, never to the named text itself. A
    server that the user entered stays. Raises WrongAddress if the named one is neither known nor the one at which
    the login began.
    """
    named = named.strip().rstrip("/").lower()
    if named in {"", read_data_centre(values).accounts_url.lower()}:
        return {}
    code = next((code for code, centre in DATA_CENTRES.items() if centre.accounts_url.lower() == named), None)
    if code is None:
        raise WrongAddress(
            messages.UNKNOWN_ACCOUNTS_SERVER(),
            messages.LOG_IN_AT_DATA_CENTRE(),
        )
    return {} if read_text(values, "accounts_url") else {"dc": code}


def _login_error(error: str) -> CounterfoilError:
    if error == "access_denied":
        return NotAllowed(messages.DECLINED(), messages.LOG_IN_AND_ACCEPT())
    return CredentialsRefused(messages.LOGIN_WITHOUT_CODE(error=safe_word(error)), messages.LOG_IN_AGAIN())
