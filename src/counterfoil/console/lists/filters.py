"""Filters as selects in the bar above a list: plain parameters, so that a filtered list can be sent as a link."""

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
    """One select. An empty choice means all, or `usual` where a list starts out narrowed."""

    placeholder = ""
    """What the select says when nothing is chosen; its title where this is empty."""
    usual: str | None = None

    def value(self) -> str | None:
        """What was chosen; None for nothing."""
        chosen = super().value()
        chosen = chosen.replace("\0", "") if chosen else None
        return chosen or self.usual

    def has_output(self) -> bool:
        """A select with nothing to choose from is left out, unless something is chosen in it."""
        return bool(self.lookup_choices) or self.value() is not None

    def options(self) -> Options:
        """The select's entries, the chosen one included even where it is not there any more."""
        entries = [(str(value), str(label)) for value, label in self.lookup_choices]
        chosen = self.value()
        if chosen is not None and chosen not in {value for value, _ in entries}:
            entries.append((chosen, chosen))
        return entries


class ConnectionFilter(ChoiceFilter):
    """Shown only where there is more than one."""

    title = "connection"
    parameter_name = "connection"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Those the person may see, by name."""
        seen = visibility.narrowed(request, Connection.objects.all())
        found = [(str(connection.pk), connection.called) for connection in seen.select_related("owner")]
        return found if len(found) > 1 else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """By its key."""
        chosen = self.value()
        return queryset if chosen is None else of_connection(queryset, chosen)


class ResourceFilter(ChoiceFilter):
    """What runs read, and what was set aside."""

    title = "records"
    parameter_name = "resource"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """All resources."""
        return [(resource.value, resource_names.several(resource).capitalize()) for resource in Resource]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Exactly."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(resource=chosen)


def counted(facets: Iterable[Facet], nothing: str) -> Options:
    """Distinct values with how often they occur, as entries of a select."""
    return [
        (
            NONE if facet.value is None else facet.value,
            f"{facet.label or nothing} ({facet.count:,}{'+' * facet.more})",
        )
        for facet in facets
    ]
