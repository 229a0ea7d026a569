"""One invented contact, with values as people type them into Zoho Books (contract sections 2.1 and 2.2)."""

from typing import NamedTuple

from counterfoil_simulators.data import names
from counterfoil_simulators.data.countries import Country
from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.data.online import make_domain
from counterfoil_simulators.data.phones import make_phone
from counterfoil_simulators.zoho_books.data import gst
from counterfoil_simulators.zoho_books.data.places import COUNTRY_NAMES, PLACES, STATES
from counterfoil_simulators.zoho_books.organization import Profile
from counterfoil_simulators.zoho_books.records import Json

PRIVATE_PERSONS = 0.08

TERMS: Weighted[tuple[int, str]] = Weighted(
    [
        ((0, "Due on Receipt"), 30),
        ((15, "Net 15"), 18),
        ((30, "Net 30"), 30),
        ((30, "net 30"), 3),
        ((45, "Net 45"), 9),
        ((60, "Net 60"), 5),
        ((-3, "Due end of next month"), 5),
    ]
)


class NewContact(NamedTuple):
    """The values of a contact, with its country and mail domain."""

    body: Json
    country: Country
    domain: str


class ContactMaker:
    """Makes contacts in sequence; no name is used twice, as Zoho requires."""

    def __init__(self, profile: Profile, dice: Dice) -> None:
        self._profile = profile
        self._dice = dice
        self._names: set[str] = set()

    def make(self, kind: str, address_id: str, *, name: str | None = None) -> NewContact:
        """Make a customer or vendor, with the given name if there is one."""
        dice, profile = self._dice, self._profile
        country = dice.weighted(PLACES[profile.country_code])
        city, postal_code = dice.pick(country.cities)
        chosen, business = (name, True) if name is not None else self._name(country, city)
        self._names.add(chosen)
        days, label = dice.weighted(TERMS)
        body: Json = {
            "contact_name": chosen,
            "company_name": chosen if business and dice.chance(0.6) else "",
            "website": f"https://www.{make_domain(chosen)}" if dice.chance(0.3) else "",
            "language_code": "en" if dice.chance(0.3) else "",
            "contact_type": kind,
            "status": "active",
            "customer_sub_type": "business" if business else "individual",
            "payment_terms": days,
            "payment_terms_label": label,
            "currency_code": profile.currency_code,
            "portal_status": "enabled" if dice.chance(0.1) else "disabled",
            "billing_address": address(address_id, country, city, postal_code, dice),
            "shipping_address": blank_address(str(int(address_id) + 1)),
            "notes": "Call before noon." if dice.chance(0.1) else "",
            **(gst.fields(country.code, dice) if profile.with_gst else {}),
        }
        return NewContact(body, country, make_domain(chosen))

    def _name(self, country: Country, city: str) -> tuple[str, bool]:
        """Make a name that is not used yet; returns it and whether it is a company's."""
        dice = self._dice
        for _ in range(6):
            business = not dice.chance(PRIVATE_PERSONS)
            if business:
                base, form = (
                    names.make_company_name(country.naming, city, dice),
                    dice.weighted(country.naming.forms),
                )
                name = f"{base} {form}".strip()
            else:
                name = " ".join(names.make_person_name(country.naming, dice))
            if name not in self._names:
                return name, business
        return f"{name} {len(self._names)}", business


def address(address_id: str, country: Country, city: str, postal_code: str | None, dice: Dice) -> Json:
    """Make a billing address."""
    if dice.chance(0.2):
        return blank_address(address_id)
    return blank_address(address_id) | {
        "address": f"{dice.between(1, 480)} {dice.pick(country.streets)}",
        "street2": "Suite 4" if dice.chance(0.1) else "",
        "city": city,
        "state": STATES.get(city, ""),
        "state_code": STATES.get(city, "") if country.code == "US" else "",
        "zip": postal_code or "",
        "country": COUNTRY_NAMES[country.code],
        "country_code": country.code,
    }


def blank_address(address_id: str) -> Json:
    """Make an address with every field, all empty."""
    names_of_texts = (
        *("attention", "address", "street2", "city", "state_code", "state", "zip", "country", "county"),
        *("country_code", "phone", "fax", "latitude", "longitude"),
    )
    return {"address_id": address_id, **dict.fromkeys(names_of_texts, "")}


def billing_phone(country: Country, dice: Dice) -> str:
    """Make a phone number for the billing address of a contact without persons."""
    return make_phone(country.code, dice, mobile=False)
