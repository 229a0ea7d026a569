"""Find the mirrored customers that may be the wanted one, by the mirror's indexes and never by a scan.

The mirror is searched, not the upstream: upstreams' filters are unreliable.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import chain

from django.db.models import QuerySet

from counterfoil.matching.score import (
    MIN_LIKENESS,
    Candidate,
    MatchDecision,
    Resolution,
    Wanted,
    WantedKeys,
    name_likeness,
    normalize_wanted,
    resolve,
)
from counterfoil.mirror.models import Connection, Customer, State
from counterfoil.mirror.search import search
from counterfoil.mirror.sql import TABLES
from counterfoil.normalize.phone import digits
from counterfoil.normalize.text import words

MAX_CANDIDATES = 200
"""Customers compared per kind of evidence. Where more share a value, a person has to decide anyway."""
MAX_NAMES = 2_000
"""Names that one search may return to be scored."""

_COMPARED = (
    "external_id",
    "name",
    "name_key",
    "vat_normalized",
    "email_normalized",
    "phone_e164",
    "mobile_e164",
    "state",
    "merged_into",
)
_MAX_WORDS = 4  # the longest words of a name, by which similar ones are searched
_LETTERS = 4  # the letters at the beginning of a word that must be right
_FEW_LETTERS = 2  # the same, for a typing error early in a word

_ROWS = TABLES["customer"]


def find_matches(connection: Connection, wanted: Wanted) -> Resolution:
    """Decide whether a customer of this connection is the wanted one, or may be.

    Similar names are searched only where nothing equal decides.
    """
    keys = normalize_wanted(wanted, connection.country)
    rows = _rows().filter(connection=connection)
    equal = _candidates(rows, _equal(connection, keys))
    resolution = resolve(keys, equal.values())
    if resolution.decision == MatchDecision.FOUND or not keys.name_key:
        return resolution
    similar = _candidates(rows, rows.filter(pk__in=_similar(connection, wanted.name or "", keys.name_key)))
    return resolve(keys, (equal | similar).values())


def _rows() -> "QuerySet[Customer]":
    """Select rows without payloads and in no order: to an order and a limit a database may scan all rows."""
    return Customer.objects.exclude(state=State.TOMBSTONE).order_by().only(*_COMPARED)


def _search_words(connection: Connection, text: str, *, names_only: bool = False) -> "QuerySet[Customer]":
    """Search by words. The plus keeps SQLite from scanning the connection's rows instead."""
    rows = search(_rows(), text, names_only=names_only)
    return rows.extra(where=[f"+{_ROWS}.connection_id = %s"], params=[connection.pk])  # noqa: S610  a constant text


def _equal(connection: Connection, keys: WantedKeys) -> Iterator[Customer]:
    """Yield the rows that share a value with the wanted customer, each kind by its own index."""
    rows = _rows().filter(connection=connection)
    for column, value in (
        ("external_id", keys.external_id),
        ("vat_normalized", keys.vat),
        ("email_normalized", keys.email),
        ("name_key", keys.name_key),
    ):
        if value:
            yield from rows.filter(**{column: value})[:MAX_CANDIDATES]
    for number in sorted(keys.numbers):
        yield from rows.filter(phone_e164=number)[:MAX_CANDIDATES]
        # Mobiles have no index, but the search has the digits of every number.
        yield from _search_words(connection, digits(number, None)[0]).filter(mobile_e164=number)[:MAX_CANDIDATES]


def _similar(connection: Connection, name: str, key: str) -> list[int]:
    """Return the keys of the rows with the most similar names."""
    names: dict[int, str] = {}
    for beginnings in _searches(name, key):
        rows = _search_words(connection, beginnings, names_only=True)
        names.update(rows.values_list("pk", "name_key")[:MAX_NAMES])
    scored = ((name_likeness(key, other), pk) for pk, other in names.items())
    return [pk for _, pk in nlargest(MAX_CANDIDATES, (pair for pair in scored if pair[0] >= MIN_LIKENESS))]


def _searches(name: str, key: str) -> list[str]:
    """Return searches that find all plausible names. A key joins words that a search separates ("N'Guessan")."""
    joined, separate = key.split(), [word for word in words(name) if len(word) > 1]
    variants = [joined] if set(joined) <= set(separate) else [joined, separate]
    longest = (sorted(variant, key=len, reverse=True)[:_MAX_WORDS] for variant in variants)
    return list(dict.fromkeys(chain.from_iterable(map(_beginnings, longest))))


def _beginnings(variant: Sequence[str]) -> list[str]:
    """Return searches by beginnings of words, narrowest first.

    They find all words, words with an early typing error, and names in which one word is missing or differs.
    """
    long = [word[:_LETTERS] for word in variant]
    short = [word[:_FEW_LETTERS] for word in variant]
    one_less = [long[:at] + long[at + 1 :] for at in range(len(long))]
    return [" ".join(search) for search in (long, short, *one_less) if search]


def _candidates(rows: "QuerySet[Customer]", found: Iterable[Customer]) -> dict[int, Candidate]:
    """Return the candidates by key, with the rows that they were merged into."""
    candidates: dict[int, Candidate] = {}
    while fresh := {row.pk: _candidate(row) for row in found}:
        candidates |= fresh
        survivors = {candidate.merged_into for candidate in fresh.values() if candidate.merged_into is not None}
        found = rows.filter(pk__in=survivors - candidates.keys())
    return candidates


def _candidate(row: Customer) -> Candidate:
    return Candidate(
        key=row.pk,
        external_id=row.external_id,
        name=row.name,
        name_key=row.name_key,
        vat_normalized=row.vat_normalized,
        email_normalized=row.email_normalized,
        phone_e164=row.phone_e164,
        mobile_e164=row.mobile_e164,
        state=State(row.state),
        merged_into=row.merged_into_id,
    )
