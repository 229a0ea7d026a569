"""Which function answers which method and path below /books/v3, and which scope it needs."""

from collections.abc import Callable
from typing import NamedTuple

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import (
    contact_persons,
    contact_writing,
    contacts,
    invoices,
    organizations,
    person_writing,
    webhook_settings,
)
from counterfoil_simulators.zoho_books.errors import ZohoApiError, invalid_url, method_not_allowed

type Handler = Callable[..., WireResponse]


class Route(NamedTuple):
    """What answers a path, and the scope that the token must have."""

    pattern: str
    handler: Handler
    scope: str
    method: str = "GET"


CONTACTS = "ZohoBooks.contacts"
ROUTES = (
    Route("/organizations", organizations.list_organizations, "ZohoBooks.settings.READ"),
    Route("/contacts", contacts.list_contacts, f"{CONTACTS}.READ"),
    Route("/contacts", contact_writing.create_contact, f"{CONTACTS}.CREATE", "POST"),
    Route("/contacts/contactpersons", contact_persons.list_persons, f"{CONTACTS}.READ"),
    Route("/contacts/contactpersons", person_writing.create_person, f"{CONTACTS}.CREATE", "POST"),
    Route("/contacts/contactpersons/{id}", person_writing.change_person, f"{CONTACTS}.UPDATE", "PUT"),
    Route("/contacts/contactpersons/{id}", person_writing.delete_person, f"{CONTACTS}.DELETE", "DELETE"),
    Route("/contacts/contactpersons/{id}/primary", person_writing.make_primary, f"{CONTACTS}.CREATE", "POST"),
    Route("/contacts/{id}", contacts.read_contact, f"{CONTACTS}.READ"),
    Route("/contacts/{id}", contact_writing.change_contact, f"{CONTACTS}.UPDATE", "PUT"),
    Route("/contacts/{id}", contact_writing.delete_contact, f"{CONTACTS}.DELETE", "DELETE"),
    Route("/contacts/{id}/active", contact_writing.mark_active, f"{CONTACTS}.CREATE", "POST"),
    Route("/contacts/{id}/inactive", contact_writing.mark_inactive, f"{CONTACTS}.CREATE", "POST"),
    Route("/contacts/{id}/contactpersons", contact_persons.list_persons_of_contact, f"{CONTACTS}.READ"),
    Route("/contacts/{id}/contactpersons/{id}", contact_persons.read_person, f"{CONTACTS}.READ"),
    Route("/invoices", invoices.list_invoices, "ZohoBooks.invoices.READ"),
    Route("/invoices/{id}", invoices.read_invoice, "ZohoBooks.invoices.READ"),
    Route("/settings/webhooks", webhook_settings.list_webhooks, "ZohoBooks.settings.READ"),
    Route("/settings/webhooks", webhook_settings.create_webhook, "ZohoBooks.settings.CREATE", "POST"),
    Route("/settings/webhooks/{id}", webhook_settings.read_webhook, "ZohoBooks.settings.READ"),
    Route("/settings/webhooks/{id}", webhook_settings.delete_webhook, "ZohoBooks.settings.DELETE", "DELETE"),
)


def find(method: str, path: str) -> tuple[Route, list[str]]:
    """The route of a request and the values in its path: code 5 where there is none, 37 for a wrong method."""
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


def name(method: str, path: str) -> str:
    """What the statistics call a request."""
    try:
        return f"{method} {find(method, path)[0].pattern}"
    except ZohoApiError:
        return "unknown"
