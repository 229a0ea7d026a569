"""The filters of the list of webhooks, which also choose what is replayed together."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from counterfoil.console.lists.filters import ChoiceFilter, Options
from counterfoil.console.widgets.badges import DELIVERY_LABELS
from counterfoil.mirror.selection import SEARCH, changed_since, of_connection
from counterfoil.webhooks.models import Delivery, DeliveryState

type Rows = QuerySet[Delivery]

RECEIVED = {"today": "Received today", "7": "Received in the last 7 days", "30": "Received in the last 30 days"}


def apply_filter(rows: Rows, name: str, chosen: str, now: datetime) -> Rows:
    """Keep the deliveries that match one filter; none where its value makes no sense."""
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
"""By the name of the parameter. The search matches the whole id of a record."""


class DeliveryStateFilter(ChoiceFilter):
    """Filters by state."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [(state.value, DELIVERY_LABELS[state]) for state in DeliveryState]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset if chosen is None else apply_filter(queryset, "state", chosen, timezone.now())


class SinceFilter(ChoiceFilter):
    """Filters by the time of receipt. The address may also hold any date."""

    title = "received since"
    parameter_name = "since"
    placeholder = "Received"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Return three periods, and the date in the address."""
        chosen = self.value()
        others = [(chosen, f"Received since {chosen}")] if chosen and chosen not in RECEIVED else []
        return [*RECEIVED.items(), *others]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset if chosen is None else apply_filter(queryset, "since", chosen, timezone.now())
