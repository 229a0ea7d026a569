"""Words beside a VAT number: labels, some of which name a country, places and court registers. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from counterfoil.normalize.text import fold

NOT_VAT = "-"
"""The country of a label that stands before another kind of number."""

_OF_COUNTRY = {
    "BE": "rpr rpm kbo bce ondernemingsnr ondernemingsnummer entreprise",
    "DK": "cvr",
    "PL": "nip",
    "IT": "partita piva",
    "PT": "nipc",
    "HR": "oib",
    "RO": "cui",
    "EL": "afm",
    "HU": "adoszam",
    NOT_VAT: "kvk siren siret hrb hra steuernummer stnr st iban bic tel telefoon phone gsm fax duns",
}
_SAID = {word: country for country, words in _OF_COUNTRY.items() for word in words.split()}
_VAT_WORDS = frozenset(
    ["btw", "cif", "dic", "iva", "moms", "mva", "mwst", "nif", "tva", "uid", "ust", "ustid", "ustidnr", "vat"]
)
_SHORT_WORDS = frozenset(["d", "n", "no", "nr", "rc", "st"])
_TOKEN = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])|[^\W_]+")
_WORD, _LONG_WORD = 3, 4
_END = re.compile(r"\s*[.:°º'’]")


class Labelled(NamedTuple):
    """A number, and the country that the words before it name: a prefix, NOT_VAT, or "" where they name none."""

    country: str
    number: str


def labelled(text: str, prefixes: frozenset[str]) -> list[Labelled]:
    """Split a text into its numbers, each with what the words before it say; empty where it has no words."""
    found: list[Labelled] = []
    words: list[str] = []
    pieces: list[str] = []
    seen = False
    for token, is_word in _tokens(text, prefixes):
        if not is_word:
            pieces.append(token)
            continue
        seen = True
        if any(map(_has_digit, pieces)):
            found.append(Labelled(_country(words), "".join(pieces)))
            words, pieces = [], []
        words.append(token)
    if any(map(_has_digit, pieces)):
        found.append(Labelled(_country(words), "".join(pieces)))
    elif len(found) == 1 and not found[0].country and _country(words) == NOT_VAT:
        found = [Labelled(NOT_VAT, found[0].number)]
    return found if seen else []


def _tokens(text: str, prefixes: frozenset[str]) -> Iterator[tuple[str, bool]]:
    after_word = False
    for found in _TOKEN.finditer(text):
        token = found[0]
        word = fold(token)
        if token.isalpha():
            ended = _END.match(text, found.end()) is not None
            after_word = _is_word(token, word, prefixes) or (word in _SHORT_WORDS and (after_word or ended))
            yield word if after_word else token, after_word
        else:
            after_word = False
            yield token, False


def _is_word(token: str, word: str, prefixes: frozenset[str]) -> bool:
    if word in _SAID or word in _VAT_WORDS or len(token) >= _LONG_WORD:
        return True
    return len(token) == _WORD and token[:2] not in prefixes


def _country(words: list[str]) -> str:
    said = [_SAID[word] for word in words if word in _SAID]
    if NOT_VAT in said:
        return "" if _VAT_WORDS.intersection(words) else NOT_VAT
    return said[-1] if said else ""


def _has_digit(piece: str) -> bool:
    return any(character.isdecimal() for character in piece)
