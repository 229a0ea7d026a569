"""Search: every typed word is the beginning of a word of the record; name matches come first.

The words are made by `normalize.text.words` (accents and case folded), when a record is written and when somebody
types, so a search means the same on both databases.
"""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from counterfoil.mirror.models import Customer
from counterfoil.mirror.record import NAME_MARK
from counterfoil.normalize.text import words

MOST_WORDS = 8


def matching(rows: "QuerySet[Customer]", text: str, *, names_only: bool = False) -> "QuerySet[Customer]":
    """Narrow a query to the customers that match. Text without any word in it matches nothing."""
    typed = words(text)[:MOST_WORDS]
    if not typed:
        return rows.none()
    where, query = _condition(typed, names_only=names_only)
    return rows.extra(where=[where], params=[query])  # noqa: S610  a text of ours


def name_first(rows: "QuerySet[Customer]", text: str) -> "QuerySet[Customer]":
    """All matches in the order of `ranked`, as one query: for lists in pages."""
    typed = words(text)[:MOST_WORDS]
    if not typed:
        return rows.none()
    condition, query = _condition(typed, names_only=True)
    by_name = RawSQL(condition, [query], output_field=BooleanField())  # noqa: S611  a text of ours
    return matching(rows, text).annotate(by_name=by_name).order_by("-by_name", "name", "id")


def ranked(rows: "QuerySet[Customer]", text: str, limit: int) -> Iterator[Customer]:
    """The best `limit` matches: by name first, then by anything else, each in the order of names."""
    found: set[int] = set()
    for names_only in (True, False):
        some = matching(rows, text, names_only=names_only).exclude(pk__in=found).order_by("name", "id")
        for customer in some[: limit - len(found)]:
            found.add(customer.pk)
            yield customer
        if len(found) >= limit:
            return


def _condition(typed: Sequence[str], *, names_only: bool) -> tuple[str, str]:
    """The SQL that is true for a customer who matches, and its one parameter."""
    if connection.vendor == "postgresql":
        named = [f"'{NAME_MARK}{word}':*" for word in typed]
        either = [f"({marked} | '{word}':*)" for marked, word in zip(named, typed, strict=True)]
        return "customer.search @@ %s::tsquery", " & ".join(named if names_only else either)
    query = " ".join(f'"{word}"*' for word in typed)
    if names_only:
        query = f"{{name_words}} : ({query})"
    return "customer.id IN (SELECT rowid FROM customer_search WHERE customer_search MATCH %s)", query
