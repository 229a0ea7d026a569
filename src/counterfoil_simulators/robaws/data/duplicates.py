"""Duplicates: the same company entered twice, exactly or typed differently (contract section 8.6)."""

from typing import NamedTuple
from unicodedata import combining, normalize

from counterfoil_simulators.data.countries import Country
from counterfoil_simulators.data.dice import Dice


class Company(NamedTuple):
    """The identity of a company, apart from the other fields of its record."""

    base: str
    form: str
    country: Country
    city: str
    postal_code: str | None
    vat: str | None

    @property
    def name(self) -> str:
        return f"{self.base} {self.form}" if self.form else self.base


_OTHER_FORM = {
    "BV": ("BVBA", "B.V.", "bv", ""),
    "BVBA": ("BV", "bvba", "SRL"),
    "NV": ("N.V.", "nv", ""),
    "SARL": ("Sarl", "S.A.R.L.", "SRL"),
    "SPRL": ("SRL", "sprl"),
    "GmbH": ("Gmbh", "GMBH", ""),
    "Ltd": ("Limited", "LTD", "Ltd."),
    "LLC": ("L.L.C.", "llc", ""),
}


def retype(original: Company, dice: Dice) -> Company:
    """Return the company with its name typed differently; sometimes without a VAT number."""
    base, form = original.base, original.form
    match dice.below(7):
        case 0:
            form = dice.pick(_OTHER_FORM.get(form, ("",)))
        case 1:
            base = without_accents(base)
        case 2:
            base = base.replace(" ", "  ", 1)
        case 3:
            base = base.upper()
        case 4:
            base = base.replace("&", "en") if "&" in base else base + "."
        case 5:
            base = base.replace(" ", "-", 1) if " " in base else base.lower()
        case _:
            base, form = without_accents(base).lower(), form.lower()
    number = original.vat if dice.chance(0.5) else None
    return original._replace(base=base, form=form, vat=number)


def without_accents(text: str) -> str:
    return "".join(character for character in normalize("NFD", text) if not combining(character))
