"""Requests to one organisation: the HTTP client, created once the token tells the API's address."""

import threading
from collections.abc import Callable

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.http.client import Accept, HttpClient, Query, Response, Retries, Written
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.access import ZohoAuth
from counterfoil.connectors.zoho_books.error_rules import ZohoBooksErrorRules
from counterfoil.errors import InvalidSetting

PATH = "/books/v3"


class Api:
    """Requests to one organisation. Safe to use from several threads.

    `api_url` is empty if the token tells the address.
    """

    def __init__(
        self,
        access: ZohoAuth,
        organization: str,
        budget: Budget,
        retries: Retries,
        api_url: str = "",
        *,
        plain_http: bool = False,
    ) -> None:
        self._access = access
        self._organization = organization
        self._budget = budget
        self._retries = retries
        self._api_url = api_url
        self._plain_http = plain_http
        self._lock = threading.Lock()
        self._client: HttpClient | None = None

    def get[T](
        self,
        path: str,
        query: Query,
        decode: Callable[[bytes], T],
        *,
        accept: Accept = lambda _: False,
        of_organization: bool = True,
    ) -> Response[T]:
        """GET as `HttpClient.get` does, with the organisation in the query unless `of_organization` is False."""
        if of_organization:
            query = {"organization_id": self._organization, **query}
        return self._opened().get(path, query, decode, accept=accept)

    def write(self, outgoing: WriteRequest, accept: Accept) -> Written:
        """Write as `HttpClient.write` does, with the organisation in the query."""
        query = {"organization_id": self._organization}
        return self._opened().write(outgoing, query, {}, accept=accept)

    def record_refusal(self, scope: str) -> None:
        """Remember a scope for lack of which a write was refused."""
        self._access.record_refusal(scope)

    def close(self) -> None:
        """Close the sockets."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _opened(self) -> HttpClient:
        with self._lock:
            if self._client is None:
                url = self._api_url or self._access.api_url()
                if not url:
                    raise InvalidSetting(messages.API_ADDRESS_UNKNOWN(), messages.GIVE_API_URL())
                root = url.rstrip("/").removesuffix(PATH) + PATH
                rules = ZohoBooksErrorRules()
                self._client = HttpClient(
                    root, self._access, self._budget, rules, self._retries, plain_http=self._plain_http
                )
            return self._client
