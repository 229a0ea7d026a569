"""Rows of a file as customers: their columns by name, and a guess which column is which field."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.normalize.empty_words import is_no_value
from counterfoil.normalize.text import is_blank, words

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
    """Reads a row. A source is a column's name, or a dotted path into a JSON object."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    only_in_detail: ClassVar[frozenset[str]] = frozenset()
    complete_keys: ClassVar[frozenset[str] | None] = None
    noise: ClassVar[frozenset[str]] = frozenset()
    silent: ClassVar[frozenset[str] | None] = None
    of_primary_person: ClassVar[frozenset[str]] = frozenset()
    has_empty_words: ClassVar[bool] = True

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by column. Objects inside a JSON line get dotted paths.

        What stands for nothing in any column, a blank too, is left out.
        """
        flat = {key: value for key, value in raw.items() if not is_nothing(value)}
        for key, value in raw.items():
            if isinstance(value, dict):
                del flat[key]
                for path, inner in self.flatten(external_id, value).items():
                    flat.setdefault(f"{key}.{path}", inner)
        return flat

    def digest(self, raw: Mapping[str, Any]) -> bytes:
        """Hash the whole row."""
        return canonical_hash(raw)

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """Return False: a file has no archive marker."""
        return False

    def label(self, path: str) -> str:
        """Return the column's name."""
        return path


def is_nothing(value: object) -> bool:
    """Tell whether a cell stands for nothing in any column: it is blank, or says `NULL`, "n/a", "-"."""
    return type(value) is str and (is_no_value(value) or is_blank(value))


def guess(columns: Iterable[str]) -> dict[str, str]:
    """Guess the column of each field by its name in four languages. Returns columns by field."""
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
