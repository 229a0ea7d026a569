"""What the pages of mirrored records have in common: fields, extra fields, state, history, payload."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from counterfoil.connectors.page import Resource
from counterfoil.console.customers.edit_status import EditMark
from counterfoil.console.lists.pagination import row_keys
from counterfoil.console.widgets.formats import brief, pretty
from counterfoil.ingest.rewrite import NOTHING
from counterfoil.mapping.fields import LABELS_OF
from counterfoil.mirror import details, freshness, record_history
from counterfoil.mirror.models import Change, Mirrored, Source
from counterfoil.mirror.record_history import EXTRA, SetBy

_BY_RUN = frozenset(Source.values) - {Source.DELIVERY, Source.EDIT}


@dataclass(frozen=True, slots=True)
class SourceText:
    """What set one value. `before` is None where it is the first, or not kept."""

    called: str
    at: datetime
    by: str
    run: int | None
    delivery: int | None
    before: str | None
    first: bool


def source_text(found: SetBy | None) -> SourceText | None:
    """What set a value, in words; None where nothing is known of it."""
    if found is None:
        return None
    return SourceText(
        called=found.called,
        at=found.at,
        by=found.by,
        run=run(found.source, found.reference),
        delivery=delivery(found.source, found.reference),
        before=None if found.first or found.follows else brief(found.before),
        first=found.first,
    )


def run(source: str, reference: int | None) -> int | None:
    """The run that a source names, where it is one."""
    return reference if source in _BY_RUN else None


def delivery(source: str, reference: int | None) -> int | None:
    """The delivery that a source names, where it is one."""
    return reference if source == Source.DELIVERY else None


type Groups = tuple[tuple[str, tuple[str, ...]], ...]
"""Titles, and below each the fields in the order people look for them."""

CHANGES_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as the page shows it."""

    label: str
    value: str | SafeString
    normal: str = ""
    problem: str = ""
    nothing: str = ""
    """Said in place of the dash where there is no value."""
    name: str = ""
    """Of the field, as history calls it; empty for what is no field."""
    made: str = ""
    """Of its normal form."""
    told: SourceText | None = None
    """What set the value, where that was asked for."""
    told_made: SourceText | None = None
    """What set the normal form, where that is something else."""
    mark: EditMark | None = None
    """Where the value is ours, and what is to be said of that."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the history."""

    change: Change
    label: str
    before: str
    after: str
    run: int | None
    delivery: int | None


def context(
    request: HttpRequest, record: Mirrored, resource: Resource, groups: Iterable[tuple[str, Sequence[FieldView]]]
) -> dict[str, Any]:
    """What every such page needs; `groups` are its fields. What set each value is said where it is asked for."""
    asked = "sources" in request.GET
    set_by = record_history.set_by(record, resource) if asked else {}
    extra = [FieldView(key, brief(value), name=f"{EXTRA}{key}") for key, value in sorted(record.extra.items())]
    return {
        "sources": asked,
        "groups": [(title, _sourced(fields, set_by)) for title, fields in groups],
        "extra": _sourced(extra, set_by),
        "state_told": source_text(set_by.get("state")),
        "details": _details(record, resource),
        "last_synced": freshness.last_synced(record, resource),
        "first_run": run(record.first_source, record.first_reference),
        "first_delivery": delivery(record.first_source, record.first_reference),
        "first_by": record_history.origin(record).by if record.first_source == Source.EDIT else "",
        "payload": pretty(record.raw) if record.raw != NOTHING else "",
        **_history(record, resource, _page_number(request.GET.get("history"))),
    }


def _sourced(fields: Iterable[FieldView], set_by: Mapping[str, SetBy]) -> list[FieldView]:
    """Each with what set it, and its normal form with what did where that came by itself."""
    found: list[FieldView] = []
    for field in fields:
        made = set_by.get(field.made)
        own = made if made is not None and not made.first and not made.follows else None
        found.append(replace(field, told=source_text(set_by.get(field.name)), told_made=source_text(own)))
    return found


_DETAILS = {
    details.Fetched.WHOLE: "fetched",
    details.Fetched.BEFORE: "from before it last changed; fetched again in the background",
    details.Fetched.NEVER: "not fetched yet; they come in the background, some each day",
}


def _details(record: Mirrored, resource: Resource) -> str:
    """Whether what lists do not say is here; empty where they say everything."""
    connector = record.connection.connector
    if not details.only_in_detail(resource, connector):
        return ""
    return _DETAILS[details.fetched_state(record, resource, connector)]


def field_view(
    record: Mirrored,
    resource: Resource,
    name: str,
    *,
    normal: str = "",
    made: str = "",
    values: Mapping[str, str | SafeString] | None = None,
) -> FieldView:
    """One field with its normal form, if it has one (`made` is that one's column), and what is wrong with it.
    `values` are the fields that are said in another way than their value."""
    value = brief(getattr(record, name))
    return FieldView(
        label=LABELS_OF[resource][name],
        value=(values or {}).get(name, value),
        normal=normal if normal != value else "",
        problem=record.invalid.get(name, ""),
        nothing="" if value else _nothing(record, resource, name),
        name=name,
        made=made,
    )


def _nothing(record: Mirrored, resource: Resource, name: str) -> str:
    """Why a field may be empty here though it is not there."""
    connector = record.connection.connector
    if name not in details.only_in_detail(resource, connector):
        return ""
    return "not fetched yet" if details.fetched_state(record, resource, connector) == details.Fetched.NEVER else ""


def _history(record: Mirrored, resource: Resource, number: int) -> dict[str, Any]:
    rows = Change.objects.filter(resource=resource, record_id=record.pk).order_by("-id")
    found, more = row_keys(rows, number, CHANGES_A_PAGE)
    changes = rows.filter(pk__in=found).select_related("actor")
    return {
        "history": list(history_lines(changes, resource)),
        "history_newer": number - 1 if number > 1 else None,
        "history_older": number + 1 if more else None,
    }


def history_lines(changes: Iterable[Change], resource: Resource) -> Iterator[HistoryLine]:
    """Changes of records of one resource, as people read them."""
    labels = LABELS_OF[resource]
    for change in changes:
        name = change.field.removeprefix("extra.")
        yield HistoryLine(
            change=change,
            label=labels.get(name, name.replace("_", " ").capitalize()) if name == change.field else name,
            before=brief(change.before),
            after=brief(change.after),
            run=run(change.source, change.reference),
            delivery=delivery(change.source, change.reference),
        )


def _page_number(text: str | None) -> int:
    return max(1, min(int(text), 10_000)) if text and text.isdecimal() and len(text) < 9 else 1
