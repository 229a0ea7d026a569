"""The filters of the list of customers."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from counterfoil.connections import wording
from counterfoil.console.lists import filters
from counterfoil.console.lists.filters import ChoiceFilter, Options, facet_options
from counterfoil.console.lists.system import visible_system
from counterfoil.mirror import selection
from counterfoil.mirror.models import Customer, State
from counterfoil.normalize.country import country_name

type Rows = QuerySet[Customer]

CHECKED = (
    ("phone", "Invalid phone"),
    ("mobile", "Invalid mobile"),
    ("vat_number", "Invalid VAT number"),
    ("email", "Invalid e-mail"),
    ("billing_email", "Invalid billing e-mail"),
    ("website", "Invalid website"),
    ("country", "Unknown country"),
    ("name", "Invalid name"),
)
"""The fields that normalisation can mark as invalid."""
EDITS = {
    "any": "With edits",
    "waiting": "Waiting to be sent",
    "refused": "Rejected",
    "conflict": "In conflict",
    "kept": "Kept here only",
}
CHANGED = {"today": "Changed today", "7": "Changed in the last 7 days", "30": "Changed in the last 30 days"}


class SelectionFilter(ChoiceFilter):
    """A filter that selections know too, so that a list and a bulk action on it mean the same rows."""

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        if chosen is None or self.parameter_name is None:
            return queryset
        return selection.apply_filter(queryset, self.parameter_name, chosen, timezone.now())


class RoleFilter(SelectionFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return facet_options(filters.read_facets(request, Customer, "role"), "No role")


class CountryFilter(SelectionFilter):
    title = "country"
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return facet_options(filters.read_facets(request, Customer, "country_code", country_label), "No country")


class CustomerStateFilter(SelectionFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        system = visible_system(request)
        facets = filters.read_facets(request, Customer, "state", lambda state: state_label(state, system))
        options = facet_options(facets, "")
        if any(facet.value == State.MISSING for facet in facets):
            options.append((selection.MISSING_FOR_LONG, "Not found for over 30 days"))
        return options


class ActiveFilter(SelectionFilter):
    title = "active"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [("yes", "Active"), ("no", "Inactive")]


class InvalidFilter(SelectionFilter):
    """Keeps rows with a value that has no normal form, in any field or in one."""

    title = "invalid values"
    parameter_name = "invalid"
    placeholder = "Invalid"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [("any", "Any invalid value"), *CHECKED]


class ChangedFilter(SelectionFilter):
    """Filters by when a row last changed here. An address may name any date."""

    title = "changed since"
    parameter_name = "changed"
    placeholder = "Changed"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        chosen = self.value()
        others = [(chosen, f"Changed since {chosen}")] if chosen and chosen not in CHANGED else []
        return [*CHANGED.items(), *others]


class EditsFilter(SelectionFilter):
    title = "edits"
    parameter_name = "edits"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [*EDITS.items()]


class DeletedFilter(SelectionFilter):
    """Includes deleted customers in a search. It is offered where some match, and shown once chosen."""

    title = "deleted customers"
    parameter_name = selection.DELETED
    placeholder = "Without deleted"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [("yes", "Deleted included")] if request.GET.get(selection.DELETED) else []


def state_label(state: str, system: str) -> str:
    """Return the label of a row's state, as in "In Robaws"."""
    return wording.sentence(wording.record_state(state, system))


def country_label(code: str) -> str:
    """Return a country's English name without its article."""
    return (country_name(code) or code).removeprefix("the ")
