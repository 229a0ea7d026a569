"""The only ways in which records change: times move, webhooks are told (contract sections 0, 2, 4 and 6)."""

from collections.abc import Sequence
from decimal import Decimal

from counterfoil_simulators.zoho_books.events import tell_of_contact, tell_of_invoice
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Contact, Json, Person, SimulatedInvoice
from counterfoil_simulators.zoho_books.tenant import ZohoTenant


def now(tenant: ZohoTenant) -> int:
    """The moment that a change is dated: Zoho knows no fractions of a second."""
    return int(tenant.clock.now())


def insert_contact(
    tenant: ZohoTenant, organization: SimulatedOrganization, body: Json, *, contact_id: str | None = None
) -> Contact:
    """Keep a contact that was entered just now, under an id of choice or the next one."""
    moment = now(tenant)
    contact = Contact(contact_id or organization.books.next_id(), body, moment, moment)
    organization.books.put_contact(contact)
    tell_of_contact(tenant, organization, contact, "created")
    return contact


def enter_contact(
    tenant: ZohoTenant, organization: SimulatedOrganization, body: Json, persons: Sequence[Json]
) -> Contact:
    """Keep a contact that came with its persons; one event tells of it all."""
    books, moment = organization.books, now(tenant)
    contact = Contact(books.next_id(), body, moment, moment)
    books.put_contact(contact)
    for person in persons:
        books.put_person(Person(books.next_id(), contact.id, person, moment))
    tell_of_contact(tenant, organization, contact, "created")
    return contact


def save_contact(
    tenant: ZohoTenant,
    organization: SimulatedOrganization,
    contact: Contact,
    fields: Json,
    persons: Sequence[Person] | None,
) -> Contact:
    """Keep what a write changes of a contact, and `persons` in place of those that it had, unless None."""
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
    """Keep new values of a contact, dated now or as told."""
    changed = contact._replace(body=contact.body | fields, modified=now(tenant) if modified is None else modified)
    organization.books.put_contact(changed)
    tell_of_contact(tenant, organization, changed, "edited")
    return changed


def remove_contact(tenant: ZohoTenant, organization: SimulatedOrganization, contact: Contact) -> None:
    """Delete a contact and its persons; webhooks may be told, no list ever does."""
    tell_of_contact(tenant, organization, contact, "deleted")
    organization.books.remove_contact(contact.id)


def touch_contact(tenant: ZohoTenant, organization: SimulatedOrganization, contact_id: str) -> None:
    """Where Zoho does so, an edit of a person moves its contact's `last_modified_time`."""
    contact = organization.books.contacts.get(contact_id)
    if contact is not None and tenant.switches.person_edit_touches_contact:
        change_contact(tenant, organization, contact, {})


def merge_contacts(
    tenant: ZohoTenant, organization: SimulatedOrganization, survivor: Contact, victim: Contact
) -> None:
    """One contact takes over another's persons and invoices; the other vanishes, mostly without a trace."""
    books = organization.books
    has_primary = books.primary_of(survivor.id) is not None
    for person in books.persons_of(victim.id):
        body = person.body | {"is_primary_contact": person.is_primary and not has_primary}
        books.put_person(person._replace(contact_id=survivor.id, body=body))
    for invoice in books.invoices_of(victim.id):
        body = invoice.body | {"customer_name": survivor.name}
        change_invoice(tenant, organization, invoice._replace(customer_id=survivor.id), body)
    if tenant.switches.webhook_for_merged:
        tell_of_contact(tenant, organization, victim, "deleted")
    books.remove_contact(victim.id)
    change_contact(tenant, organization, survivor, {})


def insert_person(tenant: ZohoTenant, organization: SimulatedOrganization, contact: Contact, body: Json) -> Person:
    """Keep a person that was added to a contact just now."""
    person = Person(organization.books.next_id(), contact.id, body, now(tenant))
    organization.books.put_person(person)
    touch_contact(tenant, organization, contact.id)
    return person


def change_person(tenant: ZohoTenant, organization: SimulatedOrganization, person: Person, fields: Json) -> Person:
    """Keep new values of a person."""
    changed = person._replace(body=person.body | fields)
    if changed == person and not tenant.switches.noop_write_touches:
        return person
    organization.books.put_person(changed)
    touch_contact(tenant, organization, person.contact_id)
    return changed


def make_primary(tenant: ZohoTenant, organization: SimulatedOrganization, person: Person) -> None:
    """One person per contact is the primary one."""
    for other in organization.books.persons_of(person.contact_id):
        fields = {"is_primary_contact": other.id == person.id}
        organization.books.put_person(other._replace(body=other.body | fields))
    touch_contact(tenant, organization, person.contact_id)


def remove_person(tenant: ZohoTenant, organization: SimulatedOrganization, person: Person) -> None:
    """Delete a person; when it was the primary one, the next takes its place."""
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
    """Keep an invoice that was written just now; it gets the next number unless it brings one."""
    moment, books = now(tenant), organization.books
    number = {"invoice_number": f"INV-{len(books.invoices) + 1:06d}"}
    invoice = SimulatedInvoice(invoice_id or books.next_id(), customer_id, number | body, moment, moment)
    books.put_invoice(invoice)
    tell_of_invoice(tenant, organization, invoice, "created")
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
    """Keep new values of an invoice, dated now or as told; its customer's `last_modified_time` never moves."""
    changed = invoice._replace(body=invoice.body | fields, modified=now(tenant) if modified is None else modified)
    organization.books.put_invoice(changed)
    if not silent:
        tell_of_invoice(tenant, organization, changed, "edited")
    return changed


def remove_invoice(tenant: ZohoTenant, organization: SimulatedOrganization, invoice: SimulatedInvoice) -> None:
    """Delete an invoice."""
    tell_of_invoice(tenant, organization, invoice, "deleted")
    organization.books.remove_invoice(invoice.id)


def pay(
    tenant: ZohoTenant, organization: SimulatedOrganization, invoice: SimulatedInvoice, amount: Decimal
) -> SimulatedInvoice:
    """Take a payment: all or part of the balance."""
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
