"""Search: every typed word is the beginning of a word of the record; name matches come first.

The words are made by `normalize.text.words` (accents and case folded), when a record is written and when somebody
types, so a search means the same on both databases.
"""

from collections.abc import Iterator

from django.db import connection
from django.db.models import QuerySet

from counterfoil.mirror.models import Customer
from counterfoil.mirror.record import NAME_MARK
from counterfoil.normalize.text import words

MOST_WORDS = 8


def matching(rows: "QuerySet[Customer]", text: str, *, names_only: bool = False) -> "QuerySet[Customer]":
    """Narrow a query to the customers that match. Text without any word in it matches nothing."""
    typed = words(text)[:MOST_WORDS]
    if not typed:
        return rows.none()
    if connection.vendor == "postgresql":
        mark = NAME_MARK if names_only else ""
        query = " & ".join(f"'{mark}{word}':*" for word in typed)
        return rows.extra(where=["customer.search @@ %s::tsquery"], params=[query])
    query = " ".join(f'"{word}"*' for word in typed)
    if names_only:
        query = f"{{name_words}} : ({query})"
    where = "customer.id IN (SELECT rowid FROM customer_search WHERE customer_search MATCH %s)"
    return rows.extra(where=[where], params=[query])  # noqa: S610


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
