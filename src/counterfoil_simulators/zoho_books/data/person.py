"""One invented contact person, with phones as people type them (contract section 3)."""

from counterfoil_simulators.data import names
from counterfoil_simulators.data.countries import Country
from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.data.online import make_domain
from counterfoil_simulators.data.phones import make_phone
from counterfoil_simulators.zoho_books.records import Json

_SALUTATIONS: Weighted[str] = Weighted([("", 60), ("Mr.", 18), ("Ms.", 12), ("Mrs.", 6), ("Dr", 4)])
_DESIGNATIONS: Weighted[str] = Weighted(
    [("", 55), ("Owner", 12), ("Accounts", 14), ("Purchasing", 10), ("CFO", 9)]
)


def make_person(country: Country, contact_domain: str, dice: Dice, *, primary: bool) -> Json:
    """Make a person of a contact in this country; some have no number, some a mobile only."""
    first, last = names.make_person_name(country.naming, dice)
    mailbox = make_domain(first).removesuffix(".example")
    return blank_person() | {
        "salutation": dice.weighted(_SALUTATIONS),
        "first_name": first,
        "last_name": last if dice.chance(0.93) else "",
        "email": f"{mailbox}@{contact_domain}" if dice.chance(0.8) else "",
        "phone": make_phone(country.code, dice, mobile=False) if dice.chance(0.6) else "",
        "mobile": make_phone(country.code, dice, mobile=True) if dice.chance(0.55) else "",
        "designation": dice.weighted(_DESIGNATIONS),
        "department": "Finance" if dice.chance(0.1) else "",
        "is_primary_contact": primary,
    }


def blank_person() -> Json:
    """Make a person with every field, all empty."""
    texts = ("salutation", "first_name", "last_name", "email", "phone", "mobile", "designation", "department")
    return dict.fromkeys(texts, "") | {"is_primary_contact": False}
