"""The filters of the list of webhooks. What is replayed by a filter is chosen by the same."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from counterfoil.console.lists.filters import ChoiceFilter, Options
from counterfoil.mirror.selection import SEARCH, changed_since, of_connection
from counterfoil.webhooks.models import Delivery, DeliveryState

type Rows = QuerySet[Delivery]

RECEIVED = {"today": "Received today", "7": "Received in 7 days", "30": "Received in 30 days"}


def apply_filter(rows: Rows, name: str, chosen: str, now: datetime) -> Rows:
    """The deliveries that one filter leaves. A choice that makes no sense leaves none."""
    return FILTERS[name](rows, chosen, now)


def _since(rows: Rows, chosen: str, now: datetime) -> Rows:
    since = changed_since(chosen, now)
    return rows.none() if since is None else rows.filter(received_at__gte=since)


FILTERS: dict[str, Callable[[Rows, str, datetime], Rows]] = {
    SEARCH: lambda rows, chosen, _: rows.filter(external_id=chosen),
    "connection": lambda rows, chosen, _: of_connection(rows, chosen),
    "state": lambda rows, chosen, _: rows.filter(state=chosen),
    "since": _since,
}
"""By the name of the parameter. The search is for the id of a record, in full."""


class DeliveryStateFilter(ChoiceFilter):
    """Where the delivery stands."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """All states."""
        return [(state.value, str(state.label)) for state in DeliveryState]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Exactly."""
        chosen = self.value()
        return queryset if chosen is None else apply_filter(queryset, "state", chosen, timezone.now())


class SinceFilter(ChoiceFilter):
    """When it was received; any date can stand in the address."""

    title = "received since"
    parameter_name = "since"
    placeholder = "Received"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Three periods, and the date that the address says."""
        chosen = self.value()
        others = [(chosen, f"Received since {chosen}")] if chosen and chosen not in RECEIVED else []
        return [*RECEIVED.items(), *others]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """From the beginning of that day on."""
        chosen = self.value()
        return queryset if chosen is None else apply_filter(queryset, "since", chosen, timezone.now())
