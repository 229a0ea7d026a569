"""The connector class of Robaws."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

import msgspec
import orjson

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.http import plain_http
from counterfoil.connectors.http.client import HURRIED, HttpClient, Request, Retries, not_json_error
from counterfoil.connectors.http.error_rules import KeyAndSecret
from counterfoil.connectors.login import BrowserLogin, CheckResult, ConnectField, Settings
from counterfoil.connectors.page import PageRequest, Resource
from counterfoil.connectors.port import AllowanceNames, Collection
from counterfoil.connectors.robaws import messages
from counterfoil.connectors.robaws.clients import Clients
from counterfoil.connectors.robaws.contacts import RobawsContacts
from counterfoil.connectors.robaws.error_rules import RobawsErrorRules
from counterfoil.connectors.robaws.webhooks import EVENTS, RobawsWebhooks
from counterfoil.connectors.webhook_port import Registration, WebhookReader
from counterfoil.errors import InvalidResponse, InvalidSetting, WrongAddress


class Robaws:
    """One tenant of Robaws.

    Settings: `base_url`. Secrets: `api_key`, `api_secret`.
    """

    name: ClassVar[str] = "robaws"
    title: ClassVar[str] = "Robaws"
    limits: ClassVar[Limits] = Limits(rate=12.0, burst=10, daily_reserve=500)
    """A little below what Robaws grants: 15 a second, bursts of 20 (contract section 4)."""
    collections: ClassVar[Mapping[Resource, type[Collection]]] = {
        Resource.CUSTOMER: Clients,
        Resource.CONTACT_PERSON: RobawsContacts,
    }
    webhooks: ClassVar[WebhookReader | None] = RobawsWebhooks()
    connect_fields: ClassVar[Sequence[ConnectField]] = (
        ConnectField("base_url", "Base URL", "The address of the API, as https://app.robaws.com/api/v2."),
        ConnectField("api_key", "API key", "Of an “API only” user in Robaws.", secret=True),
        ConnectField("api_secret", "API secret", secret=True, variable="COUNTERFOIL_API_SECRET"),
    )
    login: ClassVar[BrowserLogin | None] = None
    provides_country: ClassVar[bool] = False

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        base_url = str(settings.values.get("base_url") or "")
        if not base_url:
            raise InvalidSetting(messages.NO_BASE_URL(), messages.USUAL_URL())
        key = KeyAndSecret(settings.secrets.get("api_key", ""), settings.secrets.get("api_secret", ""))
        retries = Retries() if patient else HURRIED
        self._client = HttpClient(
            base_url, key, budget, RobawsErrorRules(), retries, plain_http=plain_http.is_allowed(settings.values)
        )
        self._clients = Clients(self._client)
        self._made: Mapping[Resource, Collection] = {
            Resource.CUSTOMER: self._clients,
            Resource.CONTACT_PERSON: RobawsContacts(self._client),
        }

    @classmethod
    def allowance_names(cls, settings: Settings) -> AllowanceNames:
        """Name the key: calls are counted by tenant, which only the key tells (contract section 4)."""
        base_url = str(settings.values.get("base_url") or "").strip().rstrip("/").lower()
        key = settings.secrets.get("api_key", "")
        return AllowanceNames(calls=(base_url, key)) if key else AllowanceNames()

    def close(self) -> None:
        """Close the sockets."""
        self._client.close()

    def collection(self, resource: Resource) -> Collection:
        """Return clients or contact persons."""
        return self._made[resource]

    def register(self, url: str) -> Registration:
        """POST /webhook-endpoints (contract section 6).

        Only an admin's key may. An address that is registered twice receives every event twice.
        """
        body = orjson.dumps({"url": url, "events": list(EVENTS)})
        request = Request("POST", "webhook-endpoints", body=body, headers={"Content-Type": "application/json"})
        return self._client.send(request, _registration, repeat=False).value

    def unregister(self, endpoint_id: str) -> None:
        """DELETE /webhook-endpoints/{id}: not documented, so whoever calls it is ready for any refusal."""
        request = Request("DELETE", f"webhook-endpoints/{quote(endpoint_id, safe='')}")
        self._client.send(request, lambda _: None, repeat=False)

    def check(self) -> CheckResult:
        """GET one client. The sentence says how many there are."""
        try:
            page = self._clients.fetch(PageRequest(number=0, size=1))
        except InvalidResponse as error:
            raise WrongAddress(
                messages.NO_JSON_API(),
                messages.USUAL_URL(),
            ) from error
        if page.total is None:
            return CheckResult("Robaws answers and accepts the key.")
        return CheckResult(f"Robaws answers and accepts the key: {page.total:,} clients.")


class _Endpoint(msgspec.Struct):
    id: str
    secret: str


def _registration(body: bytes) -> Registration:
    try:
        found = msgspec.json.decode(body, type=_Endpoint)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise not_json_error("Robaws") from None
    return Registration(found.id, found.secret)
