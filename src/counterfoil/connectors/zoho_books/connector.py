"""The connector class of Zoho Books."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.http.client import HURRIED, Retries
from counterfoil.connectors.login import BrowserLogin, CheckResult, ConnectField, Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import AllowanceNames, Collection
from counterfoil.connectors.webhook_port import WebhookReader
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.access import OAuthClient, ZohoAuth
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.contact_persons import ContactPersons
from counterfoil.connectors.zoho_books.contacts import ZohoContacts
from counterfoil.connectors.zoho_books.invoices import Invoices
from counterfoil.connectors.zoho_books.login import ZohoLogin
from counterfoil.connectors.zoho_books.oauth import DATA_CENTRES
from counterfoil.connectors.zoho_books.organizations import list_organizations
from counterfoil.connectors.zoho_books.settings import WINDOW_DAYS, read_organization, read_text, read_window_days
from counterfoil.connectors.zoho_books.webhooks import ZohoBooksWebhooks
from counterfoil.errors import InvalidSetting


class ZohoBooks:
    """One organisation: its customers, contact persons and invoices.

    Settings: `dc`, `organization`, `client_id`; optionally `accounts_url`, `api_url`, `window_days`. Secrets:
    `client_secret`, `refresh_token`. It needs `Settings.tokens`.
    """

    name: ClassVar[str] = "zoho_books"
    title: ClassVar[str] = "Zoho Books"
    limits: ClassVar[Limits] = Limits(rate=1.5, burst=5, daily_reserve=100)
    """At most 95 requests in any minute. Zoho grants an organisation 100, and blocks it for half an hour beyond
    that (contract section 5.1)."""
    collections: ClassVar[Mapping[Resource, type[Collection]]] = {
        Resource.CUSTOMER: ZohoContacts,
        Resource.CONTACT_PERSON: ContactPersons,
        Resource.INVOICE: Invoices,
    }
    webhooks: ClassVar[WebhookReader | None] = ZohoBooksWebhooks()
    connect_fields: ClassVar[Sequence[ConnectField]] = (
        ConnectField(
            "dc",
            "Data centre",
            "Where you log in.",
            choices=[(code, centre.label) for code, centre in DATA_CENTRES.items()],
        ),
        ConnectField("client_id", "Client id", "Of your client in Zoho's API console."),
        ConnectField("client_secret", "Client secret", secret=True, variable="COUNTERFOIL_ZOHO_CLIENT_SECRET"),
        ConnectField(
            "window_days",
            "Days of invoices to fetch",
            f"Unpaid ones are mirrored whatever their date. Default: {WINDOW_DAYS}.",
            required=False,
        ),
        ConnectField(
            "accounts_url",
            "Accounts server",
            "Instead of the data centre's own: https:// and a host.",
            required=False,
            advanced=True,
        ),
        ConnectField("api_url", "API", "Instead of the address that Zoho names.", required=False, advanced=True),
        ConnectField("organization", "Organisation", "Its id: digits, under Organisation profile in Zoho Books."),
        ConnectField(
            "refresh_token",
            "Refresh token",
            "Of this client, as made with a “Self Client”.",
            secret=True,
            variable="COUNTERFOIL_ZOHO_REFRESH_TOKEN",
        ),
    )
    login: ClassVar[BrowserLogin | None] = ZohoLogin()
    provides_country: ClassVar[bool] = True

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        if settings.tokens is None:
            raise TypeError("Zoho Books needs somewhere to keep its access token.")
        self._organization = read_organization(settings.values)
        client = OAuthClient.from_settings(settings)
        self._api = Api(
            ZohoAuth(client, settings.tokens),
            self._organization,
            budget,
            Retries() if patient else HURRIED,
            read_text(settings.values, "api_url"),
            plain_http=client.plain_http,
        )
        self._collections: Mapping[Resource, Collection] = {
            Resource.CUSTOMER: ZohoContacts(self._api),
            Resource.CONTACT_PERSON: ContactPersons(self._api),
            Resource.INVOICE: Invoices(self._api, read_window_days(settings.values)),
        }

    @classmethod
    def allowance_names(cls, settings: Settings) -> AllowanceNames:
        """Name the organisation, and the refresh token: what they are counted by (contract section 1)."""
        access = OAuthClient.from_settings(settings)
        tokens = (access.accounts_url, access.client_id, access.refresh_token) if access.refresh_token else ()
        return AllowanceNames((access.accounts_url, read_organization(settings.values)), tokens)

    def close(self) -> None:
        """Close the sockets."""
        self._api.close()

    def collection(self, resource: Resource) -> Collection:
        """Return customers, contact persons or invoices."""
        return self._collections[resource]

    def check(self) -> CheckResult:
        """GET /organizations. The sentence names the organisation.

        Raises InvalidSetting, naming the user's organisations, if it is not one of them.
        """
        found = list_organizations(self._api)
        for one in found:
            if one.id == self._organization:
                return CheckResult(f"Zoho Books answers: organisation {one.name}, id {one.id}.", one.country)
        names = ", ".join(f"{one.id} ({one.name})" for one in found)
        raise InvalidSetting(
            messages.NO_SUCH_ORGANISATION(organisation=self._organization),
            messages.ORGANISATIONS_ARE(organisations=names) if names else messages.NO_ORGANISATIONS(),
        )
