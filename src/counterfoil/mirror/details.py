"""Details: what only the read of a single record has (addresses, notes), and which records still lack them.

They take one call per record, so they are fetched in the background with a share of the day's calls, never by
a pass. So is the status of imported invoices that no pass lists.
"""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from counterfoil.connectors.page import Resource, Shape
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.mirror import imported, sharing
from counterfoil.mirror.detail_share import INVOICES, SETTING, daily_calls
from counterfoil.mirror.models import (
    Connection,
    Mirrored,
    QuarantinedRecord,
    Run,
    RunKind,
    RunState,
    State,
)
from counterfoil.mirror.resources import Table, table
from counterfoil.mirror.shapes import OUTDATED

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Fetched(StrEnum):
    """Whether a record's details were fetched."""

    WHOLE = "whole"
    """Lists contain everything, or the details are current."""
    BEFORE = "before"
    """The record has changed since its details were fetched."""
    NEVER = "never"


def fetched_state(record: Mirrored, resource: Resource, connector: str) -> Fetched:
    """Tell whether a record's details were fetched."""
    if not only_in_detail(resource, connector):
        return Fetched.WHOLE
    digest = record.other_hashes.get(Shape.DETAIL)
    if digest is None:
        return Fetched.NEVER
    return Fetched.BEFORE if digest == OUTDATED else Fetched.WHOLE


def only_in_detail(resource: Resource, connector: str) -> frozenset[str]:
    """Return the fields and extra keys that take one call per record; none where lists have everything."""
    kind = CONNECTORS.get(connector)
    collection = kind.collections.get(resource) if kind else None
    if collection is None or not collection.capabilities.details:
        return frozenset()
    return collection.reader.only_in_detail


def fetched_for(connection: Connection) -> bool:
    """Tell whether any resource of a connection has details to fetch."""
    return any(only_in_detail(resource, connection.connector) for resource in Resource)


def are_fetched(connection: Connection, resource: Resource) -> bool:
    """Tell whether details of a resource are fetched in the background: those of invoices only on request."""
    if not only_in_detail(resource, connection.connector) or calls_a_day(connection) <= 0:
        return False
    return resource != Resource.INVOICE or bool(connection.settings.get(INVOICES))


_LACKING = Q(other_hashes__detail__isnull=True) | Q(other_hashes__detail=OUTDATED)


def due(records: Table, connection_id: int) -> "QuerySet[Any]":
    """Return the records whose details are missing or outdated, except those whose read has just failed."""
    return _readable(records, connection_id).filter(_LACKING)


def to_read(connection: Connection, resource: Resource) -> "QuerySet[Any]":
    """Return the records to be read one by one in the background.

    They lack their details, where those are wanted, or are imported invoices that nothing else tells more about.
    """
    wanted = _LACKING if are_fetched(connection, resource) else Q(pk__in=())
    if resource == Resource.INVOICE:
        wanted |= imported.unconfirmed(connection.pk)
    return _readable(table(resource), connection.pk).filter(wanted)


def _readable(records: Table, connection_id: int) -> "QuerySet[Any]":
    failed = QuarantinedRecord.objects.filter(
        connection_id=connection_id, resource=records.resource, resolved_at=None, retry_at__gt=timezone.now()
    )
    rows = records.rows(connection_id).filter(state=State.PRESENT)
    return rows.exclude(external_id__in=failed.values("external_id"))


def calls_a_day(connection: Connection) -> int:
    """Return how many calls a day details may take."""
    return daily_calls(connection.settings.get(SETTING), sharing.load_allowance(connection.pk).daily_limit)


def reads_a_day(connection: Connection, resource: Resource) -> int:
    """Return how many calls a day reads in the background may take.

    Without details it is the usual share: imported invoices are read all the same.
    """
    if are_fetched(connection, resource):
        return calls_a_day(connection)
    return calls_a_day(connection) or daily_calls(None, sharing.load_allowance(connection.pk).daily_limit)


def calls_taken(connection_id: int, day: date) -> int:
    """Count the calls that details have taken of the allowance on a day, for all resources."""
    sharers = sharing.sharers(connection_id)
    runs = Run.objects.filter(connection_id__in=sharers, kind=RunKind.DETAILS).order_by("-id")
    spent = (options.get("spent", {}) for options in runs.values_list("options", flat=True)[:50])
    return sum(int(each["calls"]) for each in spent if each.get("day") == day.isoformat())


def request_details(connection: Connection, resource: Resource) -> None:
    """Request a run that reads what is `to_read`, unless one is waiting or running."""
    same = Run.objects.filter(connection=connection, resource=resource, kind=RunKind.DETAILS)
    if not same.filter(state__in=RunState.UNDERWAY).exists() and to_read(connection, resource).exists():
        Run.objects.create(connection=connection, resource=resource, kind=RunKind.DETAILS)
