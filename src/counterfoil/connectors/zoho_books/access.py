"""What lets requests into Zoho Books: an access token that all processes share, got for a refresh token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import httpx2

from counterfoil.connectors.allowance import AccessToken, TokenStore
from counterfoil.connectors.http.client import network_errors
from counterfoil.connectors.login import Settings
from counterfoil.connectors.zoho_books.oauth import read_token
from counterfoil.connectors.zoho_books.settings import data_centre, text

TIMEOUT = httpx2.Timeout(10.0)
"""Seconds for each step of asking for a token: together less than a claim lasts (`oauth_tokens.CLAIM`)."""
_SCHEME = "Zoho-oauthtoken "


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An application registered with Zoho, and a user's leave to it. `api_url` is where the API is when the
    accounts server does not say so."""

    accounts_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    api_url: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """That of a connection. Raises InvalidSetting where it has no data centre."""
        centre = data_centre(settings.values)
        return cls(
            accounts_url=centre.accounts_url,
            client_id=text(settings.values, "client_id"),
            client_secret=settings.secrets.get("client_secret", ""),
            refresh_token=settings.secrets.get("refresh_token", ""),
            api_url=centre.api_url,
        )

    def fetch(self) -> AccessToken:
        """Ask for an access token: one of few, see `oauth_tokens.MOST`. Raises what keeps us from getting one."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }
        return read_token(*request_token(self.accounts_url, form), self.api_url)


def request_token(accounts_url: str, form: Mapping[str, str]) -> tuple[int, bytes]:
    """The accounts server's answer to a request for a token, as status and body. Redirects are not followed: the
    form holds secrets."""
    secure = not accounts_url.lower().startswith("http://")
    host = urlsplit(accounts_url).hostname or "Zoho's accounts server"
    with network_errors(host), httpx2.Client(timeout=TIMEOUT, verify=secure, follow_redirects=False) as client:
        answer = client.post(f"{accounts_url}/oauth/v2/token", data=form)
    return answer.status_code, answer.content


class ZohoAuth:
    """Implements `error_rules.Auth`. Safe to use from several threads."""

    def __init__(self, client: OAuthClient, tokens: TokenStore) -> None:
        self._client = client
        self._tokens = tokens

    def headers(self) -> Mapping[str, str]:
        """The token in use, renewed in time."""
        return {"Authorization": f"{_SCHEME}{self._tokens.token(self._client.fetch).secret}"}

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Another token in place of the refused one, got once for all processes. False where it would not help."""
        secret = refused["Authorization"].removeprefix(_SCHEME)
        return self._tokens.token(self._client.fetch, secret).secret != secret

    def api_url(self) -> str:
        """Where the API is that the token opens."""
        return self._tokens.token(self._client.fetch).api_url
