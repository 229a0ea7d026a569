"""Normalise VAT numbers to their country prefix and digits, and verify their check digits."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache

from stdnum import get_cc_module
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from counterfoil.normalize.country import country_name
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.spreadsheet_number import MARKS_OF_TEXT, SHORTENED, restore
from counterfoil.normalize.text import compatible
from counterfoil.normalize.vat_label import NOT_VAT, Labelled, labelled
from counterfoil.normalize.written_date import is_date

_LONGEST_TEXT = 120
_LONGEST_NUMBER = 20

_OF_COUNTRY = {"GR": "EL", "UK": "GB", "IM": "GB", "MC": "FR"}
"""Prefixes of countries whose VAT numbers do not begin with their ISO code."""

# Prefix -> where python-stdnum keeps its rule. XI is Northern Ireland, EU the one-stop shop for online sales.
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GB HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_RULES = {code: (code, "vat") for code in _MEMBERS.split()} | {
    "EL": ("GR", "vat"),
    "XI": ("GB", "vat"),
    "EU": ("EU", "oss"),
    "CH": ("CH", "uid"),
    "NO": ("NO", "orgnr"),
    "IN": ("IN", "gstin"),
}
_NAMES = {"EL": "Greece", "XI": "Northern Ireland", "EU": "the EU one-stop shop"}

_PREFIXES = frozenset([*_RULES, *_OF_COUNTRY])
_LEADING_ZEROS = {"IT": (8, 11), "FR": (10, 11)}
"""Least and usual number of digits where zeros may be missing and the check digits leave no doubt."""
_ANOTHER_NUMBER = Normalized(None, "another number, not a VAT number")

_BELGIAN = re.compile(r"(BE ?)?([01]?[0-9]{3})[ .]?([0-9]{3})[ .]?([0-9]{3})")
_TIDY = re.compile(r"([A-Z]{2}) ?([0-9][0-9A-Z]{5,13})")
"""A number as registers write it. `_TIDY_PREFIXES` lack prefixes that may begin a word, as "NO" or "CH"."""
_TIDY_PREFIXES = frozenset(
    [
        "AT",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "GB",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
_SEPARATORS = re.compile(r"[\s.:,;/()_°'\-‐-―−]+")
_SEVERAL = re.compile(r"[/;,|]|\s(?:OF|OU|OR|ODER|EN|ET|AND|UND)\s")
_WORDS = re.compile(
    r"(?:BTW|TVA|VAT|MWST|USTID|UST|TAX|P?IVA|NIF|CIF|KBO|BCE|ONDERNEMING|INTRACOMMUNAUTAIRE|INTRACOM|"
    r"GSTIN(?=\d|IN\d)|GST|NUMMER|NUMBER|NUMERO|NUM|NR|REG|ID|NO(?=[A-Z]{2}\d|\d{10}\Z)|N(?=[A-Z]{2}\d))*"
)
_WORDS_AFTER = re.compile(r"(?<=\d)(?:[\s,;(]+[A-Z][A-Z().,\s-]{2,}|MWST|TVA|IVA|TPV|MVA)\Z")


def vat(raw: str | None, country: str | None) -> Normalized:
    """Return a VAT number with its prefix, if its check digits match: "btw be 123.456.749" becomes "BE0123456749".

    A prefix in the text decides the country; without one, `country` does (ISO alpha-2, or None), so that a foreign
    number never becomes a Belgian one. Covers the EU, Switzerland, Norway, the United Kingdom and India (GSTIN);
    the prefix of Greece is EL. Only the form is verified (python-stdnum), not whether the number is in use.
    """
    if not raw:
        return EMPTY
    belgian = _BELGIAN.fullmatch(raw)
    if belgian and (belgian[1] or country == "BE"):
        digits = f"{belgian[2]}{belgian[3]}{belgian[4]}".zfill(10)
        if (int(digits[:8]) + int(digits[8:])) % 97 == 0 and digits != "0000000000":
            return Normalized("BE" + digits, None)
    tidy = _TIDY.fullmatch(raw)
    if tidy and tidy[1] in _TIDY_PREFIXES and (country != "FR" or tidy[1] == "FR"):
        outcome = _checked(tidy[1], tidy[2])
        if outcome.value:
            return outcome
    return _vat(raw[:_LONGEST_TEXT], country)


@lru_cache(maxsize=4096)
def _vat(raw: str, country: str | None) -> Normalized:
    text = compatible(raw).upper()
    if not text:
        return EMPTY
    if not any(c in "0123456789" for c in text):
        return Normalized(None, "no digits in it")
    text, shortened = restore(text.lstrip(MARKS_OF_TEXT))
    if shortened:
        return Normalized(None, SHORTENED)
    if is_date(text):
        return Normalized(None, "a date, not a VAT number")
    return _one_of(_readings(text, country.upper() if country and len(country) == 2 else None))


def _one_of(readings: Iterable[Normalized]) -> Normalized:
    """Return the only value of all readings, else why there is none."""
    outcomes = list(readings)
    values = sorted({outcome.value for outcome in outcomes if outcome.value})
    if len(values) > 1:
        return Normalized(None, f"may be {' or '.join(values)}")
    return Normalized(values[0], None) if values else outcomes[-1]


def _readings(text: str, home: str | None) -> Iterator[Normalized]:
    """Read a text as one number, without its words, and in parts."""
    whole = _number(text, home)
    parts = labelled(text, _PREFIXES)
    others = [part for part in parts if part.country != NOT_VAT]
    if len(others) < len(parts):
        whole = next((found for part in others if (found := _labelled_number(part, home)).value), _ANOTHER_NUMBER)
    elif len(parts) == 1:
        yield _labelled_number(parts[0], home)
    yield whole
    if whole.value is None and _SEVERAL.search(text) and len(others) == len(parts):
        parts_found = (_number(part, home) for part in _SEVERAL.split(text))
        yield next((found for found in parts_found if found.value), whole)


def _labelled_number(part: Labelled, home: str | None) -> Normalized:
    return _number(part.number, part.country or home)


def _number(text: str, home: str | None) -> Normalized:
    number = _SEPARATORS.sub("", _WORDS_AFTER.sub("", text.replace("N°", " ").strip()))
    number = number[_words_end(number) :]
    prefix = _OF_COUNTRY.get(number[:2], number[:2])
    own = _OF_COUNTRY.get(home, home) if home else None
    if prefix in _RULES:
        rest = number[2:]
        outcome = _checked(prefix, rest[_words_end(rest) :])
        if own in _RULES and own != prefix:
            # The two letters may belong to the number itself, as in France.
            return _one_of([found for found in (_checked(own, number), outcome) if found.value] or [outcome])
        return outcome
    of_own = _of_own_country(own, number) if own in _RULES else None
    if of_own is not None and of_own.value:
        return of_own
    if country_name(prefix):
        return Normalized(None, f"no VAT rules known for {prefix}")
    if own is None:
        return Normalized(None, "does not say of which country")
    return of_own or Normalized(None, f"no VAT rules known for {own}")


def _of_own_country(own: str, number: str) -> Normalized:
    """Check a number without prefix, which may lack what spreadsheets and people leave out: zeros, Austria's U."""
    if number.isdecimal() and number[0] != "0":
        if own == "AT" and len(number) == 8:
            return _checked(own, f"U{number}")
        shortest, length = _LEADING_ZEROS.get(own, (0, 0))
        if shortest <= len(number) < length:
            return _checked(own, number.zfill(length))
    return _checked(own, number)


