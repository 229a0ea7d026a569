"""Search: every typed word is the beginning of a word of the record; name matches come first.

The words are made by `normalize.text.words` (accents and case folded), when a record is written and when somebody
types, so a search means the same on both databases. `matches.py` reads what is found page by page.
"""

from collections.abc import Iterator

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from counterfoil.mirror.matches import parts
from counterfoil.mirror.models import Customer
from counterfoil.mirror.terms import Among, condition, terms


def matching(rows: "QuerySet[Customer]", text: str, *, names_only: bool = False) -> "QuerySet[Customer]":
    """Narrow a query to the customers that match. Text without any word in it matches nothing."""
    typed = terms(text)
    if not typed:
        return rows.none()
    where, query = condition(typed, Among.NAMES if names_only else Among.ALL)
    return rows.extra(where=[where], params=[query])  # noqa: S610  a text of ours


def name_first(rows: "QuerySet[Customer]", text: str) -> "QuerySet[Customer]":
    """All matches as one query, those by name first. It sorts all of them: lists in pages read `matches.parts`."""
    typed = terms(text)
    if not typed:
        return rows.none()
    where, query = condition(typed, Among.NAMES)
    by_name = RawSQL(where, [query], output_field=BooleanField())  # noqa: S611  a text of ours
    return matching(rows, text).annotate(by_name=by_name).order_by("-by_name", "name", "id")


def ranked(rows: "QuerySet[Customer]", text: str, limit: int) -> Iterator[Customer]:
    """The best `limit` matches: by name first, then by anything else, each in the order of its part."""
    wanted = limit
    for part in parts(rows, text):
        keys = part.keys(None, back=False, limit=wanted) if wanted else []
        wanted -= len(keys)
        found = rows.in_bulk(keys)
        yield from (found[key] for key in keys if key in found)
