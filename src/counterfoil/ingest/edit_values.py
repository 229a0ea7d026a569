"""Values of edits: which fields can be edited, how typed text is read, when two values are the same. Pure."""

import html
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from counterfoil import messages
from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidInput
from counterfoil.mapping.fields import CUSTOMER_FIELDS, LABELS, PERSON_FIELDS, Field
from counterfoil.normalize.country import country
from counterfoil.normalize.email import email
from counterfoil.normalize.name import spelling_key
from counterfoil.normalize.phone import phone
from counterfoil.normalize.text import clean, fold
from counterfoil.normalize.value import boolean, day, text
from counterfoil.normalize.vat import vat
from counterfoil.normalize.website import website

EDITABLE = {
    field.name: field for field in CUSTOMER_FIELDS if field.name not in {"is_active", "upstream_created_at"}
}
"""The fields of a customer that can be typed, by name. Whether it is active has a command of its own."""
EDITABLE_OF: Mapping[str, Mapping[str, Field]] = {
    Resource.CUSTOMER: EDITABLE,
    Resource.CONTACT_PERSON: {
        field.name: field
        for field in PERSON_FIELDS
        if field.kind == "text" and field.name != "customer_external_id"
    },
}
"""The same for each resource with edits. Whose person it is, and who is the primary one, cannot be edited here."""
_KINDS = {field.name: field.kind for field in (*CUSTOMER_FIELDS, *PERSON_FIELDS)}
CONTACTS = ("email", "billing_email", "phone", "mobile")
"""Fields whose values are saved only on request where they cannot be right: nobody is reached by them."""
LONGEST = 1000
"""Characters of a value."""
LONGEST_BYTES = 2_000
"""Bytes of a value: every database can index so many, beside what else stands in the same index."""


def parse(field: str, typed: str, resource: str = Resource.CUSTOMER) -> Any:
    """Read typed text as the value of an edit, in JSON's own types; None for nothing.

    Raises InvalidInput, naming the field.
    """
    fields = EDITABLE_OF[resource]
    editable = fields.get(field)
    if editable is None:
        raise InvalidInput(f"“{field[:40]}” is not a field that can be edited.", f"Fields: {', '.join(fields)}.")
    value = text(typed) or None
    if value is None:
        if field == "name":
            raise InvalidInput(messages.ingest.NAME_MISSING(), messages.ingest.NAME_MISSING_ADVICE())
        return None
    if len(value) > LONGEST:
        raise InvalidInput(f"{editable.label} is longer than {LONGEST:,} characters.", "Shorten it.")
    if len(value.encode()) > LONGEST_BYTES:
        raise InvalidInput(f"{editable.label} is longer than {LONGEST_BYTES:,} bytes.", "Shorten it.")
    if editable.kind == "boolean":
        return _parsed(boolean(value), f"{editable.label} must be yes or no.")
    if editable.kind == "date":
        return _parsed(day(value).value, f"{editable.label} must be a date, like 2026-12-31.")
    return value.upper() if field == "upstream_role" else value


def _parsed(value: Any, problem: str) -> Any:
    if value is None:
        raise InvalidInput(problem)
    return value


def column_value(field: str, value: Any) -> Any:
    """Convert an edit's value to the type of its column."""
    if _KINDS[field] == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return "" if field == "name" and value is None else value


type Alike = Callable[[Any, Any], bool]
"""Tells whether two values of a field are the same, in the sense of the function that built it."""


def likeness(field: str, region: str) -> Alike:
    """Build the test whether one value of a field may be a tidier spelling of the other.

    What stands beside a value ("0475 12 34 56 (Jan)") may be missing in the other: upstreams drop it. `region` is
    the country of numbers without a country code.
    """
    normalize = _NORMALIZERS.get(field)

    def alike(one: Any, other: Any) -> bool:
        if not isinstance(one, str) or not isinstance(other, str):
            return bool(one == other)
        if clean(one).casefold() == clean(other).casefold():
            return True
        if normalize is None:
            return False
        form, other_form = normalize(one, region), normalize(other, region)
        if form is None and other_form is None and field in _NUMBERS:
            return bool(_signs(one)) and _signs(one) == _signs(other)
        return form is not None and form == other_form

    return alike


