"""Which invoices a text means: by the beginning of the number or the reference, or by the customer's name."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection as database
from django.db.models import QuerySet

from counterfoil.mirror import matches
from counterfoil.mirror.models import Customer, Invoice

MOST = 1_000
"""Invoices that are found. All of them are sorted for every page."""
MOST_CUSTOMERS = 100
"""Customers whose invoices are found, the best matches first."""
_LAST = "\U0010ffff"


def found(customers: "QuerySet[Customer]", connections: Sequence[int], typed: str) -> tuple[set[int], bool]:
    """The keys of the invoices in these connections, and whether there are more than were looked at.

    `customers` are those that may be seen. A number, a reference and a name that no customer here goes by are
    compared as typed and in capitals, a name as names are written too: indexes know large letters from small ones.
    """
    keys: set[int] = set()
    more = False
    for rows in _ways(customers, connections, typed.strip()):
        room = MOST - len(keys)
        some = set(rows.values_list("pk", flat=True)[: MOST + 1]) - keys
        more = more or len(some) > room
        keys.update(sorted(some, reverse=True)[:room])
    return keys, more


def _ways(customers: "QuerySet[Customer]", connections: Sequence[int], typed: str) -> "Iterator[QuerySet[Any]]":
    if not typed:
        return
    spellings = {typed, typed.upper()}
    for key in connections:
        rows = Invoice.objects.filter(connection_id=key)
        yield from (_beginning(rows, "number", spelling) for spelling in spellings)
        yield from (_beginning(rows, "reference", spelling) for spelling in spellings)
        untied = rows.filter(customer=None)
        for spelling in spellings | {typed.title(), typed.capitalize()}:
            yield _beginning(untied, "customer_name", spelling)
    for by_name in matches.parts(customers, typed)[:1]:
        named = by_name.keys(None, back=False, limit=MOST_CUSTOMERS)
        yield Invoice.objects.filter(customer_id__in=named).order_by()


def _beginning(rows: "QuerySet[Invoice]", column: str, text: str) -> "QuerySet[Invoice]":
    """The rows whose column begins so, by an index, and of many the newest (newer numbers are higher)."""
    if database.vendor == "postgresql":
        return rows.filter(**{f"{column}__startswith": text}).order_by("-date", "-id")
    return rows.filter(**{f"{column}__gte": text, f"{column}__lt": text + _LAST}).order_by(f"-{column}")
