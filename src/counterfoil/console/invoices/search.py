"""Which invoices a text means: by the beginning of the number or the reference, or by the customer's name."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Any

from django.db.models import Q, QuerySet

from counterfoil.mirror import search
from counterfoil.mirror.models import Customer, Invoice
from counterfoil.mirror.store import current_dialect

MOST = 1_000
"""Invoices that are found. All of them are sorted for every page."""
MOST_CUSTOMERS = 1_000
"""Customers whose invoices are found, the best matches first."""
_BY_NUMBER = ("number", "reference")

type Rows = QuerySet[Invoice]
type Customers = QuerySet[Customer]


def search_invoices(
    rows: Rows, customers: Customers, connections: Sequence[int], typed: str
) -> tuple[set[int], bool]:
    """The keys of those of `rows` that are meant, and whether there are more than were looked at.

    `rows` and `customers` are those that may be seen, in these connections; filters may have narrowed the rows.
    Where they have left few, each of them is looked at, however many others begin so.
    """
    typed = typed.strip()
    few = list(rows.order_by().values_list("pk", flat=True)[: MOST + 1]) if typed else []
    if len(few) <= MOST:
        return _among(few, customers, typed), False
    named, more = _named(customers, typed)
    keys: set[int] = set()
    by_number = chain.from_iterable(_by_number(rows, key, typed) for key in connections)
    for way in chain(by_number, [_of_customers(rows, named)], _untied(rows, connections, typed)):
        some = list(way.values_list("pk", flat=True)[: MOST + 1])
        others = [key for key in some if key not in keys]
        keys.update(others[: MOST - len(keys)])
        more = more or len(some) > MOST or not keys.issuperset(others)
    return keys, more


def first(rows: Rows, customers: Customers, connections: Sequence[int], typed: str, most: int) -> list[int]:
    """A handful of keys: that very number, then the highest that begin so, then the newest by customers' names."""
    typed = typed.strip()
    if not typed:
        return []
    same = rows.filter(connection_id__in=connections, number__in=_spellings(typed)).order_by("-date", "-id")
    by_number = [_keys(_by_number(rows, key, typed), most) for key in connections]
    in_turn = (key for some in zip_longest(*by_number) for key in some if key is not None)
    rest = [_of_customers(rows, _best(customers, typed, most)), *_untied(rows, connections, typed)]
    keys = chain(_keys([same], most), in_turn, _keys(rest, most))
    return list(islice(dict.fromkeys(keys), most))


def _keys(ways: Iterable[Rows], most: int) -> Iterator[int]:
    """Up to so many of each, looked up as they are asked for."""
    for way in ways:
        yield from way.values_list("pk", flat=True)[:most]


def _by_number(rows: Rows, connection: int, typed: str) -> Iterator[Rows]:
    """One query for each index. Numbers and references are compared as typed and in capitals."""
    of_one = rows.filter(connection_id=connection)
    for column in _BY_NUMBER:
        yield from (beginning(of_one, column, spelling) for spelling in _spellings(typed))


def _of_customers(rows: Rows, named: Sequence[int]) -> Rows:
    return rows.filter(customer_id__in=named).order_by("-date", "-id")


def _untied(rows: Rows, connections: Sequence[int], typed: str) -> Iterator[Rows]:
    """By a name that no customer here goes by: as names are written too."""
    for key in connections:
        of_nobody = rows.filter(connection_id=key, customer=None)
        yield from (beginning(of_nobody, "customer_name", spelling) for spelling in _names(typed))


def _among(few: Sequence[int], customers: Customers, typed: str) -> set[int]:
    rows = Invoice.objects.filter(pk__in=few)
    if not few:
        return set()
    theirs = rows.exclude(customer=None).values("customer_id")
    named, _ = _named(customers.filter(pk__in=theirs), typed)
    meant = Q(customer_id__in=named)
    for spelling in _spellings(typed):
        for column in _BY_NUMBER:
            meant |= begins(column, spelling)
    for spelling in _names(typed):
        meant |= Q(customer=None) & begins("customer_name", spelling)
    return set(rows.filter(meant).values_list("pk", flat=True))


def _named(customers: Customers, typed: str) -> tuple[list[int], bool]:
    """Customers whose invoices are meant, and whether there are more of them."""
    keys = _best(customers, typed, MOST_CUSTOMERS + 1)
    return keys[:MOST_CUSTOMERS], len(keys) > MOST_CUSTOMERS


def _best(customers: Customers, typed: str, most: int) -> list[int]:
    by_name: Any = search.parts(customers, typed)[:1]
    return [key for part in by_name for key in part.keys(None, back=False, limit=most)]


def _spellings(typed: str) -> list[str]:
    return list(dict.fromkeys((typed, typed.upper())))


def _names(typed: str) -> list[str]:
    return list(dict.fromkeys((typed, typed.upper(), typed.title(), typed.capitalize())))


def begins(column: str, text: str) -> Q:
    """The condition."""
    return current_dialect().starts_with(column, text)


def beginning[Rows: QuerySet[Any]](rows: Rows, column: str, text: str) -> Rows:
    """The rows, in the order of the index from its end on, so that looking can stop early."""
    return rows.filter(begins(column, text)).order_by(current_dialect().descending_by_prefix(column))
