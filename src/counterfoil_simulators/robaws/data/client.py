"""One invented client in the shape of contract section 3."""

from collections import deque
from typing import Any

from counterfoil_simulators.clock import format_instant
from counterfoil_simulators.data import names, online, vat
from counterfoil_simulators.data.countries import COUNTRIES, Country
from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.data.phones import make_phone
from counterfoil_simulators.robaws.data.duplicates import Company, retype
from counterfoil_simulators.robaws.data.extra_fields import make_extra_fields

FIELDS = (
    *(
        "id",
        "name",
        "email",
        "invoiceEmail",
        "tel",
        "gsm",
        "vatIdNumber",
        "vatTariffId",
        "language",
        "currency",
    ),
    *("status", "website", "clientSince", "address", "invoiceAddress", "extraFields"),
    *("createdAt", "updatedAt", "archivedAt"),
)
"""The order of the keys in a client."""

EXACT_DUPLICATES = 0.008
NEAR_DUPLICATES = 0.017
PRIVATE_PERSONS = 0.05

_STATUSES: Weighted[str | None] = Weighted(
    [("actief", 60), ("Actief", 8), ("prospect", 12), ("website prospect", 6), ("inactief", 4), (None, 10)]
)
_VAT_STYLES: Weighted[str] = Weighted(
    [
        ("clean", 62),
        ("missing", 14),
        ("spaced", 8),
        ("dotted", 6),
        ("lower", 4),
        ("bare", 3),
        ("wrong", 2),
        ("words", 1),
    ]
)
_TARIFFS: Weighted[str | None] = Weighted([("4", 50), ("1", 12), ("2", 8), ("7", 10), (None, 20)])


class ClientMaker:
    """Makes clients in sequence; reuses some recent companies to make duplicates."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._recent: deque[Company] = deque(maxlen=300)
        self._names: set[str] = set()

    def make(self, number: int, role: str, created: float, updated: float) -> tuple[dict[str, Any], Country]:
        """Make a client with this id; `created` and `updated` are Unix seconds."""
        dice = self._dice
        company = self._company()
        code, at = company.country.code, online.make_domain(company.base)
        email = online.make_email(at, number, dice)
        client = {
            "id": str(number),
            "name": company.name,
            "email": email,
            "invoiceEmail": f"facturen@{at}" if dice.chance(0.35) else None,
            "tel": make_phone(code, dice, mobile=False) if dice.chance(0.75) else None,
            "gsm": make_phone(code, dice, mobile=True) if dice.chance(0.5) else None,
            "vatIdNumber": _vat_as_typed(company.vat, dice),
            "vatTariffId": dice.weighted(_TARIFFS),
            "language": dice.weighted(company.country.languages),
            "currency": dice.weighted(company.country.currencies),
            "status": dice.weighted(_STATUSES),
            "website": online.make_website(at, dice),
            "clientSince": format_instant(created)[:10] if dice.chance(0.4) else None,
            "address": address(company.country, company.city, company.postal_code, dice),
            "invoiceAddress": address(company.country, company.city, None, dice) if dice.chance(0.08) else None,
            "extraFields": make_extra_fields(role, company.form, number, dice),
            "createdAt": format_instant(created),
            "updatedAt": format_instant(updated),
            "archivedAt": None,
        }
        return client, company.country

    def _company(self) -> Company:
        dice = self._dice
        again = dice.unit()
        if self._recent and again < EXACT_DUPLICATES:
            return dice.pick(self._recent)
        if self._recent and again < EXACT_DUPLICATES + NEAR_DUPLICATES:
            return retype(dice.pick(self._recent), dice)
        country = dice.weighted(COUNTRIES)
        city, postal_code = dice.pick(country.cities)
        if dice.chance(PRIVATE_PERSONS):
            base, form, number = " ".join(names.make_person_name(country.naming, dice)), "", None
        else:
            form, number = dice.weighted(country.naming.forms), country.vat(dice)
            base = self._unused(country, city)
        company = Company(base, form, country, city, postal_code, number)
        self._recent.append(company)
        return company

    def _unused(self, country: Country, city: str) -> str:
        """Make a company name that is not used yet, so that all duplicates are intended."""
        for _ in range(6):
            base = names.make_company_name(country.naming, city, self._dice)
            if base not in self._names:
                break
        else:
            base = f"{base} {city} {len(self._names)}"
        self._names.add(base)
        return base


def address(country: Country, city: str, postal_code: str | None, dice: Dice) -> dict[str, Any]:
    """Make an address; the country is free text, with spellings that vary."""
    street = f"{dice.pick(country.streets)} {dice.between(1, 480)}" if dice.chance(0.93) else dice.pick((None, ""))
    return {
        "addressLine1": street,
        "addressLine2": dice.pick(("bus 3", "Hal B", "c/o magazijn", "2e verdieping"))
        if dice.chance(0.06)
        else None,
        "postalCode": postal_code,
        "city": city if dice.chance(0.97) else None,
        "country": dice.weighted(country.spellings),
        "latitude": 0 if dice.chance(0.8) else None,
        "longitude": 0,
    }


def _vat_as_typed(number: str | None, dice: Dice) -> str | None:
    if number is None:
        return None if dice.chance(0.9) else ""
    match dice.weighted(_VAT_STYLES):
        case "missing":
            written = None if dice.chance(0.8) else dice.pick(("", "n/a", "niet BTW-plichtig"))
        case "spaced":
            written = f"{number[:2]} {number[2:]}"
        case "dotted":
            written = f"{number[:2]} {number[2:6]}.{number[6:9]}.{number[9:]}"
        case "lower":
            written = number.lower()
        case "bare":
            written = number[2:]
        case "wrong":
            written = vat.break_check_digit(number, dice)
        case "words":
            written = f"BTW {number}"
        case _:
            written = number
    return written
