"""Read what people type into a search: words, and numbers and names whose parts may be apart or joined.

"03/555.07.51"     one number, from its beginning or, less surely, from its end
"BE 0957.117.212"  one number with its country
"12 34"            the number 1234, or the words 12 and 34: a street has both
"a.b.c. cars"      the words abc and cars
"peeters-claes"    the word peetersclaes, or the words peeters and claes
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unicodedata import decimal

from counterfoil.normalize import phone_plan
from counterfoil.normalize.search_words import (
    HYPHENS,
    LONGEST_NUMBER,
    SHORTEST_NUMBER,
    backwards,
)
from counterfoil.normalize.text import LONGEST_WORD, clean, fold

MOST_TERMS = 8
_MOST_TYPED = 400

_TOKEN = re.compile(r"[^\W_]+")
_IN_NUMBER = re.compile(r"[\s./()-]{1,3}\Z")
_IN_INITIALS = re.compile(r"(?:\.\s?|\s)\Z")
_COUNTRY = re.compile(r"([a-z]{2})(?:u|e)?\d*\Z")
_VAT = "at be bg ch cy cz de dk ee el es eu fi fr gb hr hu ie it lt lu lv mt nl no pl pt ro se si sk xi"
"""Letters before a VAT number."""
_COUNTRIES = frozenset(_VAT.split())
_AFTER_COUNTRY = re.compile(r"[\s./-]{0,2}\Z")
_BY_ITSELF = 8
"""Digits from which on a group without separators is no part of a longer number across a space."""
_SURELY_ONE, _DIALLED = 9, 6
"""Digits from which on a group is one number and nothing else; the second where it begins like a dialled one."""
_FEWEST_OF_VAT = 3
_FROM_ABROAD = 5
"""Digits from which on a number without a plus may begin with a calling code."""


type Alternatives = tuple[tuple[str, ...], ...]
"""One of them must match: the record has a word that begins so, for each of its words."""


class Term(NamedTuple):
    """One thing that was typed. `loose` are alternatives that are tried after all others."""

    typed: str
    alternatives: Alternatives
    loose: Alternatives = ()

    @property
    def is_word(self) -> bool:
        """Whether it is a plain word of letters, which may be mistyped."""
        return self.typed.isalpha()


class _Token(NamedTuple):
    text: str
    before: str
    """What stands between it and the token before."""


def terms(text: str) -> tuple[Term, ...]:
    """Return what was typed, term by term; none where there is no letter and no digit."""
    tokens = _tokens(fold(clean(text[:_MOST_TYPED])))
    found: dict[str, Term] = {}
    at = 0
    while at < len(tokens) and len(found) < MOST_TERMS:
        term, at = _next(tokens, at)
        found.setdefault(term.typed, term)
    return tuple(found.values())


def _tokens(folded: str) -> list[_Token]:
    tokens: list[_Token] = []
    end = 0
    for match in _TOKEN.finditer(folded):
        tokens.append(_Token(match[0][:LONGEST_WORD], folded[end : match.start()]))
        end = match.end()
    return tokens


def _next(tokens: Sequence[_Token], at: int) -> tuple[Term, int]:
    """Read the term that begins at a token. Returns it, and where the next one begins."""
    first = tokens[at].text
    if first.isdecimal():
        end = _end_of_number(tokens, at)
        return _number(tokens[at:end]), end
    country = _COUNTRY.match(first)
    if country and country[1] in _COUNTRIES and (end := _end_of_vat(tokens, at)) > at + 1:
        return _vat(tokens[at:end]), end
    if len(first) == 1 and (end := _run(tokens, at, _IN_INITIALS, single=True)) > at + 1:
        dotted = all("." in token.before for token in tokens[at + 1 : end])
        return _joined(tokens[at:end], apart=not dotted), end
    end = at + 1
    while end < len(tokens) and len(tokens[end].before) == 1 and tokens[end].before in HYPHENS:
        end += 1
    return _joined(tokens[at:end], apart=True), end


def _run(tokens: Sequence[_Token], at: int, between: re.Pattern[str], *, single: bool) -> int:
    end = at + 1
    while end < len(tokens) and between.match(tokens[end].before) and tokens[end].text.isalpha():
        if single and len(tokens[end].text) > 1:
            break
        end += 1
    return end


def _end_of_number(tokens: Sequence[_Token], at: int) -> int:
    end, count = at + 1, len(tokens[at].text)
    while end < len(tokens) and tokens[end].text.isdecimal() and _IN_NUMBER.match(tokens[end].before):
        spaced = tokens[end].before.isspace()
        if spaced and max(len(tokens[end].text), len(tokens[end - 1].text)) >= _BY_ITSELF:
            break
        count += len(tokens[end].text)
        if count > LONGEST_NUMBER:
            break
        end += 1
    return end


def _end_of_vat(tokens: Sequence[_Token], at: int) -> int:
    """Find the end of digits after a country's letters, with the B and two digits that end a Dutch number."""
    end = at + 1
    if end == len(tokens) or not tokens[end].text.isdecimal() or not _AFTER_COUNTRY.match(tokens[end].before):
        return end
    end = _end_of_number(tokens, end)
    if sum(len(token.text) for token in tokens[at + 1 : end]) < _FEWEST_OF_VAT:
        return at + 1
    if tokens[at].text[:2] == "nl" and end < len(tokens) and re.fullmatch(r"b\d{0,2}", tokens[end].text):
        end += 1
        if tokens[end - 1].text == "b" and end < len(tokens) and tokens[end].text.isdecimal():
            end += 1
    return end


