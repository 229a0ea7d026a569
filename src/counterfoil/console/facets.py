"""Which values a column holds and how often, from an index. Looked up once a minute at most, not per page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.http import HttpRequest

from counterfoil.console import visibility
from counterfoil.mirror.models import Customer, Run

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Facet:
    """`value` is None for rows without one; `label` is empty then."""

    value: str | None
    label: str
    count: int


def customers_by(request: HttpRequest, column: str, label: Callable[[str], str] = str) -> list[Facet]:
    """The distinct values of an indexed column over all customers that the person may see, in the order of their
    labels, none last."""
    newest = Run.objects.values_list("id", "state").first()
    key = f"console-facets-{column}-{visibility.key(request)}-{newest}".replace(" ", "")
    found: list[tuple[Any, int]] | None = cache.get(key)
    if found is None:
        seen = visibility.narrowed(request, Customer.objects.order_by())
        grouped = seen.values_list(column).annotate(Count("id"))
        found = list(grouped)
        cache.set(key, found, SECONDS)
    facets = [Facet(value, label(value) if value is not None else "", count) for value, count in found]
    return sorted(facets, key=lambda facet: (facet.value is None, facet.label.casefold()))
