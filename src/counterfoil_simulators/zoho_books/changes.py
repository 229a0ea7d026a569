"""The functions that change records, set their times and queue webhooks (contract sections 0, 2, 4 and 6)."""

from collections.abc import Sequence
from decimal import Decimal

from counterfoil_simulators.zoho_books.events import notify_of_contact, notify_of_invoice
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Contact, Json, Person, SimulatedInvoice
from counterfoil_simulators.zoho_books.tenant import ZohoTenant


def now(tenant: ZohoTenant) -> int:
    """Return the time of a change; Zoho has no fractions of a second."""
    return int(tenant.clock.now())


def insert_contact(
    tenant: ZohoTenant, organization: SimulatedOrganization, body: Json, *, contact_id: str | None = None
) -> Contact:
    """Store a new contact, under the given id or the next one."""
    moment = now(tenant)
    contact = Contact(contact_id or organization.books.next_id(), body, moment, moment)
    organization.books.put_contact(contact)
    notify_of_contact(tenant, organization, contact, "created")
    return contact


def enter_contact(
    tenant: ZohoTenant, organization: SimulatedOrganization, body: Json, persons: Sequence[Json]
) -> Contact:
    """Store a new contact with its persons; one event reports all of it."""
    books, moment = organization.books, now(tenant)
    contact = Contact(books.next_id(), body, moment, moment)
    books.put_contact(contact)
    for person in persons:
        books.put_person(Person(books.next_id(), contact.id, person, moment))
    notify_of_contact(tenant, organization, contact, "created")
    return contact


def save_contact(
    tenant: ZohoTenant,
    organization: SimulatedOrganization,
    contact: Contact,
    fields: Json,
    persons: Sequence[Person] | None,
) -> Contact:
    """Store the changed fields of a contact; `persons`, unless None, replace those that it had."""
    books = organization.books
    before = books.persons_of(contact.id)
    after = before if persons is None else list(persons)
    same = contact.body | fields == contact.body and after == before
    if same and not tenant.switches.noop_write_touches:
        return contact
    left = {person.id for person in after}
    for person in before:
        if person.id not in left:
            books.remove_person(person.id)
    for person in after:
        books.put_person(person)
    return change_contact(tenant, organization, contact, fields)


def change_contact(
    tenant: ZohoTenant,
    organization: SimulatedOrganization,
    contact: Contact,
    fields: Json,
    *,
    modified: int | None = None,
) -> Contact:
    """Store new values of a contact, modified now or at the given time."""
    changed = contact._replace(body=contact.body | fields, modified=now(tenant) if modified is None else modified)
    organization.books.put_contact(changed)
    notify_of_contact(tenant, organization, changed, "edited")
    return changed


def remove_contact(tenant: ZohoTenant, organization: SimulatedOrganization, contact: Contact) -> None:
    """Delete a contact and its persons. Webhooks may report it; no list does."""
    notify_of_contact(tenant, organization, contact, "deleted")
    organization.books.remove_contact(contact.id)


def touch_contact(tenant: ZohoTenant, organization: SimulatedOrganization, contact_id: str) -> None:
    """Move the contact's `last_modified_time` after an edit of a person, where Zoho does so."""
    contact = organization.books.contacts.get(contact_id)
    if contact is not None and tenant.switches.person_edit_touches_contact:
        change_contact(tenant, organization, contact, {})


def merge_contacts(
    tenant: ZohoTenant, organization: SimulatedOrganization, survivor: Contact, victim: Contact
) -> None:
    """Move another contact's persons and invoices to `survivor` and delete it, mostly without an event."""
    books = organization.books
    has_primary = books.primary_of(survivor.id) is not None
    for person in books.persons_of(victim.id):
        body = person.body | {"is_primary_contact": person.is_primary and not has_primary}
        books.put_person(person._replace(contact_id=survivor.id, body=body))
    for invoice in books.invoices_of(victim.id):
        body = invoice.body | {"customer_name": survivor.name}
        change_invoice(tenant, organization, invoice._replace(customer_id=survivor.id), body)
    if tenant.switches.webhook_for_merged:
        notify_of_contact(tenant, organization, victim, "deleted")
    books.remove_contact(victim.id)
    change_contact(tenant, organization, survivor, {})


