"""What the pages of mirrored records have in common: fields, extra fields, state, history, payload."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from counterfoil.connectors.contract import Resource
from counterfoil.connectors.fields import LABELS_OF
from counterfoil.console.listing import keys
from counterfoil.console.payload import brief, pretty
from counterfoil.mirror import details, freshness
from counterfoil.mirror.models import Change, Mirrored, Source

type Groups = tuple[tuple[str, tuple[str, ...]], ...]
"""Titles, and below each the fields in the order people look for them."""

CHANGES_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as the page shows it."""

    label: str
    value: str | SafeString
    normal: str = ""
    problem: str = ""
    nothing: str = ""
    """Said in place of the dash where there is no value."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history."""

    change: Change
    label: str
    before: str
    after: str
    run: int | None
    delivery: int | None


def context(request: HttpRequest, record: Mirrored, resource: Resource) -> dict[str, Any]:
    """What every such page needs, but for its fields."""
    return {
        "details": _details(record, resource),
        "extra": [(name, brief(value)) for name, value in sorted(record.extra.items())],
        "last_synced": freshness.last_synced(record, resource),
        "first_run": _run(record.first_source, record.first_reference),
        "first_delivery": _delivery(record.first_source, record.first_reference),
        "payload": pretty(record.raw),
        **_history(record, resource, _page_number(request.GET.get("history"))),
    }


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
    return _DETAILS[details.of(record, resource, connector)]


def shown(
    record: Mirrored,
    resource: Resource,
    name: str,
    *,
    normal: str = "",
    values: Mapping[str, str | SafeString] | None = None,
) -> Shown:
    """One field with its normal form, if it has one, and what is wrong with it. `values` are the fields that are
    said in another way than their value."""
    value = brief(getattr(record, name))
    return Shown(
        label=LABELS_OF[resource][name],
        value=(values or {}).get(name, value),
        normal=normal if normal != value else "",
        problem=record.invalid.get(name, ""),
        nothing="" if value else _nothing(record, resource, name),
    )


def _nothing(record: Mirrored, resource: Resource, name: str) -> str:
    """Why a field may be empty here though it is not there."""
    connector = record.connection.connector
    if name not in details.only_in_detail(resource, connector):
        return ""
    return "not fetched yet" if details.of(record, resource, connector) == details.Fetched.NEVER else ""


def _history(record: Mirrored, resource: Resource, number: int) -> dict[str, Any]:
    rows = Change.objects.filter(resource=resource, record_id=record.pk).order_by("-id")
    found, more = keys(rows, number, CHANGES_A_PAGE)
    changes = rows.filter(pk__in=found).select_related("actor")
    return {
        "history": list(lines(changes, resource)),
        "history_newer": number - 1 if number > 1 else None,
        "history_older": number + 1 if more else None,
    }


def lines(changes: Iterable[Change], resource: Resource) -> Iterator[Line]:
    """Changes of records of one resource, as people read them."""
    labels = LABELS_OF[resource]
    for change in changes:
        name = change.field.removeprefix("extra.")
        yield Line(
            change=change,
            label=labels.get(name, name.replace("_", " ").capitalize()) if name == change.field else name,
            before=brief(change.before),
            after=brief(change.after),
            run=_run(change.source, change.reference),
            delivery=_delivery(change.source, change.reference),
        )


def _run(source: str, reference: int | None) -> int | None:
    """The run that a source names, where it is one."""
    if reference is None or source not in Source.values or source == Source.DELIVERY:
        return None
    return reference


def _delivery(source: str, reference: int | None) -> int | None:
    """The delivery that a source names, where it is one."""
    return reference if source == Source.DELIVERY else None


def _page_number(text: str | None) -> int:
    return max(1, min(int(text), 10_000)) if text and text.isdecimal() and len(text) < 9 else 1
