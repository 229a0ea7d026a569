"""Read the history of one record: its changes, the source of each value, its values at an earlier time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Max, Subquery

from counterfoil.connectors.page import Resource
from counterfoil.mapping.fields import COLUMNS_OF
from counterfoil.mirror import details
from counterfoil.mirror.changes import FIRST_DETAILS, FOLLOWS
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Change, Mirrored, Run, Source
from counterfoil.mirror.store.base import to_json

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class SetBy:
    """What set a value. `by` is the login of the user who requested it, if any.

    `first`: the record was created with this value. `follows` is the field whose change also set this derived
    field; the previous value of a derived field is not stored.
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
        """The source as people read it, with its number."""
        return source_label(self.source, self.reference)


def source_label(source: str, reference: int | None) -> str:
    """Word a source, as in "Sync run 12". An edit is known by its user, so its number is left out."""
    label = Source(source).label if source in Source.values else source
    return label if source == Source.EDIT else f"{label} {reference or ''}".rstrip()


def sources_of_fields(
    record: Mirrored, resource: Resource, newest: Mapping[str, Change], origin: SetBy
) -> dict[str, SetBy]:
    """Find the source of each field from its newest change; extra fields have the prefix `EXTRA`.

    A field that only single reads contain has no source before the first read.
    """
    names = [*COLUMNS_OF[resource], "state", *(f"{EXTRA}{key}" for key in sorted(record.extra))]
    names += sorted(name for name in newest if name.startswith(EXTRA) and name not in names)
    unread = _unread_fields(record, resource)
    detailed = frozenset(newest[FIRST_DETAILS].after or ()) if FIRST_DETAILS in newest else frozenset[str]()
    found: dict[str, SetBy] = {}
    for name in names:
        change = _newer(newest.get(name), newest.get(FOLLOWS.get(name, "")))
        if change is None and (name in detailed or FOLLOWS.get(name) in detailed):
            found[name] = replace(changed_by(newest[FIRST_DETAILS]), before=None, first=True)
        elif change is not None:
            found[name] = changed_by(change, follows="" if change.field == name else change.field)
        elif FOLLOWS.get(name, name) not in unread:
            found[name] = origin
    return found


def changed_by(change: Change, follows: str = "") -> SetBy:
    """Describe the source of one change."""
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


def _unread_fields(record: Mirrored, resource: Resource) -> frozenset[str]:
    connector = record.connection.connector
    never = details.fetched_state(record, resource, connector) == details.Fetched.NEVER
    return details.only_in_detail(resource, connector) if never else frozenset()


EXTRA = "extra."
"""Prefix of an extra field's key in the history."""
_DERIVED: dict[str, list[str]] = {}
for _derived, _field in FOLLOWS.items():
    _DERIVED.setdefault(_field, []).append(_derived)


class Undoable(Protocol):
    """What undoing needs of a change."""

    @property
    def field(self) -> str:
        """The field's name; `EXTRA` and the key for an extra field."""

    @property
    def before(self) -> Any:
        """The former value, in JSON's own types."""

    @property
    def after(self) -> Any:
        """The value it got, in JSON's own types."""


@dataclass(frozen=True, slots=True)
class PastRecord:
    """A record's former values, in JSON's own types.

    `unknown` are derived fields whose former value is not stored, because their field has changed since.
    """

    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    unknown: frozenset[str] = frozenset()


def undo(values: Mapping[str, Any], extra: Mapping[str, Any], changes: Iterable[Undoable]) -> PastRecord:
    """Undo changes, newest first, starting from the `values` and `extra` fields after them."""
    then, others = dict(values), dict(extra)
    unknown: set[str] = set()
    for change in changes:
        if change.field == FIRST_DETAILS:
            _forget(then, others, change.after)
        elif change.field.startswith(EXTRA):
            _put(others, change.field.removeprefix(EXTRA), change.before)
        elif change.field in then:
            then[change.field] = change.before
            unknown.discard(change.field)
            for derived in _DERIVED.get(change.field, ()):
                then[derived] = None
                (unknown.discard if change.before is None else unknown.add)(derived)
    values = {name: value for name, value in then.items() if name not in unknown}
    return PastRecord(values, others, frozenset(unknown & then.keys()))


