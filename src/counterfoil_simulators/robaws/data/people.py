"""Contacts of a client: `name` is the first name, `surname` the last (contract section 2.6)."""

from typing import Any

from counterfoil_simulators.data import names
from counterfoil_simulators.data.countries import Country
from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.data.online import make_domain
from counterfoil_simulators.data.phones import make_phone

SHARE_WITH_CONTACTS = 0.3

_FUNCTIONS: Weighted[str | None] = Weighted(
    [
        (None, 35),
        ("Zaakvoerder", 15),
        ("Sales", 12),
        ("Boekhouding", 10),
        ("Planning", 8),
        ("Manager", 10),
        ("Gérant", 5),
    ]
)
_TITLES: Weighted[str | None] = Weighted([(None, 60), ("Dhr.", 16), ("Mevr.", 12), ("Mr", 8), ("Mme", 4)])


def make_contacts(country: Country, client_domain: str, dice: Dice) -> list[dict[str, Any]]:
    """Make one to three contacts for about 30 % of the clients, else none. The caller adds ids and dates."""
    if not dice.chance(SHARE_WITH_CONTACTS):
        return []
    return [_contact(country, client_domain, dice) for _ in range(dice.between(1, 3))]


def _contact(country: Country, client_domain: str, dice: Dice) -> dict[str, Any]:
    first, last = names.make_person_name(country.naming, dice)
    mailbox = make_domain(first).removesuffix(".example")
    surname: str | None = last if dice.chance(0.92) else dice.pick((None, "", last.upper()))
    return {
        "title": dice.weighted(_TITLES),
        "name": first if dice.chance(0.96) else None,
        "surname": surname,
        "function": dice.weighted(_FUNCTIONS),
        "email": f"{mailbox}@{client_domain}" if dice.chance(0.75) else None,
        "tel": make_phone(country.code, dice, mobile=False) if dice.chance(0.3) else None,
        "gsm": make_phone(country.code, dice, mobile=True) if dice.chance(0.6) else None,
    }
