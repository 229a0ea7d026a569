"""The filters of the list of invoices."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from counterfoil.console.invoices.overdue import overdue
from counterfoil.console.lists import filters
from counterfoil.console.lists.filters import ChoiceFilter, Options, facet_options
from counterfoil.console.site import visibility
from counterfoil.console.widgets.badges import status_words
from counterfoil.mirror.models import Customer, Invoice, State
from counterfoil.mirror.pagination import parse_key
from counterfoil.mirror.selection import NONE

type Rows = QuerySet[Invoice]


class StatusFilter(ChoiceFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return facet_options(filters.read_facets(request, Invoice, "status", status_words), "No status")

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(status=None if chosen == NONE else chosen)


class OverdueFilter(ChoiceFilter):
    title = "overdue"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [("yes", "Overdue only")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        if chosen is None:
            return queryset
        return overdue(queryset, timezone.localdate()) if chosen == "yes" else queryset.none()


class InvoiceStateFilter(ChoiceFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return facet_options(
            filters.read_facets(request, Invoice, "state", lambda state: str(State(state).label)), ""
        )

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Exclude the other states instead of looking up PRESENT, which nearly all rows have.

        The rows can then be read in the order of the list.
        """
        chosen = self.value()
        if chosen == State.PRESENT:
            return queryset.exclude(state__in=[state for state in State if state != State.PRESENT])
        return queryset if chosen is None else queryset.filter(state=chosen)


class CustomerFilter(ChoiceFilter):
    """Keeps the invoices of one customer. It is set by a link on the customer's page, never chosen in the list."""

    title = "customer"
    parameter_name = "customer"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Invoice], model_admin: ModelAdmin[Any]
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.customer = self._chosen(request)

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return []

    def options(self) -> Options:
        chosen = self.value()
        return [(chosen, str(self.customer or "Unknown customer"))] if chosen else []

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Filter by the customer's external id too, which has an index."""
        if self.value() is None:
            return queryset
        if self.customer is None:
            return queryset.none()
        return queryset.filter(
            connection_id=self.customer.connection_id,
            customer_external_id=self.customer.external_id,
            customer_id=self.customer.pk,
        )

    def _chosen(self, request: HttpRequest) -> Customer | None:
        chosen = self.value()
        key = parse_key(chosen or "")
        if key is None:
            return None
        seen = visibility.narrow(request, Customer.objects.all())
        return seen.only("name", "external_id", "connection").filter(pk=key).first()
