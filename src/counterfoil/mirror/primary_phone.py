"""The number to call a customer at, and whose it is, from the rows that are here."""

from collections.abc import Sequence
from typing import NamedTuple

from counterfoil.mirror.models import ContactPerson, Customer, State
from counterfoil.normalize.primary_phone import Reachable
from counterfoil.normalize.primary_phone import primary_phone as chosen


class PrimaryPhone(NamedTuple):
    """In E.164. `person` is None where it is the customer's own."""

    number: str
    person: ContactPerson | None

    @property
    def whose(self) -> str:
        """In words."""
        if self.person is None:
            return "company number"
        return f"{self.person}, the primary contact" if self.person.is_primary else str(self.person)


def for_customer(customer: Customer) -> PrimaryPhone | None:
    """By `normalize.primary_phone`, by one query. Persons who are gone upstream do not count."""
    there = ContactPerson.objects.filter(customer=customer).exclude(state=State.TOMBSTONE)
    read = ("external_id", "name", "is_primary", "mobile", "mobile_e164", "phone", "phone_e164")
    return for_customers(customer, list(there.only(*read)))


def for_customers(customer: Customer, persons: Sequence[ContactPerson]) -> PrimaryPhone | None:
    """The same among these persons, in whatever order they come. What was typed without a country and is no
    number in that of the connection, is read as from the customer's."""
    ordered = sorted(persons, key=_numbered)
    reachable = [
        Reachable(p.mobile_e164 or p.mobile, p.phone_e164 or p.phone, bool(p.is_primary)) for p in ordered
    ]
    found = chosen(reachable, Reachable(customer.mobile_e164, customer.phone_e164), customer.country_code)
    return found and PrimaryPhone(found.number, None if found.person is None else ordered[found.person])


def _numbered(person: ContactPerson) -> tuple[bool, int, str]:
    """The order in which the upstream numbers them: 9 comes before 10."""
    told = person.external_id or ""
    if told.isascii() and told.isdigit():
        number = told.lstrip("0")
        return False, len(number), number
    return True, 0, told
