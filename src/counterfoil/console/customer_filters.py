"""The filters of the list of customers."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from counterfoil.connectors.fields import LABELS
from counterfoil.console import facets
from counterfoil.console.filters import NONE, ChoiceFilter, Options, counted
from counterfoil.mirror.models import Customer, State
from counterfoil.normalize.country import country_name

type Rows = QuerySet[Customer]

CHECKED = ("phone", "mobile", "vat_number", "email", "billing_email", "website", "country", "name")
"""Fields that normalising can find fault with."""


class RoleFilter(ChoiceFilter):
    """The roles there are, known to us or not."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """From the table."""
        return counted(facets.customers_by("role"), "no role")

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """The effective role, exactly."""
        return _equal(queryset, "role", self.value())


class CountryFilter(ChoiceFilter):
    """The countries there are, by name."""

    title = "country"
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """From the table."""
        return counted(facets.customers_by("country_code", country_label), "no country known")

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By its code."""
        return _equal(queryset, "country_code", self.value())


class StateFilter(ChoiceFilter):
    """Where the row stands."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """From the table."""
        return counted(facets.customers_by("state", lambda state: str(State(state).label)), "")

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Exactly."""
        return _equal(queryset, "state", self.value())


class ActiveFilter(ChoiceFilter):
    """Active or not."""

    title = "active"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Two."""
        return [("yes", "Active"), ("no", "Inactive")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By the flag."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(is_active=chosen == "yes")


class InvalidFilter(ChoiceFilter):
    """Rows with a value that has no normal form."""

    title = "invalid values"
    parameter_name = "invalid"
    placeholder = "Valid or not"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Any field, or one."""
        return [("any", "Has an invalid value"), *((name, f"Invalid: {LABELS[name]}") for name in CHECKED)]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By the reasons that were kept."""
        chosen = self.value()
        if chosen is None:
            return queryset
        some = queryset.exclude(invalid={})  # as the index says it
        return some if chosen == "any" else some.filter(invalid__has_key=chosen)


def country_label(code: str) -> str:
    """A country's English name, without its article."""
    return (country_name(code) or code).removeprefix("the ")


def _equal(rows: Rows, column: str, chosen: str | None) -> Rows:
    if chosen is None:
        return rows
    return rows.filter(**{column: None if chosen == NONE else chosen})
