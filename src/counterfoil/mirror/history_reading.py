"""The history of one record, read: its lines, the newest of each field, how it stood at a moment."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Subquery

from counterfoil.connectors.contract import Resource
from counterfoil.connectors.fields import COLUMNS_OF
from counterfoil.mirror import sources
from counterfoil.mirror.models import Change, Mirrored, Run, Source
from counterfoil.mirror.past import Stood, undone
from counterfoil.mirror.sources import SetBy
from counterfoil.mirror.state import State
from counterfoil.mirror.store.base import plain

if TYPE_CHECKING:
    from django.db.models import QuerySet


def lines(record: Mirrored, resource: Resource) -> "QuerySet[Change]":
    """All changes of a record, newest first."""
    rows = Change.objects.filter(resource=resource, record_id=record.pk)
    return rows.select_related("actor").order_by("-id")


def since(record: Mirrored, resource: Resource, moment: datetime) -> "QuerySet[Change]":
    """The changes after a moment, newest first.

    They were written in the order of their ids. A moment is noted a little before its line is written, so two
    processes may note theirs the other way round: what was written after the first later one is later too.
    """
    rows = lines(record, resource)
    first = rows.filter(at__gt=moment).order_by("id").values("id")[:1]
    return rows.filter(id__gte=Subquery(first))


def stood(record: Mirrored, resource: Resource, moment: datetime) -> tuple[Stood, int | None]:
    """What the record held at a moment at which it was here, state included, and the first change after it."""
    later = list(since(record, resource, moment))
    return undone(values(record, resource), record.extra, later), later[-1].pk if later else None


def values(record: Mirrored, resource: Resource) -> dict[str, Any]:
    """What a record holds now, in the form in which history keeps it."""
    return {name: plain(getattr(record, name)) for name in (*COLUMNS_OF[resource], "state")}


def newest(record: Mirrored, resource: Resource, until: int | None = None) -> "QuerySet[Change]":
    """The newest change of each field; `until` is the first one that does not count."""
    rows = Change.objects.filter(resource=resource, record_id=record.pk)
    if until is not None:
        rows = rows.filter(id__lt=until)
    latest = rows.order_by().values("field").annotate(newest=Max("id")).values("newest")
    return lines(record, resource).filter(id__in=latest)


def set_by(record: Mirrored, resource: Resource, until: int | None = None) -> dict[str, SetBy]:
    """Of each field what set its value; `until` as above."""
    found = {change.field: change for change in newest(record, resource, until)}
    return sources.each(record, resource, found, origin(record))


def origin(record: Mirrored) -> SetBy:
    """What brought the record itself, and with it all that has not changed since."""
    source, reference = record.first_source, record.first_reference
    return SetBy(record.first_seen_at, source, reference, _bringer(record), first=True)


def _bringer(record: Mirrored) -> str:
    """The login of whoever made it here, or asked for the run that brought it."""
    source, reference = record.first_source, record.first_reference
    if source == Source.EDIT:
        return _maker(record)
    return "" if source == Source.DELIVERY or reference is None else _asker(reference)


def _maker(record: Mirrored) -> str:
    """Of its first line: only customers are made here."""
    rows = Change.objects.filter(
        resource=Resource.CUSTOMER, record_id=record.pk, field="state", after=State.LOCAL.value
    )
    return rows.order_by("id").values_list("actor__username", flat=True).first() or ""


def _asker(run: int) -> str:
    found = Run.objects.filter(pk=run).values_list("requested_by__username", flat=True).first()
    return found or ""
