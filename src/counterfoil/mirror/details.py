"""What only a read of one record gives (addresses, notes): whether it was fetched, and asking for what was not.

It takes a call for each record, so it is fetched in the background, a share of the day's calls at a time, and
never by a pass.
"""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from counterfoil.connectors.page import Resource, Shape
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.mirror.detail_share import SETTING, daily_calls
from counterfoil.mirror.models import Allowance, Connection, Mirrored, Run, RunKind, RunState, State
from counterfoil.mirror.resources import Table, table
from counterfoil.mirror.shapes import OUTDATED

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Fetched(StrEnum):
    """What is known of a record's details."""

    WHOLE = "whole"
    """Every shape of the record says the same, or the newest detail is here."""
    BEFORE = "before"
    """The record has changed since its details were fetched."""
    NEVER = "never"


def fetched_state(record: Mirrored, resource: Resource, connector: str) -> Fetched:
    """Whether the record's details are here."""
    if not only_in_detail(resource, connector):
        return Fetched.WHOLE
    known = record.other_hashes.get(Shape.DETAIL)
    if known is None:
        return Fetched.NEVER
    return Fetched.BEFORE if known == OUTDATED else Fetched.WHOLE


def only_in_detail(resource: Resource, connector: str) -> frozenset[str]:
    """Fields and extra keys that take a call for each record; none where lists say everything."""
    known = CONNECTORS.get(connector)
    collection = known.collections.get(resource) if known else None
    if collection is None or not collection.capabilities.details:
        return frozenset()
    return collection.reader.only_in_detail


def fetched_for(connection: Connection) -> bool:
    """Whether a connection has any to fetch."""
    return any(only_in_detail(resource, connection.connector) for resource in Resource)


def due(kept: Table, connection_id: int) -> "QuerySet[Any]":
    """The records whose details are still to be fetched, or fetched again."""
    lacking = Q(other_hashes__detail__isnull=True) | Q(other_hashes__detail=OUTDATED)
    return kept.rows(connection_id).filter(lacking, state=State.PRESENT)


def calls_a_day(connection: Connection) -> int:
    """How many calls a day details may take."""
    known = Allowance.objects.filter(connection=connection).values_list("daily_limit", flat=True).first()
    return daily_calls(connection.settings.get(SETTING), known)


def calls_taken(connection_id: int, day: date) -> int:
    """How many calls details have taken on a day, whatever they were of."""
    runs = Run.objects.filter(connection_id=connection_id, kind=RunKind.DETAILS).order_by("-id")
    spent = (options.get("spent", {}) for options in runs.values_list("options", flat=True)[:50])
    return sum(int(each["calls"]) for each in spent if each.get("day") == day.isoformat())


def request_details(connection: Connection, resource: Resource) -> None:
    """After a pass: have somebody fetch the details that are lacking, unless that is asked for already."""
    if not only_in_detail(resource, connection.connector) or calls_a_day(connection) <= 0:
        return
    same = Run.objects.filter(connection=connection, resource=resource, kind=RunKind.DETAILS)
    if not same.filter(state__in=RunState.UNDERWAY).exists() and due(table(resource), connection.pk).exists():
        Run.objects.create(connection=connection, resource=resource, kind=RunKind.DETAILS)
