"""The page of a mirrored record: its fields, extra fields, state, history and payload."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.customers.edit_status import EditMark
from counterfoil.console.lists.pagination import page_keys
from counterfoil.console.lists.system import SEVERAL
from counterfoil.console.widgets.formats import one_line, pretty_json
from counterfoil.ingest.rewrite import NOTHING
from counterfoil.mapping.fields import LABELS_OF
from counterfoil.mirror import details, freshness, record_history, sent_values
from counterfoil.mirror.changes import FIRST_DETAILS
from counterfoil.mirror.models import Change, Mirrored, Source, State
from counterfoil.mirror.record_history import EXTRA, SetBy

_BY_RUN = frozenset(Source.values) - {Source.DELIVERY, Source.EDIT}


@dataclass(frozen=True, slots=True)
class SourceText:
    """The source of one value, in words. `before` is None for a first value, or where the old one was not kept."""

    called: str
    at: datetime
    by: str
    run: int | None
    delivery: int | None
    before: str | None
    first: bool


def source_text(found: SetBy | None) -> SourceText | None:
    """Put the source of a value into words; None where it is unknown."""
    if found is None:
        return None
    return SourceText(
        called=found.called,
        at=found.at,
        by=found.by,
        run=run_key(found.source, found.reference),
        delivery=delivery_key(found.source, found.reference),
        before=None if found.first or found.follows else one_line(found.before),
        first=found.first,
    )


def run_key(source: str, reference: int | None) -> int | None:
    """Return the key of the run that a source names; None for a source of another kind."""
    return reference if source in _BY_RUN else None


def delivery_key(source: str, reference: int | None) -> int | None:
    """Return the key of the delivery that a source names; None for a source of another kind."""
    return reference if source == Source.DELIVERY else None


type Groups = tuple[tuple[str, tuple[str, ...]], ...]
"""Headings, each with the names of the fields below it."""

CHANGES_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as a page shows it."""

    label: str
    value: str | SafeString
    normal: str = ""
    problem: str = ""
    empty_text: str = ""
    """Shown instead of a dash where there is no value."""
    name: str = ""
    """The field's name in the history; empty for what is no field."""
    normal_name: str = ""
    """The name of the column with its normal form."""
    source: SourceText | None = None
    """What set the value, on request."""
    normal_source: SourceText | None = None
    """What set the normal form, where that is something else."""
    mark: EditMark | None = None
    """The state of an edit of this field."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a record's history."""

    change: Change
    label: str
    before: str
    after: str
    run: int | None
    delivery: int | None
    note: str = ""
    """What became of the value when it was sent."""


def context(
    request: HttpRequest, record: Mirrored, resource: Resource, groups: Iterable[tuple[str, Sequence[FieldView]]]
) -> dict[str, Any]:
    """Return the context that all record pages share.

    `groups` are the fields. With `?sources` in the address each has the source of its value.
    """
    with_sources = "sources" in request.GET
    set_by = record_history.set_by(record, resource) if with_sources else {}
    extra = [FieldView(key, one_line(value), name=f"{EXTRA}{key}") for key, value in sorted(record.extra.items())]
    return {
        "sources": with_sources,
        "groups": [(title, _add_sources(fields, set_by)) for title, fields in groups],
        "extra": _add_sources(extra, set_by),
        "state_source": _state_source(set_by.get("state"), wording.system(record.connection)),
        "details": _details(record, resource),
        "last_synced": freshness.last_synced(record, resource),
        "answered_by": record.answered_by if record.state == State.UNLISTED else None,
        "first_run": run_key(record.first_source, record.first_reference),
        "first_delivery": delivery_key(record.first_source, record.first_reference),
        "first_by": record_history.origin(record).by if record.first_source == Source.EDIT else "",
        "payload": pretty_json(record.raw) if record.raw != NOTHING else "",
        **_history(record, resource, _page_number(request.GET.get("history"))),
    }


def _state_source(found: SetBy | None, system: str) -> SourceText | None:
    source = source_text(found)
    return (
        replace(source, before=_value_text("state", source.before, system)) if source and source.before else source
    )


