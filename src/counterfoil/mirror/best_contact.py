"""The phone number and the e-mail address to reach a customer by, and whose they are.

Which ones stand in the customer's columns `best_phone` and `best_email`; `ingest.customer_contacts` keeps them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from counterfoil.mirror.models import ContactPerson, Customer, State
from counterfoil.normalize.phone import phone

REACHABLE = (State.PRESENT, State.MISSING, State.LOCAL)
"""States of persons who count. One who is only missing may still be there; one who is archived or gone is not."""
_READ = ("external_id", "name", "is_primary", "mobile", "mobile_e164", "phone", "phone_e164", "email_normalized")


class BestContact(NamedTuple):
    """A number in E.164 or an address. `person` is None where it is the customer's own, called as `own`."""

    value: str
    person: ContactPerson | None
    own: str

    @property
    def whose(self) -> str:
        """Whose it is, in words."""
        if self.person is None:
            return self.own
        return f"{self.person}, the primary contact" if self.person.is_primary else str(self.person)


class BestContacts(NamedTuple):
    """How to reach a customer; None where there is no way."""

    phone: BestContact | None
    email: BestContact | None


def best_contacts(customer: Customer) -> BestContacts:
    """Name the owners of what the columns hold, with one query at most."""
    persons: list[ContactPerson] = []
    if customer.person_phone or customer.person_email:
        rows = ContactPerson.objects.filter(customer=customer, state__in=REACHABLE).only(*_READ)
        persons = sorted(rows, key=lambda person: (not person.is_primary, upstream_order(person.external_id)))
    region = customer.country_code
    by_phone = (
        (one, (number(one.mobile_e164, one.mobile, region), number(one.phone_e164, one.phone, region)))
        for one in persons
    )
    by_email = ((person, (person.email_normalized,)) for person in persons)
    return BestContacts(
        _owned(customer.best_phone, customer.person_phone, by_phone, "company number"),
        _owned(customer.best_email, customer.person_email, by_email, "company e-mail"),
    )


def number(e164: str | None, typed: str | None, region: str | None) -> str | None:
    """Return a person's number in E.164.

    One without a country code that is not valid in the connection's country is read as of the customer's country,
    `region`.
    """
    return e164 or phone(typed, region).value


def upstream_order(external_id: str | None) -> tuple[bool, int, str]:
    """Return what sorts persons by external id, in which 9 comes before 10."""
    number = external_id or ""
    if number.isascii() and number.isdigit():
        number = number.lstrip("0")
        return False, len(number), number
    return True, 0, number


def _owned(
    best: str | None,
    of_person: str | None,
    persons: Iterable[tuple[ContactPerson, Sequence[str | None]]],
    own: str,
) -> BestContact | None:
    if best is None:
        return None
    found = [(person, best in theirs) for person, theirs in persons] if of_person else []
    owner = next((person for person, has in found if has), None)
    if owner is None and found:  # an edit of the customer that its primary person will have
        owner = found[0][0]
    return BestContact(best, owner, own)
