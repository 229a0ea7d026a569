"""The tables of one organisation: contacts, persons, invoices. One lock guards every organisation."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from counterfoil_simulators.zoho_books.records import Contact, Person, SimulatedInvoice


@dataclass(slots=True)
class Content:
    """The records to start with, each kind in order of ids; `last_id` is the highest id in use."""

    contacts: list[Contact]
    persons: list[Person]
    invoices: list[SimulatedInvoice]
    last_id: int


@dataclass(slots=True)
class Books:
    """The tables. All access holds `lock`; every change is made by a `put_*` or `remove_*` method."""

    lock: threading.RLock
    last_id: int = 0
    contacts: dict[str, Contact] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    invoices: dict[str, SimulatedInvoice] = field(default_factory=dict)
    listings: dict[object, list[str]] = field(default_factory=dict)
    """Cached lists, cleared by any change."""
    _persons_of: dict[str, list[str]] = field(default_factory=dict)
    _invoices_of: dict[str, set[str]] = field(default_factory=dict)

    def load(self, content: Content) -> None:
        """Start with these records."""
        for contact in content.contacts:
            self.put_contact(contact)
        for person in content.persons:
            self.put_person(person)
        for invoice in content.invoices:
            self.put_invoice(invoice)
        self.last_id = content.last_id

    def next_id(self) -> str:
        """Return a new id: all kinds of records share one sequence, with steps of 2."""
        self.last_id += 2
        return str(self.last_id)

    def put_contact(self, contact: Contact) -> None:
        """Insert or replace a contact."""
        self.contacts[contact.id] = contact
        self._changed(contact.id)

    def remove_contact(self, contact_id: str) -> None:
        """Delete a contact and its persons; its invoices stay and refer to a missing customer."""
        del self.contacts[contact_id]
        for person_id in self._persons_of.pop(contact_id, ()):
            del self.persons[person_id]
        self._changed()

    def put_person(self, person: Person) -> None:
        """Insert or replace a person, also under another contact."""
        before = self.persons.get(person.id)
        if before is not None and before.contact_id != person.contact_id:
            self._persons_of[before.contact_id].remove(person.id)
        self.persons[person.id] = person
        people = self._persons_of.setdefault(person.contact_id, [])
        if person.id not in people:
            people.append(person.id)
        self._changed(person.id)

    def remove_person(self, person_id: str) -> None:
        self._persons_of[self.persons.pop(person_id).contact_id].remove(person_id)
        self._changed()

    def put_invoice(self, invoice: SimulatedInvoice) -> None:
        """Insert or replace an invoice, also under another customer."""
        before = self.invoices.get(invoice.id)
        if before is not None:
            self._invoices_of[before.customer_id].discard(invoice.id)
        self.invoices[invoice.id] = invoice
        self._invoices_of.setdefault(invoice.customer_id, set()).add(invoice.id)
        self._changed(invoice.id)

    def remove_invoice(self, invoice_id: str) -> None:
        self._invoices_of[self.invoices.pop(invoice_id).customer_id].discard(invoice_id)
        self._changed()

    def persons_of(self, contact_id: str) -> list[Person]:
        """List the persons of a contact in the order in which they were added."""
        return [self.persons[person_id] for person_id in self._persons_of.get(contact_id, ())]

    def primary_of(self, contact_id: str) -> Person | None:
        """Return the person whose phone and e-mail address the contact shows as its own."""
        return next((person for person in self.persons_of(contact_id) if person.is_primary), None)

    def invoices_of(self, customer_id: str) -> Iterable[SimulatedInvoice]:
        """Return the invoices of a customer, in no order."""
        return [self.invoices[invoice_id] for invoice_id in self._invoices_of.get(customer_id, ())]

    def outstanding(self, customer_id: str) -> Decimal:
        """Add up the balances of a customer's invoices that were sent."""
        invoices = self.invoices_of(customer_id)
        return sum((one.balance for one in invoices if one.body["status"] in OPEN), Decimal(0))

    def _changed(self, record_id: str = "0") -> None:
        self.last_id = max(self.last_id, int(record_id))
        self.listings.clear()


OPEN = frozenset({"sent", "viewed", "partially_paid"})
"""The stored statuses of sent and unpaid invoices; shown as overdue after the due date."""