def _value_text(field: str, value: object, system: str) -> str:
    """Format a value of the history in one line; a state in words, as in "In Robaws"."""
    if field == "state" and value in set(State):
        return wording.sentence(wording.record_state(str(value), system))
    if field == FIRST_DETAILS and isinstance(value, list):
        return f"{len(value)} values, read for the first time"
    return one_line(value)


def _add_sources(fields: Iterable[FieldView], set_by: Mapping[str, SetBy]) -> list[FieldView]:
    """Add the sources of values, and of normal forms that were not derived together with their value."""
    found: list[FieldView] = []
    for field in fields:
        normal = set_by.get(field.normal_name)
        own = normal if normal is not None and not normal.first and not normal.follows else None
        found.append(replace(field, source=source_text(set_by.get(field.name)), normal_source=source_text(own)))
    return found


_DETAILS = {
    details.Fetched.WHOLE: "fetched",
    details.Fetched.BEFORE: "fetched before the last change; they will be updated in the background",
    details.Fetched.NEVER: "not fetched yet; they are fetched in the background, some each day",
}
_NOT_IN_BACKGROUND = {
    details.Fetched.BEFORE: "fetched before the last change",
    details.Fetched.NEVER: "not fetched; the connection does not fetch them in the background",
}


def _details(record: Mirrored, resource: Resource) -> str:
    """Say whether fields that no list contains were fetched; empty where lists contain all of them."""
    connector = record.connection.connector
    if not details.only_in_detail(resource, connector):
        return ""
    state = details.fetched_state(record, resource, connector)
    if details.are_fetched(record.connection, resource):
        return _DETAILS[state]
    return _NOT_IN_BACKGROUND.get(state, _DETAILS[state])


def field_view(
    record: Mirrored,
    resource: Resource,
    name: str,
    *,
    normal: str = "",
    normal_name: str = "",
    values: Mapping[str, str | SafeString] | None = None,
) -> FieldView:
    """Return one field with its normal form and what is wrong with it.

    `normal_name` is the column of the normal form; `values` are texts of fields that are not shown as stored.
    """
    value = one_line(getattr(record, name))
    return FieldView(
        label=LABELS_OF[resource][name],
        value=(values or {}).get(name, value),
        normal=normal if normal != value else "",
        problem=record.invalid.get(name, ""),
        empty_text="" if value else _empty_text(record, resource, name),
        name=name,
        normal_name=normal_name,
    )


def _empty_text(record: Mirrored, resource: Resource, name: str) -> str:
    """Say why a field may be empty only here."""
    connector = record.connection.connector
    if name not in details.only_in_detail(resource, connector):
        return ""
    if details.fetched_state(record, resource, connector) != details.Fetched.NEVER:
        return ""
    return "not fetched yet" if details.are_fetched(record.connection, resource) else "not fetched"


def _history(record: Mirrored, resource: Resource, number: int) -> dict[str, Any]:
    rows = Change.objects.filter(resource=resource, record_id=record.pk).order_by("-id")
    found, more = page_keys(rows, number, CHANGES_A_PAGE)
    changes = rows.filter(pk__in=found).select_related("actor")
    return {
        "history": list(history_lines(changes, resource, wording.system(record.connection))),
        "history_newer": number - 1 if number > 1 else None,
        "history_older": number + 1 if more else None,
    }


def history_lines(changes: Iterable[Change], resource: Resource, system: str = SEVERAL) -> Iterator[HistoryLine]:
    """Format changes of records of one resource for their history. `system` is what their state refers to."""
    labels = LABELS_OF[resource]
    changes = list(changes)
    sent = sent_values.of_changes(changes)
    for change in changes:
        name = change.field.removeprefix("extra.")
        yield HistoryLine(
            change=change,
            label=labels.get(name, name.replace("_", " ").capitalize()) if name == change.field else name,
            before=_value_text(change.field, change.before, system),
            after=_value_text(change.field, change.after, system),
            run=run_key(change.source, change.reference),
            delivery=delivery_key(change.source, change.reference),
            note=wording.sent_value(sent[change.pk], system) if change.pk in sent else "",
        )


def _page_number(text: str | None) -> int:
    return max(1, min(int(text), 10_000)) if text and text.isdecimal() and len(text) < 9 else 1
