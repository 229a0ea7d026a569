"""The filters of the list of customers."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from counterfoil.console.lists import filters
from counterfoil.console.lists.filters import ChoiceFilter, Options, facet_options
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
"""Fields that normalising can find fault with."""
EDITS = {
    "any": "With edits",
    "waiting": "Not confirmed yet",
    "refused": "Refused upstream",
    "conflict": "In conflict",
    "kept": "Kept here only",
}
CHANGED = {"today": "Changed today", "7": "Changed in 7 days", "30": "Changed in 30 days"}


class SelectionFilter(ChoiceFilter):
    """A filter as selections know it, so that a list and what is done with all of it mean the same rows."""

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By its parameter."""
        chosen = self.value()
        if chosen is None or self.parameter_name is None:
            return queryset
        return selection.apply_filter(queryset, self.parameter_name, chosen, timezone.now())


class RoleFilter(SelectionFilter):
    """The roles there are, known to us or not."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """From the table."""
        return facet_options(filters.read_facets(request, Customer, "role"), "no role")


class CountryFilter(SelectionFilter):
    """The countries there are, by name."""

    title = "country"
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """From the table."""
        return facet_options(
            filters.read_facets(request, Customer, "country_code", country_label), "no country known"
        )


class CustomerStateFilter(SelectionFilter):
    """Where the row stands."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """From the table."""
        return facet_options(
            filters.read_facets(request, Customer, "state", lambda state: str(State(state).label)), ""
        )


class ActiveFilter(SelectionFilter):
    """Active or not."""

    title = "active"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Two."""
        return [("yes", "Active"), ("no", "Inactive")]


class InvalidFilter(SelectionFilter):
    """Rows with a value that has no normal form."""

    title = "invalid values"
    parameter_name = "invalid"
    placeholder = "Invalid"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Any field, or one."""
        return [("any", "Any invalid value"), *CHECKED]


class ChangedFilter(SelectionFilter):
    """When something in the row last changed here; any date can stand in the address."""

    title = "changed since"
    parameter_name = "changed"
    placeholder = "Changed"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Three periods, and the date that the address says."""
        chosen = self.value()
        others = [(chosen, f"Changed since {chosen}")] if chosen and chosen not in CHANGED else []
        return [*CHANGED.items(), *others]


class EditsFilter(SelectionFilter):
    """Rows with values of ours, by where these stand."""

    title = "edits"
    parameter_name = "edits"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """In the order in which they matter."""
        return [*EDITS.items()]


def country_label(code: str) -> str:
    """A country's English name, without its article."""
    return (country_name(code) or code).removeprefix("the ")
