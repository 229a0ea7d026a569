"""The filters of a list of contacts (contract section 2.1). Unknown parameters are ignored."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from counterfoil_simulators.zoho_books.books import OPEN, Books
from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.invoice_rows import shown_status
from counterfoil_simulators.zoho_books.records import Contact
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.zones import parse_modified_time

FILTERS = (
    *("Status.All", "Status.Active", "Status.Inactive", "Status.Duplicate", "Status.PortalEnabled"),
    *("Status.PortalDisabled", "Status.CreditLimitExceed", "Status.Crm", "Invoice.OverDue", "Invoice.Unpaid"),
)
_BY_LOWER = {name.lower(): name for name in FILTERS}
_OF_CONTACT = ("contact_name", "company_name")
_OF_PERSON = ("first_name", "last_name", "email", "phone")
_VARIANTS = ("", "_startswith", "_contains")


class ContactCriteria(NamedTuple):
    """The filters of one list request, hashable so that they can be a cache key."""

    applied_filter: str
    kind: str | None
    modified_from: int | None
    texts: tuple[tuple[str, str, str], ...]
    """Field, variant, wanted text."""
    today: date
    """Decides which invoices are overdue."""


def parse(query: dict[str, str], switches: ZohoSwitches, today: date, *, ignore_modified: bool) -> ContactCriteria:
    """Parse the filters of a query. Raises 400 unless `last_modified_time` is a time."""
    modified_from = None
    if "last_modified_time" in query:
        modified_from = parse_modified_time(query["last_modified_time"])
    if ignore_modified or switches.contacts_ignore_last_modified_time:
        modified_from = None
    kind = query.get("contact_type") or None
    if kind not in {None, "customer", "vendor"}:
        raise invalid_value("contact_type")
    texts = tuple(
        (field, variant, query[field + variant].casefold())
        for field in (*_OF_CONTACT, *_OF_PERSON)
        for variant in _VARIANTS
        if query.get(field + variant)
    )
    return ContactCriteria(_filter(query, switches), kind, modified_from, texts, today)


def select(books: Books, criteria: ContactCriteria) -> list[Contact]:
    """Return the contacts that meet the criteria; `last_modified_time` is inclusive."""
    chosen: Iterable[Contact] = books.contacts.values()
    if criteria.kind is not None:
        chosen = [one for one in chosen if one.body["contact_type"] == criteria.kind]
    if criteria.modified_from is not None:
        chosen = [one for one in chosen if one.modified >= criteria.modified_from]
    chosen = [one for one in chosen if _passes(one, books, criteria)]
    return [one for one in chosen if all(_has(one, books, *wanted) for wanted in criteria.texts)]


def _filter(query: dict[str, str], switches: ZohoSwitches) -> str:
    name = query.get("filter_by", "")
    if not name or switches.filter_by == "ignored":
        return switches.default_filter
    filter_name = _BY_LOWER.get(name.lower())
    if filter_name is None:
        if switches.unknown_filter_by == "400":
            raise invalid_value("filter_by")
        return switches.default_filter
    return filter_name


def _passes(contact: Contact, books: Books, criteria: ContactCriteria) -> bool:
    match criteria.applied_filter:
        case "Status.All":
            return True
        case "Status.Active" | "Status.Inactive":
            return f"Status.{contact.body['status'].title()}" == criteria.applied_filter
        case "Status.PortalEnabled" | "Status.PortalDisabled":
            return f"Status.Portal{contact.body['portal_status'].title()}" == criteria.applied_filter
        case "Invoice.Unpaid":
            return any(one.body["status"] in OPEN for one in books.invoices_of(contact.id))
        case "Invoice.OverDue":
            invoices = books.invoices_of(contact.id)
            return any(shown_status(one, criteria.today) == "overdue" for one in invoices)
        case _:
            return False


def _has(contact: Contact, books: Books, field: str, variant: str, wanted: str) -> bool:
    """Return whether a field, of the contact or of its primary person, matches a text."""
    primary = books.primary_of(contact.id)
    body = contact.body if field in _OF_CONTACT else {} if primary is None else primary.body
    found = str(body.get(field, "")).casefold()
    match variant:
        case "_startswith":
            return found.startswith(wanted)
        case "_contains":
            return wanted in found
        case _:
            return found == wanted