def sameness(field: str, region: str) -> Alike:
    """Build the test whether two values of a field are one value in two spellings, so that neither says more.

    `region` is the country of numbers without a country code.
    """
    alike = likeness(field, region)
    says_one = _SAYS_ONE.get(field, _says_anything)

    def same(one: Any, other: Any) -> bool:
        if not alike(one, other):
            return False
        texts = [clean(value).casefold() for value in (one, other) if isinstance(value, str)]
        ends = {_signs(text)[-_LAST_DIGITS:] for text in texts} if field in _PHONES else ()
        return len(set(texts)) < 2 or (len(ends) < 2 and all(says_one(text) for text in texts))

    return same


def likely_echo(field: str, region: str) -> Alike:
    """Build the test whether a value is what an upstream may have made of the one it was sent (the first).

    It was tidied, escaped for HTML, stripped of accents and signs, or cut off.
    """
    alike = likeness(field, region)

    def made_of(sent: Any, kept: Any) -> bool:
        if not isinstance(sent, str) or not isinstance(kept, str):
            return bool(sent == kept)
        start = _signs(fold(html.unescape(kept)))
        whole = (_signs(fold(sent)), _signs(fold(html.escape(sent))))
        return alike(sent, kept) or (bool(start) and any(text.startswith(start) for text in whole))

    return made_of


def label(field: str) -> str:
    """Return the label that people read for a field; an unknown field is its own label."""
    return LABELS.get(field, field)


def _signs(value: str) -> str:
    return "".join(sign for sign in clean(value).casefold() if sign.isalnum())


def _bare_website(value: str) -> str | None:
    """Return a website without what any browser adds by itself."""
    address = website(value).value
    return address and address.partition("://")[2].removeprefix("www.")


def _says_anything(_: str) -> bool:
    return True


def _says_one_phone(text: str) -> bool:
    """Tell whether a text is one number, without an extension or a word beside it."""
    longest = 15  # digits of a number (E.164), also with the zeros of a trunk or a country
    return not any(sign.isalpha() or sign in "#;," for sign in text) and len(_signs(text)) <= longest


def _says_one_word(text: str) -> bool:
    return not any(sign in " ,;|<>" for sign in text)


def _says_one_vat_number(text: str) -> bool:
    longest = 14  # letters and digits, with the prefix
    return len(_signs(_VAT_WORDS.sub("", text))) <= longest


_VAT_WORDS = re.compile(r"\b(?:btw|tva|vat|mwst|ust|iva)\b")

_SAYS_ONE: dict[str, Callable[[str], bool]] = {
    "phone": _says_one_phone,
    "mobile": _says_one_phone,
    "email": _says_one_word,
    "billing_email": _says_one_word,
    "website": _says_one_word,
    "vat_number": _says_one_vat_number,
}
"""Whether a text holds nothing besides the value of which `_NORMALIZERS` makes the normal form."""

_PHONES = frozenset({"phone", "mobile"})
_LAST_DIGITS = 6
"""Digits at the end of a phone number that are the same in every spelling; "78/79" is a range of two."""

_NUMBERS = _PHONES | {"vat_number"}
"""Fields whose values are compared by letters and digits where neither has a normal form."""

_NORMALIZERS: dict[str, Callable[[str, str], str | None]] = {
    "name": lambda value, _: spelling_key(value),
    "legal_form": lambda value, _: spelling_key(value),
    "phone": lambda value, region: phone(value, region).value,
    "mobile": lambda value, region: phone(value, region).value,
    "vat_number": lambda value, region: vat(value, region).value,
    "email": lambda value, _: email(value).value,
    "billing_email": lambda value, _: email(value).value,
    "website": lambda value, _: _bare_website(value),
    "country": lambda value, _: country(value).value,
    "postal_code": lambda value, _: _signs(value) or None,
}
