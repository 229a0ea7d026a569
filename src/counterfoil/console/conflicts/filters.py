"""The filters of the list of conflicts. What is settled together by a filter is chosen by the same."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from counterfoil.console.lists.filters import ChoiceFilter, Options
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.models import Conflict, ConflictKind
from counterfoil.mirror.selection import of_connection

type Rows = QuerySet[Conflict]

OPEN = "open"
STATES: dict[str, tuple[str, Callable[[Rows], Rows]]] = {
    OPEN: ("Open", lambda rows: rows.filter(settled_at=None)),
    "people": ("Settled by somebody", lambda rows: rows.filter(settled_by__isnull=False)),
    "rules": ("Settled by a rule", lambda rows: rows.filter(by_policy=True)),
    "settled": ("All settled", lambda rows: rows.filter(settled_at__isnull=False)),
    "all": ("All", lambda rows: rows),
}


def _state(rows: Rows, chosen: str) -> Rows:
    return STATES[chosen][1](rows) if chosen in STATES else rows.none()


FILTERS: dict[str, Callable[[Rows, str], Rows]] = {
    "connection": of_connection,
    "kind": lambda rows, chosen: rows.filter(kind=chosen),
    "field": lambda rows, chosen: rows.filter(field=chosen),
    "state": _state,
}
"""By the name of the parameter."""


class _Filter(ChoiceFilter):
    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By its parameter."""
        chosen = self.value()
        return queryset if chosen is None else FILTERS[str(self.parameter_name)](queryset, chosen)


class KindFilter(_Filter):
    """What is in conflict."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """All kinds."""
        return [(kind.value, str(kind.label)) for kind in ConflictKind]


class FieldFilter(_Filter):
    """Which field."""

    title = "field"
    parameter_name = "field"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Those that can be edited."""
        return sorted(((field.name, field.label) for field in EDITABLE.values()), key=lambda entry: entry[1])


class ConflictStateFilter(_Filter):
    """The ones that wait for a decision, unless asked otherwise."""

    title = "state"
    parameter_name = "state"
    default = OPEN

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Five."""
        return [(name, words) for name, (words, _) in STATES.items()]
