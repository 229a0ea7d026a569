"""The page of one conflict: the values side by side, who changed them and when, and the possible decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.lists import record_page
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets.formats import one_line
from counterfoil.ingest.edit_values import label
from counterfoil.mirror import record_history
from counterfoil.mirror.models import Conflict, ConflictKind, Customer, PendingEdit, Write, WriteKind


@dataclass(frozen=True, slots=True)
class ConflictCandidate:
    """A customer that may be the one that was created. `customer` is None where its row no longer exists here."""

    key: int
    external_id: str
    name: str
    customer: Customer | None


def context(request: HttpRequest, conflict: Conflict) -> dict[str, Any]:
    """Return the template context."""
    kind = ConflictKind(conflict.kind)
    system = wording.system(conflict.connection)
    may_settle = conflict.settled_at is None and request.user.has_perm(permissions.SETTLE)
    customer = Customer.objects.filter(pk=conflict.record_id).first()
    name = str(customer or "A customer that no longer exists")
    return {
        "title": f"{conflict_text.subject(conflict)} of {name}" if conflict.field else name,
        "customer": customer,
        "system": system,
        "kind": conflict_text.kind(conflict, system),
        "explanation": conflict_text.explanation(conflict, system),
        "result": conflict_text.result(conflict, system),
        "choices": conflict_text.choices(kind, system) if may_settle else (),
        "base": _base(conflict, kind),
        "ours": _ours(conflict, kind),
        "our_heading": _OUR_HEADINGS.get(kind, "Our value"),
        "theirs": one_line(conflict.theirs) if kind != ConflictKind.CREATED else "",
        "their_heading": f"{wording.possessive(system)} value" if conflict.field else f"In {system}",
        "candidates": _candidates(conflict) if kind == ConflictKind.CREATED else [],
        "brought_by": record_history.source_label(conflict.theirs_source, conflict.theirs_reference),
        "run": record_page.run_key(conflict.theirs_source, conflict.theirs_reference),
        "delivery": record_page.delivery_key(conflict.theirs_source, conflict.theirs_reference),
        "write": _write(conflict, kind),
        "seen": conflict.theirs_at.isoformat(),
        "next_open": _next_open(request, conflict),
    }


_OUR_HEADINGS = {ConflictKind.DELETED: "Our edits", ConflictKind.CREATED: "Our customer"}


def _base(conflict: Conflict, kind: ConflictKind) -> Any:
    """Return the last value on both sides; for a deleted customer, the values before its pending edits."""
    if kind != ConflictKind.DELETED:
        return one_line(conflict.base)
    edits = PendingEdit.objects.for_record(conflict.record_id)
    return _by_label(dict(edits.order_by("id").values_list("field", "base")))


def _ours(conflict: Conflict, kind: ConflictKind) -> Any:
    """Return our value, or our values by label.

    An empty value is shown where an edit clears a field, and left out where a new customer has none.
    """
    if not isinstance(conflict.ours, dict):
        return one_line(conflict.ours)
    filled = {field: value for field, value in conflict.ours.items() if value is not None}
    return _by_label(filled if kind == ConflictKind.CREATED else conflict.ours)


def _by_label(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(label(field), one_line(value)) for field, value in values.items()]


def _candidates(conflict: Conflict) -> list[ConflictCandidate]:
    entries = conflict.theirs or []
    rows = Customer.objects.filter(connection_id=conflict.connection_id)
    customers = rows.in_bulk([entry["id"] for entry in entries])
    return [
        ConflictCandidate(entry["id"], entry["external_id"] or "", entry["name"], customers.get(entry["id"]))
        for entry in entries
    ]


def _write(conflict: Conflict, kind: ConflictKind) -> Write | None:
    """Return the write of ours that the conflict is about."""
    writes = Write.objects.for_record(conflict.record_id)
    if kind == ConflictKind.OVERWRITTEN and conflict.edited_at is not None:
        return writes.filter(kind=WriteKind.UPDATE, created_at=conflict.edited_at).first()
    if kind == ConflictKind.CREATED:
        return writes.filter(kind=WriteKind.CREATE, created_at__lte=conflict.raised_at).first()
    return None


def _next_open(request: HttpRequest, conflict: Conflict) -> int | None:
    rows = visibility.narrow(
        request, Conflict.objects.open().filter(resource=Resource.CUSTOMER).exclude(pk=conflict.pk)
    )
    return rows.order_by("-id").values_list("pk", flat=True).first()