def _apart(tokens: Sequence[_Token]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(token.text for token in tokens))


def _joined(tokens: Sequence[_Token], *, apart: bool) -> Term:
    whole = "".join(token.text for token in tokens)[:LONGEST_WORD]
    alternatives: Alternatives = ((whole,),)
    return Term(whole, (*alternatives, _apart(tokens)) if apart and len(tokens) > 1 else alternatives)


def _vat(tokens: Sequence[_Token]) -> Term:
    """Join a VAT number. One that is complete may also stand there without its country, or be a phone number."""
    term = _joined(tokens, apart=True)
    number = term.typed.lstrip("abcdefghijklmnopqrstuvwxyz")
    if len(number) < _SURELY_ONE:
        return term
    return term._replace(alternatives=term.alternatives[:1], loose=((number,),))


def _number(tokens: Sequence[_Token]) -> Term:
    abroad = tokens[0].before.endswith(("+", "+ ", "(+", "( +"))
    if abroad or tokens[0].text[:2] == "00":
        tokens = [token for at, token in enumerate(tokens) if not (at and _is_trunk_zero(tokens, at))]
    written = "".join(token.text for token in tokens)
    number = written if written.isascii() else "".join(str(decimal(digit)) for digit in written)
    forms = dict.fromkeys((*_dialled(number, abroad=abroad), written))
    alternatives: Alternatives = tuple((form,) for form in forms)
    surely = _DIALLED if abroad or number[:1] == "0" else _SURELY_ONE
    if len(tokens) > 1 and len(number) < surely:
        alternatives = (*alternatives, _apart(tokens))
    loose = [backwards(number)] if len(number) >= SHORTEST_NUMBER else []
    if not abroad and len(number) >= _FROM_ABROAD:
        loose += _at_home(number)
    return Term(number, alternatives, tuple((form,) for form in loose))


def _is_trunk_zero(tokens: Sequence[_Token], at: int) -> bool:
    """Tell whether a token is the "(0)" of "+32 (0)475"."""
    after = tokens[at + 1].before if at + 1 < len(tokens) else ")"
    return tokens[at].text == "0" and "(" in tokens[at].before and ")" in after


def _dialled(number: str, *, abroad: bool) -> Iterator[str]:
    """Yield the forms in which a record may have a number that was typed, or its beginning."""
    yield number
    if not abroad and number[:2] == "00" and len(number) > SHORTEST_NUMBER:
        number = number[2:]
        abroad = True
        yield number
    if abroad:
        yield from _at_home(number)


def _at_home(number: str) -> Iterator[str]:
    """Yield a number that begins with a calling code as it is dialled in that country, as records have it."""
    code = phone_plan.calling_code(number)
    if code is not None:
        rest = number[len(code) :]
        if rest[:1] == "0":  # "+32 0475"
            yield rest
        for prefix in dict.fromkeys(map(phone_plan.national_prefix, phone_plan.regions(code))):
            yield prefix + rest
