"""The filters of the list of conflicts, used for bulk decisions too."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from counterfoil.connections import wording
from counterfoil.console.lists.filters import ChoiceFilter, Options
from counterfoil.console.lists.system import visible_system
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.models import Conflict, ConflictKind
from counterfoil.mirror.selection import of_connection

type Rows = QuerySet[Conflict]

OPEN = "open"
STATES: dict[str, tuple[str, Callable[[Rows], Rows]]] = {
    OPEN: ("Open", lambda rows: rows.filter(settled_at=None)),
    "people": ("Settled by a user", lambda rows: rows.filter(settled_by__isnull=False)),
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
"""Filters by the name of their parameter."""


class _Filter(ChoiceFilter):
    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset if chosen is None else FILTERS[str(self.parameter_name)](queryset, chosen)


class KindFilter(_Filter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        system = visible_system(request)
        return [(kind.value, wording.sentence(wording.conflict_kind(kind, system))) for kind in ConflictKind]


class FieldFilter(_Filter):
    title = "field"
    parameter_name = "field"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return sorted(((field.name, field.label) for field in EDITABLE.values()), key=lambda entry: entry[1])


class ConflictStateFilter(_Filter):
    """Keeps open conflicts unless another state is chosen."""

    title = "state"
    parameter_name = "state"
    default = OPEN

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [(name, label) for name, (label, _) in STATES.items()]
