"""The mirrored customers who may be the one that is wanted, by the mirror's indexes; never by a scan.

Everything is compared here, with what stands in the mirror: filters of the upstreams are unreliable.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import chain

from django.db.models import QuerySet

from counterfoil.matching.score import (
    ALIKE,
    Candidate,
    MatchDecision,
    Resolution,
    Sought,
    Wanted,
    name_likeness,
    normalize_wanted,
    resolve,
)
from counterfoil.mirror.models import Connection, Customer, State
from counterfoil.mirror.search import search
from counterfoil.mirror.sql import TABLES
from counterfoil.normalize.phone import digits
from counterfoil.normalize.text import words

MOST = 200
"""Customers of one kind that are compared. Where more share something, a person is asked anyway."""
MOST_NAMES = 2_000
"""Names that one search may bring to be measured."""

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
_MOST_WORDS = 4  # the longest of a name, by which others like it are looked for
_LETTERS = 4  # at the beginning of a word that must be right; few where an error may come early
_FEW_LETTERS = 2

_ROWS = TABLES["customer"]


def find_matches(connection: Connection, wanted: Wanted) -> Resolution:
    """Whether a customer of this connection is the one wanted, or may be. Names that are only alike are looked for
    where nothing equal decides."""
    what = normalize_wanted(wanted, connection.country)
    rows = _rows().filter(connection=connection)
    equal = _candidates(rows, _equal(connection, what))
    resolution = resolve(what, equal.values())
    if resolution.answer == MatchDecision.FOUND or not what.name_key:
        return resolution
    alike = _candidates(rows, rows.filter(pk__in=_alike(connection, wanted.name or "", what.name_key)))
    return resolve(what, (equal | alike).values())


def _rows() -> "QuerySet[Customer]":
    """Without payloads, and in no order: with one and a limit, a database may walk through all rows in it."""
    return Customer.objects.exclude(state=State.TOMBSTONE).order_by().only(*_COMPARED)


def _worded(connection: Connection, text: str, *, names_only: bool = False) -> "QuerySet[Customer]":
    """By the words of the search. The plus keeps SQLite from walking through the connection's rows instead."""
    found = search(_rows(), text, names_only=names_only)
    return found.extra(where=[f"+{_ROWS}.connection_id = %s"], params=[connection.pk])  # noqa: S610  a text of ours


def _equal(connection: Connection, what: Sought) -> Iterator[Customer]:
    """Rows that share something with what is wanted, each kind by its own index."""
    rows = _rows().filter(connection=connection)
    for column, value in (
        ("external_id", what.external_id),
        ("vat_normalized", what.vat),
        ("email_normalized", what.email),
        ("name_key", what.name_key),
    ):
        if value:
            yield from rows.filter(**{column: value})[:MOST]
    for number in sorted(what.numbers):
        yield from rows.filter(phone_e164=number)[:MOST]
        # Mobiles have no index; the words of the search hold the digits of every number.
        yield from _worded(connection, digits(number, None)[0]).filter(mobile_e164=number)[:MOST]


def _alike(connection: Connection, name: str, key: str) -> list[int]:
    """The keys of the rows whose names are most alike."""
    names: dict[int, str] = {}
    for beginnings in _searches(name, key):
        found = _worded(connection, beginnings, names_only=True)
        names.update(found.values_list("pk", "name_key")[:MOST_NAMES])
    scored = ((name_likeness(key, other), pk) for pk, other in names.items())
    return [pk for _, pk in nlargest(MOST, (one for one in scored if one[0] >= ALIKE))]


def _searches(name: str, key: str) -> list[str]:
    """What to search for, to have all plausible names. A key joins what the search keeps apart ("N'Guessan")."""
    joined, apart = key.split(), [word for word in words(name) if len(word) > 1]
    ways = [joined] if set(joined) <= set(apart) else [joined, apart]
    longest = (sorted(way, key=len, reverse=True)[:_MOST_WORDS] for way in ways)
    return list(dict.fromkeys(chain.from_iterable(map(_beginnings, longest))))


def _beginnings(way: Sequence[str]) -> list[str]:
    """Narrowest first: with all words as they begin, with a typing error early in a word, and with one word
    missing or quite another."""
    begun = [word[:_LETTERS] for word in way]
    barely = [word[:_FEW_LETTERS] for word in way]
    without = [begun[:at] + begun[at + 1 :] for at in range(len(begun))]
    return [" ".join(search) for search in (begun, barely, *without) if search]


def _candidates(rows: "QuerySet[Customer]", found: Iterable[Customer]) -> dict[int, Candidate]:
    """By key, each with the rows that it was merged into."""
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
