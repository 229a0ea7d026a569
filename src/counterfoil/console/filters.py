"""Filters as selects in the bar above a list: plain parameters, so that a filtered list can be sent as a link."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from counterfoil.connectors.contract import Resource
from counterfoil.console import resources, visibility
from counterfoil.console.facets import Facet
from counterfoil.mirror.models import Connection
from counterfoil.mirror.selection import NONE, of_connection

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
        return [(resource.value, resources.several(resource).capitalize()) for resource in Resource]

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
