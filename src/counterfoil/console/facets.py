"""Which values a column holds and how often, from an index. Looked up once a minute at most, not per page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection as database
from django.http import HttpRequest

from counterfoil.console import visibility
from counterfoil.mirror.models import Connection, Mirrored, Run
from counterfoil.mirror.sql import statement

SECONDS = 60
MOST_COUNTED = 1_000
"""Rows of one value in one connection. Counting a whole table for a select would take seconds."""


@dataclass(frozen=True, slots=True)
class Facet:
    """`value` is None for rows without one; `label` is empty then. `more`: more rows than `count` says."""

    value: str | None
    label: str
    count: int
    more: bool = False


def values_of(
    request: HttpRequest, model: type[Mirrored], column: str, label: Callable[[str], str] = str
) -> list[Facet]:
    """The distinct values of an indexed column over all records that the person may see, in the order of their
    labels, none last."""
    table = str(model._meta.db_table)  # noqa: SLF001  Django's documented way
    newest = Run.objects.values_list("id", "state").first()
    key = f"console-facets-{table}-{column}-{visibility.key(request)}-{newest}".replace(" ", "")
    found: dict[str | None, tuple[int, bool]] | None = cache.get(key)
    if found is None:
        seen = visibility.narrowed(request, Connection.objects.all())
        found = _counted(table, column, list(seen.values_list("pk", flat=True)))
        cache.set(key, found, SECONDS)
    facets = [
        Facet(value, label(value) if value is not None else "", count, more)
        for value, (count, more) in found.items()
    ]
    return sorted(facets, key=lambda facet: (facet.value is None, facet.label.casefold()))


def _counted(table: str, column: str, connections: Sequence[int]) -> dict[str | None, tuple[int, bool]]:
    found: dict[str | None, tuple[int, bool]] = {}
    sql = statement(database.vendor, "facet").format(table=table, column=database.ops.quote_name(column))
    with database.cursor() as cursor:
        for connection_id in connections:
            cursor.execute(sql, {"connection": connection_id, "cap": MOST_COUNTED + 1})
            for value, rows in cursor.fetchall():
                if rows:
                    count, more = found.get(value, (0, False))
                    found[value] = (count + min(rows, MOST_COUNTED), more or rows > MOST_COUNTED)
    return found
