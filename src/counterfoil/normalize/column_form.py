"""How the amounts or the dates of one column are written, as all its values together tell. Pure.

"1.234" and "03/04/2026" mean two things each. A value beside them that means only one ("12.000,50", "25/03/2026")
decides for the whole column; without one, a person has to.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from counterfoil.normalize.text import clean

SHOWN = 3
"""How many values of each form are kept to show."""
_LONGEST = 64
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+", re.ASCII)
_BOTH = re.compile(r"[+-]?\d+(?:([.,])\d{3})*([.,])\d+", re.ASCII)
_ONE = re.compile(r"[+-]?(\d+)([.,])(\d+)", re.ASCII)
_SPACES = re.compile(r"(?<=\d)[ '’\u00a0\u202f](?=\d{3})")
_CURRENCY = re.compile(r"\A(?:€|\$|£|EUR\b|USD\b|GBP\b)\s*|\s*(?:€|\$|£|\bEUR|\bUSD|\bGBP)\Z")
_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2\d{4}(?:[T ,].*)?", re.ASCII)
_YEAR_FIRST = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ,].*)?", re.ASCII)
_MONTHS = 12


class WrittenForm(StrEnum):
    """How a column is written. PLAIN: every value means the same in either form; YEAR_FIRST: every date does."""

    COMMA = "comma"
    POINT = "point"
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    YEAR_FIRST = "year-first"
    PLAIN = "plain"
    OPEN = "open"
    MIXED = "mixed"


_OF_SIGN = {",": WrittenForm.COMMA, ".": WrittenForm.POINT}
_FORMS = (WrittenForm.COMMA, WrittenForm.POINT, WrittenForm.DAY_FIRST, WrittenForm.MONTH_FIRST)
IN_DOUBT = frozenset({WrittenForm.OPEN, WrittenForm.MIXED})
"""The forms that a person has to decide about."""

type Matter = Literal["decimals", "dates"]

MATTER_OF_KIND: Mapping[str, Matter] = {"money": "decimals", "date": "dates", "time": "dates"}
CHOICES: Mapping[Matter, tuple[WrittenForm, WrittenForm]] = {
    "decimals": (WrittenForm.COMMA, WrittenForm.POINT),
    "dates": (WrittenForm.DAY_FIRST, WrittenForm.MONTH_FIRST),
}
"""What a person may choose in each matter, for columns in doubt."""


@dataclass(slots=True)
class ColumnForm:
    """What the values of one column tell: the first of each form, with their lines. Add them all, then ask."""

    found: dict[WrittenForm, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, line: int, form: WrittenForm, value: object) -> None:
        """Note the form of a value."""
        shown = self.found.setdefault(form, [])
        if len(shown) < SHOWN:
            shown.append((line, clean(str(value)[:_LONGEST])))

    @property
    def form(self) -> WrittenForm:
        """The form of the column."""
        return decide(self.found)

    @property
    def examples(self) -> list[tuple[int, str]]:
        """The lines and values that decided, or that left it open."""
        forms = _FORMS if self.form != WrittenForm.OPEN else (WrittenForm.OPEN,)
        return [example for form in forms for example in self.found.get(form, ())]


def decide(found: Iterable[WrittenForm]) -> WrittenForm:
    """Decide about a column, or several that were written alike, by the forms of their values."""
    forms = set(found)
    sure = [form for form in _FORMS if form in forms]
    if len(sure) == 1:
        return sure[0]
    if sure:
        return WrittenForm.MIXED
    return next((form for form in (WrittenForm.OPEN, WrittenForm.YEAR_FIRST) if form in forms), WrittenForm.PLAIN)


def settle(form: WrittenForm, matter: Matter, chosen: str, alike: Iterable[WrittenForm]) -> WrittenForm:
    """Return the form of a column in doubt: the one chosen, else that of the columns `alike`, if they agree."""
    if form not in IN_DOUBT:
        return form
    if chosen:
        return WrittenForm(chosen)
    together = decide(alike)
    return together if form == WrittenForm.OPEN and together in CHOICES[matter] else form


def form_of(matter: Matter, value: object) -> WrittenForm:
    """Return what one value tells of the form of its column."""
    return form_of_amount(value) if matter == "decimals" else form_of_date(value)


def form_of_amount(value: object) -> WrittenForm:
    """Return which decimal sign an amount must have: PLAIN if it has no sign, OPEN if it may have either.

    A sign before three digits may stand for thousands, unless there are more than three digits before it, or 0.
    """
    if not isinstance(value, str):
        return WrittenForm.PLAIN
    written = without_spaces(value)
    if grouped := _GROUPED.fullmatch(written):
        return WrittenForm.POINT if grouped[1] == "," else WrittenForm.COMMA
    both = _BOTH.fullmatch(written)
    if both and both[1] and both[1] != both[2]:
        return _OF_SIGN[both[2]]
    one = _ONE.fullmatch(written)
    if one is None:
        return WrittenForm.PLAIN
    whole, sign, rest = one.groups()
    spaced = written != clean(value)
    if len(rest) == 3 and len(whole) <= 3 and whole[0] != "0" and not spaced:
        return WrittenForm.OPEN
    return _OF_SIGN[sign]


def form_of_date(value: object) -> WrittenForm:
    """Return whether the day comes first in a date: PLAIN if it makes no difference, OPEN if it may be either."""
    if not isinstance(value, str):
        return WrittenForm.PLAIN
    written = clean(value[:_LONGEST])
    if _YEAR_FIRST.fullmatch(written):
        return WrittenForm.YEAR_FIRST
    found = _DATE.fullmatch(written)
    if found is None or found[1].zfill(2) == found[3].zfill(2):
        return WrittenForm.PLAIN
    first, second = int(found[1]), int(found[3])
    if first > _MONTHS and second > _MONTHS:
        return WrittenForm.PLAIN
    if first > _MONTHS:
        return WrittenForm.DAY_FIRST
    return WrittenForm.MONTH_FIRST if second > _MONTHS else WrittenForm.OPEN


def without_spaces(value: str) -> str:
    """Return an amount without its currency and the spaces between its thousands, "€ 1 234,50" as "1234,50"."""
    return _SPACES.sub("", _CURRENCY.sub("", clean(value[:_LONGEST])))