def _words_end(number: str) -> int:
    found = _WORDS.match(number)
    return found.end() if found else 0


def _checked(prefix: str, number: str) -> Normalized:
    place = _NAMES.get(prefix) or country_name(prefix)
    if not (number.isascii() and number.isalnum() and len(number) <= _LONGEST_NUMBER):
        return Normalized(None, f"not written like a VAT number of {place}")
    try:
        return Normalized(_validated(prefix, number), None)
    except InvalidChecksum:
        return Normalized(None, "check digits do not match")
    except InvalidLength:
        return Normalized(None, f"wrong length for a VAT number of {place}")
    except ValidationError:
        return Normalized(None, f"not written like a VAT number of {place}")


def _validated(prefix: str, number: str) -> str:
    validate = _rule(prefix)
    if prefix == "CH":
        return validate(f"CHE{number.removeprefix('E')}")
    if prefix == "EU":
        return validate(f"EU{number}")
    return prefix + validate(number) + ("MVA" if prefix == "NO" else "")


@cache
def _rule(prefix: str) -> Callable[[str], str]:
    # The function of python-stdnum that returns the compact number or raises; loaded on first use.
    module = get_cc_module(*_RULES[prefix])
    if module is None:
        raise LookupError(f"python-stdnum has no rule {_RULES[prefix]}")
    return module.validate
