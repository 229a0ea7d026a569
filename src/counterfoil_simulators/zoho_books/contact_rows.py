"""The two forms of a contact: a row of a list, and a single read (contract sections 2.1 and 2.2)."""

from collections.abc import Iterable

from counterfoil_simulators.zoho_books import zones
from counterfoil_simulators.zoho_books.amounts import render_amount
from counterfoil_simulators.zoho_books.organization import CURRENCY, PAYMENT_TERMS, SimulatedOrganization
from counterfoil_simulators.zoho_books.person_rows import person_in_contact
from counterfoil_simulators.zoho_books.records import Contact, Json, Person, to_money
from counterfoil_simulators.zoho_books.switches import ZohoSwitches, changing_values

GST_FIELDS = ("gst_no", "gst_treatment", "pan_no", "place_of_contact")
VAT_FIELDS = ("vat_reg_no", "tax_reg_no")
_NOTHING = to_money(0)


def list_row(contact: Contact, organization: SimulatedOrganization, switches: ZohoSwitches) -> Json:
    """Render a contact for a list: the primary person's fields flat, no `contact_persons`."""
    body = contact.body
    row: Json = {
        "contact_id": contact.id,
        "contact_name": contact.name,
        "customer_name": contact.name,
        "vendor_name": contact.name,
        "company_name": body["company_name"],
        "website": body["website"],
        "language_code": body["language_code"],
        "language_code_formatted": "",
        "contact_type": body["contact_type"],
        "contact_type_formatted": body["contact_type"].title(),
        "status": body["status"],
        "customer_sub_type": body["customer_sub_type"],
        "source": "api",
        "is_linked_with_zohocrm": False,
        **_terms(contact, organization),
        "twitter": "",
        "facebook": "",
        **_balances(contact, organization, switches),
        **_flat_person(contact, organization),
        "portal_status": body["portal_status"],
        "portal_status_formatted": body["portal_status"].title(),
        "track_1099": False,
        **_times(contact, organization),
        "created_time_formatted": zones.display(contact.created, organization.zone),
        "last_modified_time_formatted": zones.display(contact.modified, organization.zone),
        "custom_fields": [],
        "custom_field_hash": {},
        "contactperson_custom_fields": [],
        "tags": [],
        "ach_supported": False,
        "has_attachment": False,
    }
    return row | _gst(contact, organization) | _others(contact) | changing_values(switches)


def detail(contact: Contact, organization: SimulatedOrganization, switches: ZohoSwitches) -> Json:
    """Render a contact for a single read: with addresses, notes and all persons."""
    body, books = contact.body, organization.books
    primary = books.primary_of(contact.id)
    found: Json = {
        "contact_id": contact.id,
        "contact_name": contact.name,
        "company_name": body["company_name"],
        "contact_salutation": "" if primary is None else primary.body["salutation"],
        **_flat_person(contact, organization),
        "designation": "" if primary is None else primary.body["designation"],
        "department": "" if primary is None else primary.body["department"],
        "website": body["website"],
        "language_code": body["language_code"],
        "contact_type": body["contact_type"],
        "customer_sub_type": body["customer_sub_type"],
        "status": body["status"],
        "source": "api",
        "is_linked_with_zohocrm": False,
        "primary_contact_id": "" if primary is None else primary.id,
        **_terms(contact, organization),
        "currency_symbol": organization.profile.currency_symbol,
        "price_precision": 2,
        **_balances(contact, organization, switches),
        "credit_limit": render_amount(_NOTHING, switches.money),
        "payment_reminder_enabled": True,
        "is_sms_enabled": True,
        "portal_status": body["portal_status"],
        "track_1099": False,
        "owner_id": "",
        "pricebook_id": "",
        "billing_address": body["billing_address"],
        "shipping_address": body["shipping_address"],
        "addresses": [],
        **_persons(books.persons_of(contact.id), switches.persons_in_contact),
        "default_templates": {},
        "opening_balances": [],
        "customer_currency_summaries": [],
        "bank_accounts": [],
        "cards": [],
        "custom_fields": [],
        "custom_field_hash": {},
        "tags": [],
        "ach_supported": False,
        "notes": body["notes"],
        "created_by_id": organization.fixed_id(1),
        "last_modified_by_id": organization.fixed_id(1),
        **_times(contact, organization),
    }
    return found | _gst(contact, organization) | _others(contact)


def _persons(persons: Iterable[Person], answered: str) -> Json:
    if answered == "absent":
        return {}
    listed = [person_in_contact(person) for person in persons]
    return {"contact_persons": {"all": listed, "empty": [], "null": None}[answered]}


def _flat_person(contact: Contact, organization: SimulatedOrganization) -> Json:
    """Return the five fields of the primary person; empty texts when there is none."""
    primary = organization.books.primary_of(contact.id)
    fields = ("first_name", "last_name", "email", "phone", "mobile")
    return {name: "" if primary is None else primary.body[name] for name in fields}


def _terms(contact: Contact, organization: SimulatedOrganization) -> Json:
    days = contact.body["payment_terms"]
    return {
        "payment_terms": days,
        "payment_terms_id": organization.fixed_id(PAYMENT_TERMS + 2 * days),
        "payment_terms_label": contact.body["payment_terms_label"],
        "currency_id": organization.fixed_id(CURRENCY),
        "currency_code": contact.body["currency_code"],
    }


def _balances(contact: Contact, organization: SimulatedOrganization, switches: ZohoSwitches) -> Json:
    owed = render_amount(organization.books.outstanding(contact.id), switches.money)
    nothing = render_amount(_NOTHING, switches.money)
    return {
        "outstanding_receivable_amount": owed,
        "outstanding_receivable_amount_bcy": owed,
        "outstanding_payable_amount": nothing,
        "outstanding_payable_amount_bcy": nothing,
        "unused_credits_receivable_amount": nothing,
        "unused_credits_receivable_amount_bcy": nothing,
        "unused_credits_payable_amount": nothing,
        "unused_credits_payable_amount_bcy": nothing,
    }


def _times(contact: Contact, organization: SimulatedOrganization) -> Json:
    return {
        "created_time": organization.format_instant(contact.created),
        "last_modified_time": organization.format_instant(contact.modified),
    }


def _gst(contact: Contact, organization: SimulatedOrganization) -> Json:
    if not organization.profile.with_gst:
        return {}
    return {name: contact.body.get(name, "") for name in GST_FIELDS}


def _others(contact: Contact) -> Json:
    """Return fields that only some contacts have, such as custom ones."""
    names = ("custom_fields", "custom_field_hash", "tags", "is_linked_with_zohocrm", "source", *VAT_FIELDS)
    return {name: contact.body[name] for name in names if name in contact.body}
