"""Zoho Books behind the connector port: customers, their contact persons, invoices of one organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import msgspec

from counterfoil.connectors.contract import Asked, Budget, Collection, Limits, Resource, Settings
from counterfoil.connectors.transport import HURRIED, Retries, not_json
from counterfoil.connectors.webhooks import Webhooks
from counterfoil.connectors.zoho_books.access import Access, Client
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.contact_persons import ContactPersons
from counterfoil.connectors.zoho_books.contacts import Contacts
from counterfoil.connectors.zoho_books.invoices import WINDOW_DAYS, Invoices
from counterfoil.connectors.zoho_books.oauth import DATA_CENTRES, DataCentre
from counterfoil.connectors.zoho_books.webhooks import ZohoBooksWebhooks
from counterfoil.errors import GarbledBody, WrongAddress, WrongSetting

LONGEST_WINDOW = 36_500
"""Days: a hundred years, which is all there is."""


class ZohoBooks:
    """One organisation. `settings.values`: dc, organization, client_id and, where they are not the usual ones,
    accounts_url, api_url, window_days; `settings.secrets`: client_secret, refresh_token; `settings.tokens`."""

    name: ClassVar[str] = "zoho_books"
    title: ClassVar[str] = "Zoho Books"
    limits: ClassVar[Limits] = Limits(rate=1.5, burst=5, daily_reserve=100)
    """Never more than 95 requests in any minute: Zoho grants an organisation 100, and blocks it for half an hour
    when there are more (contract section 5.1)."""
    collections: ClassVar[Mapping[Resource, type[Collection]]] = {
        Resource.CUSTOMER: Contacts,
        Resource.CONTACT_PERSON: ContactPersons,
        Resource.INVOICE: Invoices,
    }
    webhooks: ClassVar[Webhooks | None] = ZohoBooksWebhooks()
    asks: ClassVar[Sequence[Asked]] = (
        Asked("dc", "Data centre", f"Where you log in: one of {', '.join(DATA_CENTRES)}."),
        Asked("organization", "Organisation", "Its id: digits, under Organisation profile in Zoho Books."),
        Asked("client_id", "Client id", "Of a “self client” in Zoho's API console."),
        Asked("client_secret", "Client secret", secret=True),
        Asked("refresh_token", "Refresh token", "Made for the client in Zoho's API console.", secret=True),
        Asked(
            "window_days",
            "Invoices of the last days",
            f"Unpaid ones are mirrored whatever their date. Usual: {WINDOW_DAYS}.",
            required=False,
        ),
    )

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        if settings.tokens is None:
            raise TypeError("Zoho Books needs somewhere to keep its access token.")
        self._organization = _organization(settings.values)
        centre = _data_centre(settings.values)
        client = Client(
            accounts_url=centre.accounts_url,
            client_id=_text(settings.values, "client_id"),
            client_secret=settings.secrets.get("client_secret", ""),
            refresh_token=settings.secrets.get("refresh_token", ""),
            api_url=centre.api_url,
        )
        access = Access(client, settings.tokens)
        retries = Retries() if patient else HURRIED
        self._api = Api(access, self._organization, budget, retries, _text(settings.values, "api_url"))
        self._made: Mapping[Resource, Collection] = {
            Resource.CUSTOMER: Contacts(self._api),
            Resource.CONTACT_PERSON: ContactPersons(self._api),
            Resource.INVOICE: Invoices(self._api, _window_days(settings.values)),
        }

    def close(self) -> None:
        """Close the sockets."""
        self._api.close()

    def collection(self, resource: Resource) -> Collection:
        """Customers, contact persons or invoices."""
        return self._made[resource]

    def check(self) -> str:
        """GET /organizations. Returns a sentence with the organisation's name; raises WrongSetting with those that
        there are where it is not among them."""
        try:
            found = self._api.get("organizations", {}, _organizations, of_organization=False).value
        except GarbledBody as error:
            raise WrongAddress(
                "What answers at this address is not the Zoho Books API (no JSON).", "Check --api-url."
            ) from error
        for organization in found:
            if organization.id == self._organization:
                return f"Zoho Books answers: organisation {organization.name}, id {organization.id}."
        there = ", ".join(f"{organization.id} ({organization.name})" for organization in found) or "none"
        raise WrongSetting(
            f"This Zoho user has no organisation {self._organization}: wrong organisation or data centre.",
            f"Its organisations are: {there}.",
        )


class _Organization(msgspec.Struct):
    organization_id: str | int = ""
    name: str = ""

    @property
    def id(self) -> str:
        return str(self.organization_id)


class _Organizations(msgspec.Struct):
    organizations: list[_Organization]


def _organizations(body: bytes) -> list[_Organization]:
    try:
        return msgspec.json.decode(body, type=_Organizations).organizations
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise not_json("Zoho Books") from None


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return "" if value is None else str(value).strip()


def _data_centre(values: Mapping[str, Any]) -> DataCentre:
    """The one that is named, or none of Zoho's where the address of its accounts server is given."""
    code, accounts_url = _text(values, "dc").lower(), _text(values, "accounts_url").rstrip("/")
    if code not in DATA_CENTRES and (code or not accounts_url):
        raise WrongSetting(
            f"{code[:20]!r} is not a data centre of Zoho Books." if code else "It is not said which data centre.",
            f"Give one of {', '.join(DATA_CENTRES)}: the one that you log in at.",
        )
    known = DATA_CENTRES.get(code, DataCentre("", ""))
    return replace(known, accounts_url=accounts_url) if accounts_url else known


def _organization(values: Mapping[str, Any]) -> str:
    organization = _text(values, "organization")
    if not (organization.isascii() and organization.isdigit()):
        raise WrongSetting(
            "The organisation is told by its id, which is digits alone.",
            "Zoho Books shows it under Organisation profile.",
        )
    return organization


def _window_days(values: Mapping[str, Any]) -> int:
    text = _text(values, "window_days") or str(WINDOW_DAYS)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LONGEST_WINDOW):
        raise WrongSetting(
            f"{text[:20]!r} is not a number of days.", f"Give 1 to {LONGEST_WINDOW:,}; usual: {WINDOW_DAYS}."
        )
    return int(text)
