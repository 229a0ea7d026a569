"""The contents of a connection by resource: how many records, how fresh, and how many API calls they took."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from counterfoil.connections import factory, wording
from counterfoil.connectors.page import Resource
from counterfoil.console.widgets import resource_names
from counterfoil.mirror import coverage, details
from counterfoil.mirror.models import Connection, Run, State
from counterfoil.mirror.resources import table

COUNTED_SECONDS = 10
LACKING = "lacking"
"""The key, beside the states, of the number of records without details."""
DAYS = 30
"""The days over which API calls are counted."""


@dataclass(frozen=True, slots=True)
class ResourceContents:
    """The contents of one resource.

    `states` are state, label and number of records, only those that occur; `list_at` is the address of their list,
    empty for contact persons. `calls` are the kinds of runs with their API calls.
    """

    title: str
    states: list[tuple[str, str, int]]
    list_at: str
    complete_pass_at: datetime | None
    watermark: datetime | None
    calls: list[tuple[str, int]]
    lacking: int = 0
    """Records whose details were not fetched yet."""

    @property
    def all_calls(self) -> int:
        """The API calls of all kinds of runs."""
        return sum(count for _, count in self.calls)


def contents_of(connection: Connection) -> list[ResourceContents]:
    """Return the contents of every resource that the connector offers or that still has records."""
    counted = _count(connection)
    calls = _calls(connection)
    return [
        _contents(connection, resource, counted[resource], calls.get(resource, []))
        for resource in Resource
        if counted[resource] or factory.has_resource(connection, resource)
    ]


def _contents(
    connection: Connection, resource: Resource, rows: dict[str, int], calls: list[tuple[str, int]]
) -> ResourceContents:
    reached = coverage.load(connection.pk, resource)
    listed = resource != Resource.CONTACT_PERSON
    return ResourceContents(
        title=resource_names.nouns(resource).capitalize(),
        states=[
            (state.value, wording.record_state(state, wording.system(connection)), rows[state])
            for state in State
            if rows.get(state)
        ],
        list_at=reverse(f"admin:counterfoil_mirror_{resource}_changelist") if listed else "",
        complete_pass_at=reached.complete_pass_at,
        watermark=reached.watermark,
        calls=calls,
        lacking=rows.get(LACKING, 0),
    )


def _count(connection: Connection) -> dict[str, dict[str, int]]:
    """Count records by resource and state, anew after COUNTED_SECONDS and whenever a run starts or ends."""
    newest = connection.runs.values_list("id", "state").first()
    key = f"console-holdings-{connection.pk}-{newest}".replace(" ", "")
    found: dict[str, dict[str, int]] | None = cache.get(key)
    if found is None:
        found = {resource.value: _by_state(connection, resource) for resource in Resource}
        cache.set(key, found, COUNTED_SECONDS)
    return found


def _by_state(connection: Connection, resource: Resource) -> dict[str, int]:
    kept = table(resource)
    rows = kept.rows(connection.pk)
    found = dict(rows.order_by().values_list("state").annotate(Count("id")))
    if details.are_fetched(connection, resource):
        found[LACKING] = details.due(kept, connection.pk).count()
    return found


def _calls(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    """Sum API calls of the last DAYS days by resource and kind of run, the highest first."""
    since = timezone.now() - timedelta(days=DAYS)
    runs = Run.objects.filter(connection=connection, created_at__gte=since, api_calls__gt=0).order_by()
    found: dict[str, list[tuple[str, int]]] = {}
    for resource, kind, calls in runs.values_list("resource", "kind").annotate(Sum("api_calls")):
        found.setdefault(resource, []).append((wording.run_kind(kind), calls))
    return {resource: sorted(kinds, key=lambda kind: (-kind[1], kind[0])) for resource, kinds in found.items()}
