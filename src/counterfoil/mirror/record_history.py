"""The history of one record, read: its lines, the newest of each field, how it stood at a moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Max, Subquery

from counterfoil.connectors.page import Resource
from counterfoil.mapping.fields import COLUMNS_OF
from counterfoil.mirror import details
from counterfoil.mirror.changes import FOLLOWS
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Change, Mirrored, Run, Source
from counterfoil.mirror.store.base import to_json

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class SetBy:
    """What set a value. `by` is the login of whoever asked for it, if anybody did.

    `first`: the value is the one that the record came with. `follows` is the field whose change set this normal
    form too; what a normal form was before that is not kept.
    """

    at: datetime
    source: str
    reference: int | None
    by: str = ""
    before: Any = None
    first: bool = False
    follows: str = ""

    @property
    def called(self) -> str:
        """What people call the source, with its number."""
        return source_label(self.source, self.reference)


def source_label(source: str, reference: int | None) -> str:
    """As in "Sync run 12". An edit is called by whoever made it, not by its number."""
    label = Source(source).label if source in Source.values else source
    return label if source == Source.EDIT else f"{label} {reference or ''}".rstrip()


def each(record: Mirrored, resource: Resource, newest: Mapping[str, Change], origin: SetBy) -> dict[str, SetBy]:
    """By field (extra ones by `EXTRA` and their key) what set its value, from the newest change of each.

    A field that only a read of the record tells has no source before that.
    """
    names = [*COLUMNS_OF[resource], "state", *(f"{EXTRA}{key}" for key in sorted(record.extra))]
    names += sorted(name for name in newest if name.startswith(EXTRA) and name not in names)
    untold = _untold(record, resource)
    found: dict[str, SetBy] = {}
    for name in names:
        change = _newer(newest.get(name), newest.get(FOLLOWS.get(name, "")))
        if change is not None:
            found[name] = changed_by(change, follows="" if change.field == name else change.field)
        elif FOLLOWS.get(name, name) not in untold:
            found[name] = origin
    return found


def changed_by(change: Change, follows: str = "") -> SetBy:
    """What one change says of its field."""
    return SetBy(
        at=change.at,
        source=change.source,
        reference=change.reference,
        by=change.actor.get_username() if change.actor else "",
        before=None if follows else change.before,
        follows=follows,
    )


def _newer(one: Change | None, other: Change | None) -> Change | None:
    found = [change for change in (one, other) if change is not None]
    return max(found, key=lambda change: change.pk, default=None)


def _untold(record: Mirrored, resource: Resource) -> frozenset[str]:
    connector = record.connection.connector
    never = details.fetched_state(record, resource, connector) == details.Fetched.NEVER
    return details.only_in_detail(resource, connector) if never else frozenset()


EXTRA = "extra."
"""Before the key of an extra field, where history names a field."""
_MADE_OF: dict[str, list[str]] = {}
for _made, _field in FOLLOWS.items():
    _MADE_OF.setdefault(_field, []).append(_made)


class Undoable(Protocol):
    """A line of history, as far as undoing it goes."""

    @property
    def field(self) -> str:
        """Which field; an extra one by `EXTRA` and its key."""

    @property
    def before(self) -> Any:
        """What it held before, in JSON's own types."""


@dataclass(frozen=True, slots=True)
class PastRecord:
    """What a record held, in JSON's own types. `unknown` are normal forms that are in neither: what they were is
    known only where their field has not changed since."""

    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    unknown: frozenset[str] = frozenset()


def undo(values: Mapping[str, Any], extra: Mapping[str, Any], changes: Iterable[Undoable]) -> PastRecord:
    """What stood before these changes, of which the newest comes first; `values` and `extra` stand after them."""
    then, others = dict(values), dict(extra)
    unknown: set[str] = set()
    for change in changes:
        if change.field.startswith(EXTRA):
            _put(others, change.field.removeprefix(EXTRA), change.before)
        elif change.field in then:
            then[change.field] = change.before
            unknown.discard(change.field)
            for made in _MADE_OF.get(change.field, ()):
                then[made] = None
                (unknown.discard if change.before is None else unknown.add)(made)
    known = {name: value for name, value in then.items() if name not in unknown}
    return PastRecord(known, others, frozenset(unknown & then.keys()))


def _put(extra: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        extra.pop(key, None)
    else:
        extra[key] = value


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


def as_of(record: Mirrored, resource: Resource, moment: datetime) -> tuple[PastRecord, int | None]:
    """What the record held at a moment at which it was here, state included, and the first change after it."""
    later = list(since(record, resource, moment))
    return undo(values(record, resource), record.extra, later), later[-1].pk if later else None


def values(record: Mirrored, resource: Resource) -> dict[str, Any]:
    """What a record holds now, in the form in which history keeps it."""
    return {name: to_json(getattr(record, name)) for name in (*COLUMNS_OF[resource], "state")}


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
    return each(record, resource, found, origin(record))


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