def _forget(values: dict[str, Any], extra: dict[str, Any], names: Iterable[str]) -> None:
    """Clear the values that the first single read has brought, with what is derived from them."""
    for name in names:
        if name.startswith(EXTRA):
            extra.pop(name.removeprefix(EXTRA), None)
        else:
            values.update(dict.fromkeys((name, *_DERIVED.get(name, ()))))


def _put(extra: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        extra.pop(key, None)
    else:
        extra[key] = value


def lines(record: Mirrored, resource: Resource) -> "QuerySet[Change]":
    """Return all changes of a record, newest first."""
    rows = Change.objects.filter(resource=resource, record_id=record.pk)
    return rows.select_related("actor").order_by("-id")


def since(record: Mirrored, resource: Resource, moment: datetime) -> "QuerySet[Change]":
    """Return the changes after a time, newest first.

    Ids give the order of writing. A change takes its time a little before it is written, so the times of two
    processes can be in another order: whatever was written after the first later change counts as later.
    """
    rows = lines(record, resource)
    first = rows.filter(at__gt=moment).order_by("id").values("id")[:1]
    return rows.filter(id__gte=Subquery(first))


def as_of(record: Mirrored, resource: Resource, moment: datetime) -> tuple[PastRecord, int | None]:
    """Return the record's values, state included, at a time after its creation, and the first later change."""
    later = list(since(record, resource, moment))
    return undo(values(record, resource), record.extra, later), later[-1].pk if later else None


def values(record: Mirrored, resource: Resource) -> dict[str, Any]:
    """Return a record's current values in the form that history stores."""
    return {name: to_json(getattr(record, name)) for name in (*COLUMNS_OF[resource], "state")}


def newest(record: Mirrored, resource: Resource, until: int | None = None) -> "QuerySet[Change]":
    """Return the newest change of each field. `until` is the key of the first change to ignore."""
    rows = Change.objects.filter(resource=resource, record_id=record.pk)
    if until is not None:
        rows = rows.filter(id__lt=until)
    latest = rows.order_by().values("field").annotate(newest=Max("id")).values("newest")
    return lines(record, resource).filter(id__in=latest)


def set_by(record: Mirrored, resource: Resource, until: int | None = None) -> dict[str, SetBy]:
    """Find the source of each field's value. `until` is the key of the first change to ignore."""
    found = {change.field: change for change in newest(record, resource, until)}
    return sources_of_fields(record, resource, found, origin(record))


def first_source(record: Mirrored, resource: Resource, field: str) -> SetBy:
    """Return the source of a field's first value: of the record, or the first single read where lists lack it."""
    detailed = lines(record, resource).filter(field=FIRST_DETAILS).last()
    if detailed is None or not {field, FOLLOWS.get(field)} & set(detailed.after or ()):
        return origin(record)
    return replace(changed_by(detailed), before=None, first=True)


def origin(record: Mirrored) -> SetBy:
    """Return the source of the record itself, and of all values that have not changed since."""
    source, reference = record.first_source, record.first_reference
    return SetBy(record.first_seen_at, source, reference, _origin_user(record), first=True)


def _origin_user(record: Mirrored) -> str:
    """Return the login of the user who created the record here or requested the run that imported it."""
    source, reference = record.first_source, record.first_reference
    if source == Source.EDIT:
        return _creator(record)
    return "" if source == Source.DELIVERY or reference is None else _requester(reference)


def _creator(record: Mirrored) -> str:
    """Read the first change: only customers are created here."""
    rows = Change.objects.filter(
        resource=Resource.CUSTOMER, record_id=record.pk, field="state", after=State.LOCAL.value
    )
    return rows.order_by("id").values_list("actor__username", flat=True).first() or ""


def _requester(run: int) -> str:
    found = Run.objects.filter(pk=run).values_list("requested_by__username", flat=True).first()
    return found or ""
