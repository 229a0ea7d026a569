"""The connector for Zoho Books with a simulated organisation."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

from counterfoil.connectors.allowance import TokenStore
from counterfoil.connectors.http.oauth_tokens import MemoryTokens
from counterfoil.connectors.login import Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Collection
from counterfoil.connectors.write_port import Writable
from counterfoil.connectors.zoho_books.connector import ZohoBooks
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.upstream import Listed, Notes, listed


@dataclass
class Books:
    """`notes` is the allowance, `tokens` where the access token is kept."""

    sim: ZohoBooksSimulator
    connector: ZohoBooks
    notes: Notes
    tokens: TokenStore

    @classmethod
    def of(
        cls,
        sim: ZohoBooksSimulator,
        *,
        tokens: TokenStore | None = None,
        secrets: dict[str, str] | None = None,
        **settings: Any,
    ) -> Self:
        """Connect to the first organisation, unless the settings name another."""
        values = {
            "accounts_url": sim.accounts_url,
            "organization": sim.organization_ids[0],
            "client_id": sim.client_id,
            **settings,
        }
        sealed = {"client_secret": sim.client_secret, "refresh_token": sim.refresh_token, **(secrets or {})}
        notes, kept = Notes(), tokens or MemoryTokens("Zoho Books", lambda: datetime.now(UTC))
        return cls(sim, ZohoBooks(Settings(values, sealed, kept), notes), notes, kept)

    @property
    def contacts(self) -> Writable:
        """Customers, which can be written."""
        found = self.connector.collection(Resource.CUSTOMER)
        assert isinstance(found, Writable)
        return found

    @property
    def persons(self) -> Collection:
        """Contact persons."""
        return self.connector.collection(Resource.CONTACT_PERSON)

    @property
    def invoices(self) -> Collection:
        """Invoices."""
        return self.connector.collection(Resource.INVOICE)

    def listed(self, collection: Collection, **how: Any) -> Listed:
        """List to the end, as of the current day."""
        return listed(collection, **{"today": self.today, **how})

    @property
    def today(self) -> date:
        """The simulator's day."""
        return datetime.fromisoformat(self.sim.control.now()).date()

    def asked(self, path: str) -> list[dict[str, Any]]:
        """Return the requests for a path below /books/v3, oldest first: query, status, code."""
        requests = self.sim.control.requests()
        return [request for request in requests if request["path"] == f"/books/v3{path}"]
