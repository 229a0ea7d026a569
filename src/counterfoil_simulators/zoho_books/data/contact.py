"""One invented contact as people typed it into Zoho Books (contract sections 2.1 and 2.2)."""

from typing import NamedTuple

from counterfoil_simulators.data import names
from counterfoil_simulators.data.countries import Country
from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.data.online import domain
from counterfoil_simulators.data.phones import phone
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


class Invented(NamedTuple):
    """What was typed for a contact, and where it is at home."""

    body: Json
    country: Country
    domain: str


class ContactMaker:
    """Makes contacts one after the other; Zoho wants every name to be another."""

    def __init__(self, profile: Profile, dice: Dice) -> None:
        self._profile = profile
        self._dice = dice
        self._names: set[str] = set()

    def make(self, kind: str, address_id: str, *, name: str | None = None) -> Invented:
        """A customer or vendor, by an odd name if one is given."""
        dice, profile = self._dice, self._profile
        country = dice.weighted(PLACES[profile.country_code])
        city, postal_code = dice.pick(country.cities)
        chosen, business = (name, True) if name is not None else self._name(country, city)
        self._names.add(chosen)
        days, label = dice.weighted(TERMS)
        body: Json = {
            "contact_name": chosen,
            "company_name": chosen if business and dice.chance(0.6) else "",
            "website": f"https://www.{domain(chosen)}" if dice.chance(0.3) else "",
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
        return Invented(body, country, domain(chosen))

    def _name(self, country: Country, city: str) -> tuple[str, bool]:
        """A name nobody has yet, and whether it is a company's."""
        dice = self._dice
        for _ in range(6):
            business = not dice.chance(PRIVATE_PERSONS)
            if business:
                base, form = names.company(country.naming, city, dice), dice.weighted(country.naming.forms)
                name = f"{base} {form}".strip()
            else:
                name = " ".join(names.person(country.naming, dice))
            if name not in self._names:
                return name, business
        return f"{name} {len(self._names)}", business


def address(address_id: str, country: Country, city: str, postal_code: str | None, dice: Dice) -> Json:
    """A billing address; the phone is filled in for those who have no person."""
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
    """An address in which nothing was typed."""
    names_of_texts = (
        *("attention", "address", "street2", "city", "state_code", "state", "zip", "country", "county"),
        *("country_code", "phone", "fax", "latitude", "longitude"),
    )
    return {"address_id": address_id, **dict.fromkeys(names_of_texts, "")}


def billing_phone(country: Country, dice: Dice) -> str:
    """A phone number that stands nowhere but in the billing address."""
    return phone(country.code, dice, mobile=False)
