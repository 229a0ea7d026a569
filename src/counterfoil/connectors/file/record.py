"""A row of a file as a customer: its columns by name, and a first guess which column is which field."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from counterfoil.normalize.text import words

_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name", "company", "company name", "customer", "customer name", "client", "naam", "bedrijf",
        "bedrijfsnaam", "klant", "klantnaam", "nom", "societe", "raison sociale", "firma",
    ),
    "vat_number": (
        "vat", "vat number", "vat no", "btw", "btw nummer", "btwnummer", "tva", "numero tva", "ust id",
    ),
    "phone": ("phone", "tel", "telephone", "phone number", "telefoon", "telefoonnummer", "telefon"),
    "mobile": ("mobile", "gsm", "mobile phone", "cell", "portable", "handy"),
    "website": ("website", "web", "url", "site web", "webseite"),
    "email": ("email", "e mail", "mail", "email address", "emailadres", "courriel"),
    "billing_email": ("billing email", "invoice email", "factuur email", "email facturation"),
    "street": ("street", "address", "address 1", "address line 1", "adres", "straat", "adresse", "rue", "strasse"),
    "street2": ("street 2", "address 2", "address line 2"),
    "city": ("city", "town", "stad", "gemeente", "plaats", "ville", "localite", "stadt", "ort"),
    "postal_code": (
        "postal code", "zip", "zip code", "zipcode", "postcode", "code postal", "plz", "postnummer",
    ),
    "country": ("country", "land", "pays", "country code"),
    "upstream_role": ("role", "rol"),
    "status": ("status",),
    "language": ("language", "taal", "langue", "sprache"),
    "currency": ("currency", "munt", "devise", "wahrung"),
    "legal_form": ("legal form", "rechtsvorm", "forme juridique", "rechtsform"),
    "is_active": ("active", "is active", "actief", "actif", "aktiv"),
}  # fmt: skip


class FileReader:
    """Reads a row: a source is a column's exact name, or a dotted path into a JSON object."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def getter(self, source: str) -> Callable[[Mapping[str, Any]], Any]:
        """The column itself where there is one of that name, else each dotted step."""
        steps = source.split(".")

        def get(raw: Mapping[str, Any]) -> Any:
            if source in raw:
                return raw[source]
            value: Any = raw
            for step in steps:
                value = value.get(step) if isinstance(value, Mapping) else None
            return value

        return get

    def tidy(self, external_id: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """A file has no quirks to undo."""
        return raw

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """A file only knows rows that are there."""
        return False

    def others(self, raw: Mapping[str, Any], used: frozenset[str]) -> dict[str, Any]:
        """Every column that no field took and that is not empty."""
        return {key: value for key, value in raw.items() if key not in used and value not in (None, "")}


def guess(columns: Iterable[str]) -> dict[str, str]:
    """Which column is likely which field, by its name in four languages: field -> column."""
    found: dict[str, str] = {}
    plain = {" ".join(words(column)): column for column in columns}
    for field, names in _NAMES.items():
        for name in names:
            if name in plain:
                found[field] = plain[name]
                break
    if "name" not in found:
        ending = [column for text, column in plain.items() if text.endswith((" name", " naam"))]
        if ending:
            found["name"] = ending[0]
    return found
