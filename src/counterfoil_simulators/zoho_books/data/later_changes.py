"""Contacts, persons and invoices added later, and small changes that people make."""

from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.data.phones import PLANS, make_phone
from counterfoil_simulators.zoho_books.data import invoice as invoices
from counterfoil_simulators.zoho_books.data.contact import ContactMaker
from counterfoil_simulators.zoho_books.data.person import make_person
from counterfoil_simulators.zoho_books.data.places import PLACES
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Contact, Json


def new_contact(organization: SimulatedOrganization, kind: str, dice: Dice) -> Json:
    """Make a contact whose name is not in use."""
    books = organization.books
    names = {contact.name for contact in books.contacts.values()}
    maker = ContactMaker(organization.profile, dice)
    while True:
        body = maker.make(kind, books.next_id()).body
        if body["contact_name"] not in names:
            return body


def new_person(organization: SimulatedOrganization, contact: Contact, dice: Dice) -> Json:
    """Make one more person of a contact; the first is the primary one."""
    country = dice.weighted(PLACES[organization.profile.country_code])
    primary = organization.books.primary_of(contact.id) is None
    return make_person(country, "office.example", dice, primary=primary)


def new_invoice(organization: SimulatedOrganization, customer_name: str, dice: Dice) -> Json:
    """Make an invoice written and sent today."""
    body = invoices.make_invoice("sent", 0, organization.today, dice).body
    return body | {"customer_name": customer_name, "currency_code": organization.profile.currency_code}


def new_phone(organization: SimulatedOrganization, before: str, dice: Dice) -> str:
    """Make a number that differs from the present one."""
    code = organization.profile.country_code
    while (number := make_phone(code if code in PLANS else "BE", dice, mobile=False)) == before:
        pass
    return number
