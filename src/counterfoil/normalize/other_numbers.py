"""What stands in phone fields and is no phone number: fax numbers, dates, amounts, IBANs, VAT numbers. Pure.

A number is told by the label before or after it, or by its form. Where both may be meant (a tax number written as
a mobile number is), nothing is read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from stdnum import iban

from counterfoil.normalize import phone_plan
from counterfoil.normalize.text import fold
from counterfoil.normalize.vat import vat
from counterfoil.normalize.written_date import WRITTEN_DATE, is_date, may_be_date

LINE_END = "⏎"
"""Stands for an end of a line: the reach of a label ends there."""

_CURRENCY = r"(?:€|\$|£|EUR|USD|GBP|CHF)"
_AMOUNT = re.compile(
    rf"{_CURRENCY}? ?-?(?:[1-9]\d{{0,2}}(?:([., '])\d{{3}})+(?!\1)[.,]\d\d?|[1-9]\d*[.,]\d\d?) ?{_CURRENCY}?|"
    rf"{_CURRENCY} ?-?[\d., ']+|-?[1-9][\d., ']* ?{_CURRENCY}",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])", re.IGNORECASE)
_BANK = re.compile(r"[A-Z]{2}\d\d ?[A-Z]{4}", re.IGNORECASE)
_VAT = re.compile(r"\b(?:BE ?[01]?\d{3}[ .]?\d{3}[ .]?\d{3}|[A-Z]{2} ?[A-Z]?\d[0-9A-Z]{6,12})\b", re.IGNORECASE)
_WITH_PREFIX = re.compile(r"[A-Z]{2}(?:[ .-]?[A-Z]?[0-9][0-9A-Z]*){1,6}", re.IGNORECASE)
_LONGEST_VAT = 16  # letters and digits
_VAT_OR_MOBILE = re.compile(r"0\d{3}\.\d{3}\.\d{3}")

_LINE = re.compile(rf"[^;|{LINE_END}]+")
_TOKEN = re.compile(r"(?P<number>[+(]*\d(?:[\d ./'()+-]*\d)?)|\((?P<after>[^\W\d_]+)\.?\)|(?P<word>[^\W\d_]+)")
_FAX = re.compile(r".*fax|.*faks|telecop|fernkop|fx\Z")
_WORDS = {
    "a VAT number": "btw tva vat mwst ust ustid ustidnr iva piva nif cif nip nipc cvr kbo bce rpr rpm siren siret "
    "ondernemingsnummer ondernemingsnr steuernummer kvk dic uid hrb",
    "a bank account": "iban bic rekening rekeningnummer konto kontonummer compte account bankrekening",
    "a postcode": "postcode plz zip postal",
    "a date": "datum date",
}
_OF_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_PHONE_WORDS = (
    "t m p tel telefoon telefoonnummer telephone telefon telefono phone gsm mobile mobiel mob cell portable handy "
    "mobil movil cel cellulare direct bureau whatsapp thuis home werk work office prive"
)
_PHONE = frozenset(_PHONE_WORDS.split())


class Remaining(NamedTuple):
    """A text without its other numbers, and what the first of them was; "" where there was none."""

    text: str
    kind: str


def leave_out(text: str, region: str | None) -> Remaining:
    """Leave out whatever in a text is no phone number but looks like one."""
    kind = _kind_of_all(text, region)
    if kind:
        return Remaining("", kind)
    found: list[str] = []
    for pattern, kind, is_one in _FORMS:
        text = _without(text, pattern, kind, is_one, found)
    text = _without_labelled(text, found)
    return Remaining(text, found[0] if found else "")


def _kind_of_all(text: str, region: str | None) -> str:
    if _AMOUNT.fullmatch(text):
        return "an amount"
    # Eight digits may be a day where a phone number would begin with a zero.
    bare_date = region and phone_plan.national_prefix(region) and may_be_date(text)
    if bare_date or is_date(text):
        return "a date"
    may_be_mobile = region == "BE" and _VAT_OR_MOBILE.fullmatch(text) and _is_vat(f"BE{text}")
    return "a VAT number" if may_be_mobile or _is_spaced_vat(text) else ""


def _is_spaced_vat(text: str) -> bool:
    signs = sum(map(str.isalnum, text))
    return signs <= _LONGEST_VAT and _WITH_PREFIX.fullmatch(text) is not None and _is_vat(text)


def _is_iban(text: str) -> bool:
    return bool(_BANK.match(text)) or iban.is_valid(text, check_country=False)


def _is_vat(text: str) -> bool:
    return vat(text, None).value is not None


_FORMS: tuple[tuple[re.Pattern[str], str, Callable[[str], bool] | None], ...] = (
    (WRITTEN_DATE, "a date", None),
    (_IBAN, "a bank account", _is_iban),
    (_VAT, "a VAT number", _is_vat),
)


def _without(
    text: str, form: re.Pattern[str], kind: str, is_one: Callable[[str], bool] | None, kinds: list[str]
) -> str:
    def left(found: re.Match[str]) -> str:
        if is_one and not is_one(found[0]):
            return found[0]
        kinds.append(kind)
        return ";"

    return form.sub(left, text)


def _without_labelled(text: str, kinds: list[str]) -> str:
    """Leave out numbers whose label says that they are something else, up to the next label or line."""
    kept, end = [], 0
    for number, kind in _labelled(text):
        if kind:
            kinds.append(kind)
            kept += [text[end : number.start()], ";"]
            end = number.end()
    return "".join([*kept, text[end:]])


def _labelled(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Return each number with what its label says it is, "" for a phone number.

    A label stands before its numbers, or after one: in brackets, or at the end of a line.
    """
    for line in _LINE.finditer(text):
        numbers: list[tuple[re.Match[str], str | None]] = []
        label: str | None = None
        words: list[str] = []
        for token in _TOKEN.finditer(text, *line.span()):
            if token["number"]:
                label = label if (kind := _kind(words)) is None else kind
                numbers.append((token, label))
                words = []
            elif token["after"] and numbers and numbers[-1][1] is None:
                numbers[-1] = (numbers[-1][0], _kind([fold(token["after"])]))
            else:
                words.append(fold(token["word"] or token["after"]))
        if words and numbers and numbers[-1][1] is None:
            numbers[-1] = (numbers[-1][0], _kind(words))
        yield from ((number, kind or "") for number, kind in numbers)


def _kind(words: Sequence[str]) -> str | None:
    """Return what a label says: "" for a phone number, None where it says nothing."""
    if any(word in _PHONE for word in words):
        return ""
    if words == ["f"] or any(_FAX.match(word) for word in words):
        return "a fax number"
    return next((_OF_WORD[word] for word in words if word in _OF_WORD), None)
