"""Access to Zoho Books: an access token that all processes share, obtained for a refresh token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import httpx2

from counterfoil.connectors.allowance import AccessToken, TokenStore
from counterfoil.connectors.http import plain_http
from counterfoil.connectors.http.bounded_client import BoundedClient, RequestLimits
from counterfoil.connectors.http.client import translate_network_errors
from counterfoil.connectors.http.plain_http import require_https
from counterfoil.connectors.login import Settings
from counterfoil.connectors.zoho_books.oauth import read_token
from counterfoil.connectors.zoho_books.settings import read_data_centre, read_text
from counterfoil.errors import InvalidResponse, Unavailable, Unreachable

LIMITS = RequestLimits(httpx2.Timeout(10.0), total=40.0)
"""Seconds for a token request: less than a claim lasts (`oauth_tokens.CLAIM`)."""
_SCHEME = "Zoho-oauthtoken "


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An application registered with Zoho, and the refresh token of a user.

    `api_url` is the address of the API, used if the accounts server does not name one.
    """

    accounts_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    api_url: str
    plain_http: bool = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Build the client of a connection. Raises InvalidSetting for a missing or unknown data centre."""
        centre = read_data_centre(settings.values)
        return cls(
            accounts_url=centre.accounts_url,
            client_id=read_text(settings.values, "client_id"),
            client_secret=settings.secrets.get("client_secret", ""),
            refresh_token=settings.secrets.get("refresh_token", ""),
            api_url=centre.api_url,
            plain_http=plain_http.is_allowed(settings.values),
        )

    def fetch(self) -> AccessToken:
        """Request an access token. Zoho grants few, see `oauth_tokens.MOST`. Raises why it granted none."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }
        return read_token(*request_token(self.accounts_url, form, plain_http=self.plain_http), self.api_url)


def request_token(accounts_url: str, form: Mapping[str, str], *, plain_http: bool) -> tuple[int, bytes]:
    """Request a token from the accounts server. Returns status and body.

    Redirects are not followed, because the form holds secrets. `plain_http` is as for `HttpClient`.
    """
    require_https(accounts_url, plain_http=plain_http)
    host = urlsplit(accounts_url).hostname or "Zoho's accounts server"
    with translate_network_errors(host), BoundedClient(accounts_url, LIMITS) as client:
        answer = client.send("POST", "oauth/v2/token", form=form)
    return answer.status, answer.body


class ZohoAuth:
    """Implements `error_rules.Auth`. Safe to use from several threads."""

    def __init__(self, client: OAuthClient, tokens: TokenStore) -> None:
        self._client = client
        self._tokens = tokens

    def headers(self) -> Mapping[str, str]:
        """Return the header with the current token."""
        return {"Authorization": f"{_SCHEME}{self._token().secret}"}

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Replace the refused token, once for all processes. Returns False if a new one would not help."""
        secret = refused["Authorization"].removeprefix(_SCHEME)
        return self._token(secret).secret != secret

    def record_refusal(self, scope: str) -> None:
        """Remember a scope for lack of which a write was refused."""
        self._tokens.record_refusal(scope)

    def api_url(self) -> str:
        """Return the address of the API that the token is for."""
        return self._token().api_url

    def _token(self, refused: str | None = None) -> AccessToken:
        """Return the token. Raises Unreachable where none comes: without one no request can be sent at all."""
        try:
            return self._tokens.token(self._client.fetch, refused)
        except Unreachable:
            raise
        except (Unavailable, InvalidResponse) as error:
            raise Unreachable(error.message, error.advice) from error
