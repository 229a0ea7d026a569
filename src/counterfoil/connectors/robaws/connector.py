"""Robaws behind the connector port."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec
import orjson

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.http.auth_and_errors import KeyAndSecret
from counterfoil.connectors.http.client import HURRIED, Retries, Transport, not_json
from counterfoil.connectors.login import Asked, BrowserLogin, Checked, Settings
from counterfoil.connectors.page import PageRequest, Resource
from counterfoil.connectors.port import Collection
from counterfoil.connectors.robaws.clients import Clients
from counterfoil.connectors.robaws.contacts import Contacts
from counterfoil.connectors.robaws.dialect import RobawsDialect
from counterfoil.connectors.robaws.webhooks import EVENTS, RobawsWebhooks
from counterfoil.connectors.webhook_port import Registration, Webhooks
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
    webhooks: ClassVar[Webhooks | None] = RobawsWebhooks()
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

    def register(self, url: str) -> Registration:
        """POST /webhook-endpoints (contract section 6). Only an admin's key may; the same address twice would be
        told everything twice."""
        asked = orjson.dumps({"url": url, "events": list(EVENTS)})
        return self._transport.post("webhook-endpoints", asked, _registration)

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


class _Endpoint(msgspec.Struct):
    id: str
    secret: str


def _registration(body: bytes) -> Registration:
    try:
        found = msgspec.json.decode(body, type=_Endpoint)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise not_json("Robaws") from None
    return Registration(found.id, found.secret)
