"""Robaws behind the connector port."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from counterfoil.connectors.contract import (
    Asked,
    BrowserLogin,
    Budget,
    Checked,
    Collection,
    Limits,
    PageRequest,
    Resource,
    Settings,
)
from counterfoil.connectors.dialect import KeyAndSecret
from counterfoil.connectors.robaws.clients import Clients
from counterfoil.connectors.robaws.contacts import Contacts
from counterfoil.connectors.robaws.dialect import RobawsDialect
from counterfoil.connectors.transport import HURRIED, Retries, Transport
from counterfoil.errors import GarbledBody, WrongAddress, WrongSetting


class Robaws:
    """One tenant of Robaws. `settings.values`: base_url; `settings.secrets`: api_key, api_secret."""

    name: ClassVar[str] = "robaws"
    title: ClassVar[str] = "Robaws"
    limits: ClassVar[Limits] = Limits(rate=12.0, burst=10, daily_reserve=500)
    """A little under Robaws' 15 a second and burst of 20 (contract section 4)."""
    collections: ClassVar[Mapping[Resource, type[Collection]]] = {
        Resource.CUSTOMER: Clients,
        Resource.CONTACT_PERSON: Contacts,
    }
    asks: ClassVar[Sequence[Asked]] = (
        Asked("base_url", "Base URL", "The address of the API, as in https://app.robaws.com/api/v2."),
        Asked("api_key", "API key", "Of an “API only” user in Robaws.", secret=True),
        Asked("api_secret", "API secret", secret=True),
    )
    login: ClassVar[BrowserLogin | None] = None
    tells_country: ClassVar[bool] = False

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        base_url = str(settings.values.get("base_url") or "")
        if not base_url:
            raise WrongSetting("This connection has no base URL.", "It looks like https://app.robaws.com/api/v2.")
        key = KeyAndSecret(settings.secrets.get("api_key", ""), settings.secrets.get("api_secret", ""))
        retries = Retries() if patient else HURRIED
        self._transport = Transport(base_url, key, budget, RobawsDialect(), retries)
        self._clients = Clients(self._transport)
        self._made: Mapping[Resource, Collection] = {
            Resource.CUSTOMER: self._clients,
            Resource.CONTACT_PERSON: Contacts(self._transport),
        }

    def close(self) -> None:
        """Close the sockets."""
        self._transport.close()

    def collection(self, resource: Resource) -> Collection:
        """Clients or their contact persons."""
        return self._made[resource]

    def check(self) -> Checked:
        """Ask for the first page of one client. The sentence says the number of clients."""
        try:
            page = self._clients.fetch(PageRequest(number=0, size=1))
        except GarbledBody as error:
            raise WrongAddress(
                "What answers at this base URL is not the Robaws API (no JSON).",
                "It usually is https://app.robaws.com/api/v2.",
            ) from error
        if page.total is None:
            return Checked("Robaws answers and accepts the key.")
        return Checked(f"Robaws answers and accepts the key: {page.total:,} clients.")