def insert_person(tenant: ZohoTenant, organization: SimulatedOrganization, contact: Contact, body: Json) -> Person:
    """Store a new person of a contact."""
    person = Person(organization.books.next_id(), contact.id, body, now(tenant))
    organization.books.put_person(person)
    touch_contact(tenant, organization, contact.id)
    return person


def change_person(tenant: ZohoTenant, organization: SimulatedOrganization, person: Person, fields: Json) -> Person:
    """Store new values of a person."""
    changed = person._replace(body=person.body | fields)
    if changed == person and not tenant.switches.noop_write_touches:
        return person
    organization.books.put_person(changed)
    touch_contact(tenant, organization, person.contact_id)
    return changed


def make_primary(tenant: ZohoTenant, organization: SimulatedOrganization, person: Person) -> None:
    """Make this person the only primary one of its contact."""
    for other in organization.books.persons_of(person.contact_id):
        fields = {"is_primary_contact": other.id == person.id}
        organization.books.put_person(other._replace(body=other.body | fields))
    touch_contact(tenant, organization, person.contact_id)


def remove_person(tenant: ZohoTenant, organization: SimulatedOrganization, person: Person) -> None:
    """Delete a person; if it was the primary one, the next person becomes primary."""
    organization.books.remove_person(person.id)
    left = organization.books.persons_of(person.contact_id)
    if person.is_primary and left:
        make_primary(tenant, organization, left[0])
    else:
        touch_contact(tenant, organization, person.contact_id)


def insert_invoice(
    tenant: ZohoTenant,
    organization: SimulatedOrganization,
    customer_id: str,
    body: Json,
    *,
    invoice_id: str | None = None,
) -> SimulatedInvoice:
    """Store a new invoice, with the next number unless it has one."""
    moment, books = now(tenant), organization.books
    number = {"invoice_number": f"INV-{len(books.invoices) + 1:06d}"}
    invoice = SimulatedInvoice(invoice_id or books.next_id(), customer_id, number | body, moment, moment)
    books.put_invoice(invoice)
    notify_of_invoice(tenant, organization, invoice, "created")
    return invoice


def change_invoice(
    tenant: ZohoTenant,
    organization: SimulatedOrganization,
    invoice: SimulatedInvoice,
    fields: Json,
    *,
    modified: int | None = None,
    silent: bool = False,
) -> SimulatedInvoice:
    """Store new values of an invoice, modified now or at the given time.

    Its customer's `last_modified_time` never moves.
    """
    changed = invoice._replace(body=invoice.body | fields, modified=now(tenant) if modified is None else modified)
    organization.books.put_invoice(changed)
    if not silent:
        notify_of_invoice(tenant, organization, changed, "edited")
    return changed


def remove_invoice(tenant: ZohoTenant, organization: SimulatedOrganization, invoice: SimulatedInvoice) -> None:
    notify_of_invoice(tenant, organization, invoice, "deleted")
    organization.books.remove_invoice(invoice.id)


def pay(
    tenant: ZohoTenant, organization: SimulatedOrganization, invoice: SimulatedInvoice, amount: Decimal
) -> SimulatedInvoice:
    """Record a payment of all or part of the balance."""
    balance = max(Decimal(0), invoice.balance - amount)
    fields = {
        "balance": balance,
        "status": "partially_paid" if balance else "paid",
        "last_payment_date": organization.today.isoformat(),
    }
    switches = tenant.switches
    modified = invoice.modified if switches.balances_move_silently else None
    silent = not switches.webhook_for_payments
    return change_invoice(tenant, organization, invoice, fields, modified=modified, silent=silent)
