"""Which columns of a file are which fields of a customer: one for each, except for names, streets and states."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from counterfoil.connectors.field_source import AND, NOT, OR, joined, paths, quoted
from counterfoil.connectors.file.column_names import Columns, Sample, table
from counterfoil.connectors.file.heading import ADDRESS, PLAIN, words_of
from counterfoil.normalize.text import words
from counterfoil.normalize.value import boolean, day, instant

_PLAIN_FIELDS = (
    "vat_number", "billing_email", "email", "mobile", "phone", "website", "legal_form", "vat_tariff", "gl_account",
    "language", "currency", "upstream_role", "status", "assignee", "external_sales_person", "whatsapp", "peppol",
)  # fmt: skip
_ADDRESSES = (PLAIN, "billing", "business", "visiting", "mailing", "home", "delivery", "other")
"""Which address of several is taken, all of its columns together: the one for invoices before that for goods."""
_READ_AS: Mapping[str, Callable[[str], bool]] = {
    "upstream_created_at": lambda value: instant(value) is not None,
    "follow_up_date": lambda value: day(value).value is not None,
}
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NUMBER = ("number",)
_NAME_ENDING = (" name", " naam", " nom")


def guess(columns: Iterable[str], sample: Sample = (), chosen: Mapping[str, str] = _NOTHING) -> dict[str, str]:
    """Guess where each field comes from, as `field_source` writes it, by the names of the columns.

    `sample` has the values of some rows, if they are at hand: of two columns that fit, one with values is taken.
    `chosen` are the sources that a person gave: no other field takes their columns, except the name.
    """
    taken = {column for source in chosen.values() for column in paths(source)}
    guessed = _guess(Columns(columns, table("customer"), sample))
    return {field: source for field, source in guessed.items() if field == "name" or not taken & {*paths(source)}}


def _guess(found: Columns) -> dict[str, str]:
    chosen: dict[str, str] = {}
    names = _names(found)
    if names:
        chosen["name"] = OR.join(names)
    used = {column for name in names for column in paths(name)}
    company = _company(found)
    if company and names and names[0] != quoted(company):
        chosen["company_name"] = quoted(company)
    chosen |= _address(found, used)
    for field in _PLAIN_FIELDS:
        column = found.pick(field, without=used)
        if column is not None:
            used.add(column)
            chosen[field] = quoted(column)
    if "email" not in chosen and "billing_email" in chosen:
        chosen["email"] = chosen.pop("billing_email")
    if "vat_number" in chosen:
        chosen["vat_number"] = _vat_number(found, chosen["vat_number"])
    chosen |= _active(found, used, chosen.get("status"))
    for field, can_be_read in _READ_AS.items():
        column = found.pick(field, without=used)
        values = found.values(column) if column else []
        if column and values and all(map(can_be_read, values)):
            chosen[field] = quoted(column)
    return chosen


def guess_id(columns: Iterable[str], sample: Sample = ()) -> str | None:
    """Return the column that most likely has a customer's id: where there is a sample, no value is there twice."""
    found = Columns(columns, table("customer"), sample)
    house_numbers = {found.follower(each.column) for each in found.candidates("street")}
    for candidate in found.candidates("external_id"):
        values = found.values(candidate.column)
        is_house_number = candidate.column in house_numbers and words_of(candidate.column) == _NUMBER
        if len(set(values)) == len(values) and (values or not sample) and not is_house_number:
            return candidate.column
    return None


def _names(found: Columns) -> list[str]:
    """Return the sources of the name: the system's own name of the customer, the company's, the person's."""
    sources = [_of_words(found, "customer_name"), _company(found)]
    names = [quoted(column) for column in dict.fromkeys(sources) if column] + _person(found)
    last = _of_words(found, "customer")
    values = found.values(last) if last else []
    if last and len(set(values)) * 2 >= len(values):  # else it says what kind of customer it is
        names.append(quoted(last))
    return list(dict.fromkeys(names)) or _named_so(found)


def _of_words(found: Columns, kind: str) -> str | None:
    """Return the best column of a kind that can hold names."""
    return next((each.column for each in found.candidates(kind) if _has_words(found, each.column)), None)


def _company(found: Columns) -> str | None:
    """Return the column of the company's name; not one that says the same in every row, as our own company."""
    for candidate in found.candidates("company"):
        values = found.values(candidate.column)
        is_ours = len(values) > 2 and len(set(values)) == 1 and len(found.candidates("full_name")) > 0
        if _has_words(found, candidate.column) and not is_ours:
            return candidate.column
    return None


def _has_words(found: Columns, column: str) -> bool:
    """Tell whether a column can hold names: numbers alone are ids, and yes and no are no names."""
    values = found.values(column)
    return not values or any(boolean(value) is None and not value.isnumeric() for value in values)


