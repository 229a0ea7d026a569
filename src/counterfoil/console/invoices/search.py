"""Search of invoices: by the beginning of the number or the reference, or by the customer's name."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Any

from django.db.models import Q, QuerySet

from counterfoil.mirror import search
from counterfoil.mirror.models import Customer, CustomerNameOfInvoice, Invoice
from counterfoil.mirror.models.invoice_customer import LONGEST_NAME
from counterfoil.mirror.store import current_dialect
from counterfoil.normalize.typed_terms import terms

MOST = 1_000
"""The most invoices that a search finds. All of them are sorted for every page."""
MOST_CUSTOMERS = 1_000
"""The most customers whose invoices a search finds, the best matches first."""
_BY_NUMBER = ("number", "reference")

type Rows = QuerySet[Invoice]
type Customers = QuerySet[Customer]


def search_invoices(
    rows: Rows, customers: Customers, connections: Sequence[int], typed: str
) -> tuple[set[int], bool]:
    """Return the keys of the matching `rows`, and whether there are more matches than were looked at.

    `rows` and `customers` are what the user may see in these connections; filters may have narrowed the rows.
    Where they leave at most MOST rows, every one is compared, so that none is missed.
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


def find_first(rows: Rows, customers: Customers, connections: Sequence[int], typed: str, most: int) -> list[int]:
    """Return up to `most` keys: the same number, then the highest that begin with it, then by customer name."""
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
    """Yield up to `most` keys of each query, which runs only when its keys are needed."""
    for way in ways:
        yield from way.values_list("pk", flat=True)[:most]


def _by_number(rows: Rows, connection: int, typed: str) -> Iterator[Rows]:
    """Yield one query per index. Numbers and references are compared as typed and in capitals."""
    of_one = rows.filter(connection_id=connection)
    for column in _BY_NUMBER:
        yield from (starting_with(of_one, column, spelling) for spelling in _spellings(typed))


def _of_customers(rows: Rows, named: Sequence[int]) -> Rows:
    return rows.filter(customer_id__in=named).order_by("-date", "-id")


def _untied(rows: Rows, connections: Sequence[int], typed: str) -> Iterator[Rows]:
    """Yield queries by the name on invoices that are not linked to a customer."""
    for key in connections:
        of_nobody = rows.filter(connection_id=key, customer=None).alias(said=CustomerNameOfInvoice())
        for spelling in _names(typed):
            yield of_nobody.filter(starts_with("said", spelling)).order_by("-said")


def _among(few: Sequence[int], customers: Customers, typed: str) -> set[int]:
    rows = Invoice.objects.filter(pk__in=few)
    if not few:
        return set()
    theirs = rows.exclude(customer=None).values("customer_id")
    named, _ = _named(customers.filter(pk__in=theirs), typed)
    meant = Q(customer_id__in=named)
    for spelling in _spellings(typed):
        for column in _BY_NUMBER:
            meant |= starts_with(column, spelling)
    for spelling in _names(typed):
        meant |= Q(customer=None) & starts_with("said", spelling)
    return set(rows.alias(said=CustomerNameOfInvoice()).filter(meant).values_list("pk", flat=True))


def _named(customers: Customers, typed: str) -> tuple[list[int], bool]:
    """Return the customers whose names match, and whether there are more of them."""
    keys = _best(customers, typed, MOST_CUSTOMERS + 1)
    return keys[:MOST_CUSTOMERS], len(keys) > MOST_CUSTOMERS


def _best(customers: Customers, typed: str, most: int) -> list[int]:
    by_name = search.parts(search.FilteredRows(customers), terms(typed))[:1]
    return [key for part in by_name for key in part.keys(None, back=False, limit=most)]


def _spellings(typed: str) -> list[str]:
    return list(dict.fromkeys((typed, typed.upper())))


def _names(typed: str) -> list[str]:
    typed = typed[:LONGEST_NAME]
    return list(dict.fromkeys((typed, typed.upper(), typed.title(), typed.capitalize())))


def starts_with(column: str, text: str) -> Q:
    """Return the condition that a column begins with a text, in the form that its index can answer."""
    return current_dialect().starts_with(column, text)


def starting_with[Rows: QuerySet[Any]](rows: Rows, column: str, text: str) -> Rows:
    """Filter rows by the beginning of a column, from the end of its index on, so that reading can stop early."""
    return rows.filter(starts_with(column, text)).order_by(current_dialect().descending_by_prefix(column))
