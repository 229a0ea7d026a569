"""All contacts, persons and invoices of an organisation, determined by seed, numbers and day."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from counterfoil_simulators.data import names
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.data.odd_names import odd_positions
from counterfoil_simulators.zoho_books.books import Content
from counterfoil_simulators.zoho_books.data.contact import ContactMaker, NewContact, billing_phone
from counterfoil_simulators.zoho_books.data.invoice import CASES, choose_age, make_invoice
from counterfoil_simulators.zoho_books.data.person import make_person
from counterfoil_simulators.zoho_books.organization import Profile
from counterfoil_simulators.zoho_books.records import Contact, Person, SimulatedInvoice

DAY = 86_400
YEARS = 3 * 365 * DAY
WITHOUT_PERSON = 0.3
INACTIVE = 0.08
UNLISTED = 0.015
"""Share of the invoices whose customer was deleted."""


class Size(NamedTuple):
    """The numbers of records of an organisation. Vendors are additional to the customers."""

    customers: int
    vendors: int
    persons: int
    invoices: int


def make_content(profile: Profile, size: Size, seed: int, newest: int) -> Content:
    """Make records of the three years before `newest`, a midnight in UTC, in Unix seconds."""
    maker = _Maker(profile, seed, newest)
    contacts = maker.contacts(size)
    persons = maker.persons(contacts, size.persons)
    customers = [made.record for made in contacts if made.record.is_customer]
    invoices = maker.invoices(customers, size.invoices)
    return Content([made.record for made in contacts], persons, invoices, maker.last_id)


class _DatedContact(NamedTuple):
    record: Contact
    invented: NewContact


class _Maker:
    """Makes records; all kinds share one sequence of ids, with gaps."""

    def __init__(self, profile: Profile, seed: int, newest: int) -> None:
        self._profile = profile
        self._seed = seed
        self._newest = newest
        self._zone = profile.zone
        self._ids = Dice(seed, 93)
        self.last_id = profile.first_id + 100_000

    def contacts(self, size: Size) -> list[_DatedContact]:
        """Make customers and vendors mixed, in the order of their creation."""
        dice, maker = Dice(self._seed, 94), ContactMaker(self._profile, Dice(self._seed, 95))
        count = size.customers + size.vendors
        kinds = ["customer"] * size.customers + ["vendor"] * size.vendors
        dice.shuffle(kinds)
        odd = odd_positions(count)
        made = []
        for position, kind in enumerate(kinds):
            contact_id = self._next_id()
            invented = maker.make(kind, str(int(contact_id) + 2), name=odd.get(position))
            created = self._newest - YEARS + (YEARS - DAY) * position // count
            modified = max(created, self._newest - 1 - int(dice.unit() ** 2 * YEARS))
            if dice.chance(INACTIVE) or position == count // 2 > 3:
                invented.body["status"] = "inactive"
            made.append(_DatedContact(Contact(contact_id, invented.body, created, modified), invented))
        return made

    def persons(self, contacts: list[_DatedContact], count: int) -> list[Person]:
        """Make no person for some contacts, one for most, and the rest at random."""
        dice = Dice(self._seed, 96)
        with_person = [made for made in contacts if not dice.chance(WITHOUT_PERSON)][:count]
        owners = with_person + [dice.pick(with_person) for _ in range(count - len(with_person)) if with_person]
        with_primary: set[str] = set()
        persons = []
        for record, invented in owners:
            body = make_person(invented.country, invented.domain, dice, primary=record.id not in with_primary)
            with_primary.add(record.id)
            persons.append(Person(self._next_id(), record.id, body, record.created))
        for record, invented in contacts:
            if record.id not in with_primary and dice.chance(0.5):
                record.body["billing_address"]["phone"] = billing_phone(invented.country, dice)
        return persons

    def invoices(self, customers: list[Contact], count: int) -> list[SimulatedInvoice]:
        """Make invoices in the order of their dates; twenty or more include every case of `CASES`."""
        dice = Dice(self._seed, 97)
        gone = self._unlisted(len(customers), dice)
        cases: list[str | None] = [*(CASES if count >= 2 * len(CASES) else ())]
        cases += [None] * (count - len(cases))
        planned = sorted((-choose_age(case, dice), position, case) for position, case in enumerate(cases))
        made = []
        for number, (minus_age, position, case) in enumerate(planned, start=1):
            unlisted = not customers or dice.chance(UNLISTED) or position == count - 1 >= 2 * len(CASES) - 1
            customer_id, name = dice.pick(gone) if unlisted else _named(dice.pick(customers))
            made.append(self._invoice(number, customer_id, name, case, -minus_age, dice))
        return made

    def _invoice(
        self, number: int, customer_id: str, name: str, case: str | None, age: int, dice: Dice
    ) -> SimulatedInvoice:
        today = datetime.fromtimestamp(self._newest, UTC).date()
        body, touched_after = make_invoice(case, age, today, dice)
        body |= {
            "invoice_number": f"INV-{number:06d}",
            "customer_name": name,
            "currency_code": self._profile.currency_code,
        }
        written = datetime.combine(today - timedelta(days=age), time(9), tzinfo=self._zone)
        created = min(int(written.timestamp()) + dice.below(8 * 3600), self._newest - 2)
        modified = min(created + touched_after * DAY + dice.below(3600), self._newest - 1)
        return SimulatedInvoice(self._next_id(), customer_id, body, created, modified)

    def _unlisted(self, customers: int, dice: Dice) -> list[tuple[str, str]]:
        """Make ids and names of deleted customers, which only invoices refer to."""
        naming = names.ENGLISH
        return [
            (self._next_id(), f"{dice.pick(naming.families)} (deleted)") for _ in range(max(1, customers // 100))
        ]

    def _next_id(self) -> str:
        self.last_id += 2 * self._ids.between(2, 20)
        return str(self.last_id)


def _named(customer: Contact) -> tuple[str, str]:
    return customer.id, customer.name