def _person(found: Columns) -> list[str]:
    """Return the sources of a person's name. A first name alone is none.

    "Naam", "Nom", "Name" beside a first name is the last name, unless the sample has the first name in it.
    """
    first, last = found.pick("first_name"), found.pick("last_name")
    whole = _of_words(found, "full_name")
    either = found.pick("name_or_first_name")
    if either and not first and last:
        first = either
    elif either and not whole:
        whole = either
    if first and whole and not last and len(words_of(whole)) == 1 and not _contains(found, whole, first):
        whole, last = None, whole
    parts = [column for column in (first, found.pick("middle_name"), found.pick("name_prefix"), last) if column]
    person = [joined(dict.fromkeys(parts))] if last else []
    return [*([quoted(whole)] if whole else []), *person]


def _contains(found: Columns, whole: str, part: str) -> bool:
    """Tell whether the values of one column are words of the other's in most rows that have both."""
    both = [(words(name), words(first)) for name, first in found.pairs(whole, part)]  # empty without a sample
    return sum(set(first) <= set(name) for name, first in both) * 2 > len(both)


def _named_so(found: Columns) -> list[str]:
    """Return a column that is called some name, as "Site name", where no other one is known."""
    for column in found.all:
        said = " ".join(words_of(column))
        if said.endswith(_NAME_ENDING) and not found.is_known(column) and not _OTHER_NAMES.search(said):
            return [quoted(column)]
    return []


_OTHER_NAMES = re.compile(
    r"\b(?:user|login|file|product|bank|owner|manager|domain|host|brand|nick|pet|program|group|list|campaign|rep|agent"
    r"|plan|item|field|column|gebruikers?|bestands?|utilisateur|fichier|by|supplier|vendor|leverancier|fournisseur"
    r"|warehouse|unit|tax|price|project|category|type|job|department|tag|folder|store|shop|template|street|city|state)\b"
)


def _address(found: Columns, used: set[str]) -> dict[str, str]:
    """Choose one address and take all of it: the postcode of another one would be false."""
    by_which: dict[str, dict[str, str]] = {which: {} for which in _ADDRESSES}
    filled: dict[str, int] = dict.fromkeys(_ADDRESSES, 0)
    has_second = any(found.has_second(kind) for kind in ("city", "postal_code"))
    for field in ADDRESS:
        for each in found.candidates(field, without=used):
            if field == "street2" and has_second and "2" in words_of(each.column):
                continue  # the street of a second address
            if field not in by_which[each.meaning.which]:
                by_which[each.meaning.which][field] = each.column
                filled[each.meaning.which] += each.filled
    which = _which_address(by_which, filled)
    address = dict(by_which[which])
    if "street" not in by_which[PLAIN]:
        address = {**by_which[PLAIN], **address}
    if "country" not in address:
        address |= next(({"country": each["country"]} for each in by_which.values() if "country" in each), {})
    used.update(address.values())
    chosen = {field: quoted(column) for field, column in address.items()}
    if "street" in address:
        chosen["street"] = joined(_street(found, address["street"], which, used))
    return chosen


def _which_address(by_which: Mapping[str, Mapping[str, str]], filled: Mapping[str, int]) -> str:
    """Return the first one that has a street and a place, else the first that has the most of both."""
    with_values = [which for which in _ADDRESSES if filled[which]] or _ADDRESSES

    def completeness(which: str) -> int:
        columns = by_which[which]
        return 2 * ("street" in columns) + ("city" in columns or "postal_code" in columns)

    return max(with_values, key=completeness)


def _street(found: Columns, street: str, which: str, used: set[str]) -> Iterable[str]:
    """Return the street's column with those of the house number and what is added to it."""
    parts = [street]
    number = found.pick("house_number", without=used, which=which)
    behind = found.follower(street)
    if number is None and behind and behind not in used and words_of(behind) == _NUMBER:
        number = behind
    if number is not None:
        used.add(number)
        addition = found.pick("house_addition", without=used, which=which)
        parts += [number] if addition is None else [number, addition]
        used.update(parts)
    return parts


def _vat_number(found: Columns, source: str) -> str:
    """Put the country's column before the number's, where numbers are written without their country."""
    country = found.pick("vat_country")
    (column,) = paths(source)
    if country is None or any(value[:1].isalpha() for value in found.values(column)):
        return source
    return AND.join((quoted(country), source))


def _active(found: Columns, used: set[str], status: str | None) -> dict[str, str]:
    """Return where it is said that a customer is no longer active: each of the columns alone can say so."""
    yes, no = found.pick("is_active", without=used), found.pick("inactive", without=used)
    sources = [
        *([quoted(yes)] if yes else []),
        *([f"{NOT}{quoted(no)}"] if no else []),
        *([status] if status else []),
    ]
    return {"is_active": OR.join(sources)} if sources else {}
