"""The handler of each method and path below /books/v3, and the scope that it needs."""

from collections.abc import Callable
from typing import NamedTuple

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import (
    contact_persons,
    contact_writes,
    contacts,
    invoices,
    organizations,
    person_writes,
    webhook_settings,
)
from counterfoil_simulators.zoho_books.errors import ZohoApiError, invalid_url, method_not_allowed

type Handler = Callable[..., WireResponse]


class ZohoRoute(NamedTuple):
    """A path, its handler, and the scope that the token must have."""

    pattern: str
    handler: Handler
    scope: str
    method: str = "GET"


CONTACTS = "ZohoBooks.contacts"
ROUTES = (
    ZohoRoute("/organizations", organizations.list_organizations, "ZohoBooks.settings.READ"),
    ZohoRoute("/contacts", contacts.list_contacts, f"{CONTACTS}.READ"),
    ZohoRoute("/contacts", contact_writes.create_contact, f"{CONTACTS}.CREATE", "POST"),
    ZohoRoute("/contacts/contactpersons", contact_persons.list_persons, f"{CONTACTS}.READ"),
    ZohoRoute("/contacts/contactpersons", person_writes.create_person, f"{CONTACTS}.CREATE", "POST"),
    ZohoRoute("/contacts/contactpersons/{id}", person_writes.change_person, f"{CONTACTS}.UPDATE", "PUT"),
    ZohoRoute("/contacts/contactpersons/{id}", person_writes.delete_person, f"{CONTACTS}.DELETE", "DELETE"),
    ZohoRoute("/contacts/contactpersons/{id}/primary", person_writes.make_primary, f"{CONTACTS}.CREATE", "POST"),
    ZohoRoute("/contacts/{id}", contacts.read_contact, f"{CONTACTS}.READ"),
    ZohoRoute("/contacts/{id}", contact_writes.change_contact, f"{CONTACTS}.UPDATE", "PUT"),
    ZohoRoute("/contacts/{id}", contact_writes.delete_contact, f"{CONTACTS}.DELETE", "DELETE"),
    ZohoRoute("/contacts/{id}/active", contact_writes.mark_active, f"{CONTACTS}.CREATE", "POST"),
    ZohoRoute("/contacts/{id}/inactive", contact_writes.mark_inactive, f"{CONTACTS}.CREATE", "POST"),
    ZohoRoute("/contacts/{id}/contactpersons", contact_persons.list_persons_of_contact, f"{CONTACTS}.READ"),
    ZohoRoute("/contacts/{id}/contactpersons/{id}", contact_persons.read_person, f"{CONTACTS}.READ"),
    ZohoRoute("/invoices", invoices.list_invoices, "ZohoBooks.invoices.READ"),
    ZohoRoute("/invoices/{id}", invoices.read_invoice, "ZohoBooks.invoices.READ"),
    ZohoRoute("/settings/webhooks", webhook_settings.list_webhooks, "ZohoBooks.settings.READ"),
    ZohoRoute("/settings/webhooks", webhook_settings.create_webhook, "ZohoBooks.settings.CREATE", "POST"),
    ZohoRoute("/settings/webhooks/{id}", webhook_settings.read_webhook, "ZohoBooks.settings.READ"),
    ZohoRoute("/settings/webhooks/{id}", webhook_settings.delete_webhook, "ZohoBooks.settings.DELETE", "DELETE"),
)


def find_route(method: str, path: str) -> tuple[ZohoRoute, list[str]]:
    """Find the route of a request and the values in its path. Raises code 5, or code 37 for a wrong method."""
    steps = path.strip("/").split("/")
    pattern, found = "", list[str]()
    for route in ROUTES:
        parts = route.pattern.strip("/").split("/")
        pairs = list(zip(parts, steps, strict=False))
        if len(parts) == len(steps) and all(part in {step, "{id}"} for part, step in pairs):
            if pattern and route.pattern != pattern:
                break
            pattern, found = route.pattern, [step for part, step in pairs if part == "{id}"]
            if route.method == method:
                return route, found
    raise method_not_allowed() if pattern else invalid_url()


def name_route(method: str, path: str) -> str:
    """Return the name of a request in the statistics."""
    try:
        return f"{method} {find_route(method, path)[0].pattern}"
    except ZohoApiError:
        return "unknown"
