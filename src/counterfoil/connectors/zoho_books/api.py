"""Requests to one organisation: the token, the organisation in every query, the API's address once it is known."""

import threading
from collections.abc import Callable

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.http.auth_and_errors import Received
from counterfoil.connectors.http.client import Query, Response, Retries, Transport
from counterfoil.connectors.write_port import Outgoing
from counterfoil.connectors.zoho_books.access import Access
from counterfoil.connectors.zoho_books.dialect import ZohoBooksDialect
from counterfoil.errors import WrongSetting

PATH = "/books/v3"


class Api:
    """Safe to use from several threads. `api_url` is empty where the token says where the API is."""

    def __init__(
        self, access: Access, organization: str, budget: Budget, retries: Retries, api_url: str = ""
    ) -> None:
        self._access = access
        self._organization = organization
        self._budget = budget
        self._retries = retries
        self._api_url = api_url
        self._lock = threading.Lock()
        self._transport: Transport | None = None

    def get[T](
        self,
        path: str,
        query: Query,
        decode: Callable[[bytes], T],
        *,
        answers: Callable[[Received], bool] = lambda _: False,
        of_organization: bool = True,
    ) -> Response[T]:
        """See `Transport.get`. The organisation goes with every query but that for the organisations."""
        if of_organization:
            query = {"organization_id": self._organization, **query}
        return self._opened().get(path, query, decode, answers=answers)

    def send(self, outgoing: Outgoing, answers: Callable[[Received], bool]) -> tuple[Received, int]:
        """See `Transport.send`."""
        query = {"organization_id": self._organization}
        return self._opened().send(outgoing, query, {}, answers=answers)

    def close(self) -> None:
        """Close the sockets."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()

    def _opened(self) -> Transport:
        with self._lock:
            if self._transport is None:
                url = self._api_url or self._access.api_url()
                if not url:
                    raise WrongSetting("Zoho does not say where its API is.", "Give its address with --api-url.")
                root = url.rstrip("/").removesuffix(PATH) + PATH
                self._transport = Transport(root, self._access, self._budget, ZohoBooksDialect(), self._retries)
            return self._transport
