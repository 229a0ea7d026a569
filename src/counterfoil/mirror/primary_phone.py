"""The phone number to call a customer at, and whose number it is."""

from collections.abc import Sequence
from typing import NamedTuple

from counterfoil.mirror.models import ContactPerson, Customer, State
from counterfoil.normalize.primary_phone import Reachable
from counterfoil.normalize.primary_phone import primary_phone as chosen


class PrimaryPhone(NamedTuple):
    """A number in E.164. `person` is None where it is the customer's own."""

    number: str
    person: ContactPerson | None

    @property
    def whose(self) -> str:
        """Whose number it is, in words."""
        if self.person is None:
            return "company number"
        return f"{self.person}, the primary contact" if self.person.is_primary else str(self.person)


def for_customer(customer: Customer) -> PrimaryPhone | None:
    """Choose by `normalize.primary_phone`, with one query. Persons deleted upstream do not count."""
    there = ContactPerson.objects.filter(customer=customer).exclude(state=State.TOMBSTONE)
    read = ("external_id", "name", "is_primary", "mobile", "mobile_e164", "phone", "phone_e164")
    return for_customers(customer, list(there.only(*read)))


def for_customers(customer: Customer, persons: Sequence[ContactPerson]) -> PrimaryPhone | None:
    """Choose among these persons, in any order.

    A number without a country code that is not valid in the connection's country is read as one of the customer's.
    """
    ordered = sorted(persons, key=_upstream_order)
    reachable = [
        Reachable(p.mobile_e164 or p.mobile, p.phone_e164 or p.phone, bool(p.is_primary)) for p in ordered
    ]
    found = chosen(reachable, Reachable(customer.mobile_e164, customer.phone_e164), customer.country_code)
    return found and PrimaryPhone(found.number, None if found.person is None else ordered[found.person])


def _upstream_order(person: ContactPerson) -> tuple[bool, int, str]:
    """Sort by external id, in which 9 comes before 10."""
    number = person.external_id or ""
    if number.isascii() and number.isdigit():
        number = number.lstrip("0")
        return False, len(number), number
    return True, 0, number
