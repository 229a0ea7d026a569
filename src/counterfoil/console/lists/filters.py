"""Filters as selects above a list. They are plain parameters, so a filtered list can be shared as a link."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.core.cache import cache
from django.db import connection as database
from django.db.models import QuerySet
from django.http import HttpRequest

from counterfoil.connectors.page import Resource
from counterfoil.console.site import visibility
from counterfoil.console.widgets import resource_names
from counterfoil.mirror.models import Connection, Mirrored, Run
from counterfoil.mirror.selection import NONE, of_connection
from counterfoil.mirror.store import current_dialect

SECONDS = 60
MOST_COUNTED = 1_000
"""Rows counted per value and connection. Counting a whole table for a select would take seconds."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of a column and how many rows have it.

    `value` is None and `label` empty for rows without one; `more` tells that more than `count` rows have it.
    """

    value: str | None
    label: str
    count: int
    more: bool = False


def read_facets(
    request: HttpRequest, model: type[Mirrored], column: str, label: Callable[[str], str] = str
) -> list[Facet]:
    """Return the distinct values of an indexed column over all records that the user may see.

    They are sorted by label, with the rows without a value last, and cached for SECONDS.
    """
    table = str(model._meta.db_table)  # noqa: SLF001  Django's documented way
    newest = Run.objects.values_list("id", "state").first()
    key = f"console-facets-{table}-{column}-{visibility.cache_key(request)}-{newest}".replace(" ", "")
    found: dict[str | None, tuple[int, bool]] | None = cache.get(key)
    if found is None:
        seen = visibility.narrow(request, Connection.objects.all())
        found = _count(table, column, list(seen.values_list("pk", flat=True)))
        cache.set(key, found, SECONDS)
    facets = [
        Facet(value, label(value) if value is not None else "", count, more)
        for value, (count, more) in found.items()
    ]
    return sorted(facets, key=lambda facet: (facet.value is None, facet.label.casefold()))


def _count(table: str, column: str, connections: Sequence[int]) -> dict[str | None, tuple[int, bool]]:
    found: dict[str | None, tuple[int, bool]] = {}
    sql = current_dialect().statement("facet").format(table=table, column=database.ops.quote_name(column))
    with database.cursor() as cursor:
        for connection_id in connections:
            cursor.execute(sql, {"connection": connection_id, "cap": MOST_COUNTED + 1})
            for value, rows in cursor.fetchall():
                if rows:
                    count, more = found.get(value, (0, False))
                    found[value] = (count + min(rows, MOST_COUNTED), more or rows > MOST_COUNTED)
    return found


type Options = list[tuple[str, str]]


class ChoiceFilter(SimpleListFilter):
    """One select. An empty choice means all, or `default` where a list starts out narrowed."""

    placeholder = ""
    """The select's text while nothing is chosen; its title where this is empty."""
    default: str | None = None

    def value(self) -> str | None:
        """Return the choice; None for none."""
        chosen = super().value()
        chosen = chosen.replace("\0", "") if chosen else None
        return chosen or self.default

    def has_output(self) -> bool:
        """Leave out a select with nothing to choose from, unless something is chosen in it."""
        return bool(self.lookup_choices) or self.value() is not None

    def options(self) -> Options:
        """Return the select's entries, including the chosen one where it no longer exists."""
        entries = [(str(value), str(label)) for value, label in self.lookup_choices]
        chosen = self.value()
        if chosen is not None and chosen not in {value for value, _ in entries}:
            entries.append((chosen, chosen))
        return entries


class ConnectionFilter(ChoiceFilter):
    """Filters by connection. Shown only where the user sees more than one."""

    title = "connection"
    parameter_name = "connection"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        seen = visibility.narrow(request, Connection.objects.all())
        found = [(str(connection.pk), connection.called) for connection in seen.select_related("owner")]
        return found if len(found) > 1 else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        chosen = self.value()
        return queryset if chosen is None else of_connection(queryset, chosen)


class ResourceFilter(ChoiceFilter):
    """Filters runs and import problems by the resource they are about."""

    title = "records"
    parameter_name = "resource"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [(resource.value, resource_names.nouns(resource).capitalize()) for resource in Resource]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(resource=chosen)


def facet_options(facets: Iterable[Facet], empty_label: str) -> Options:
    """Turn facets into entries of a select, each with its number of rows."""
    return [
        (
            NONE if facet.value is None else facet.value,
            f"{facet.label or empty_label} ({facet.count:,}{'+' * facet.more})",
        )
        for facet in facets
    ]
