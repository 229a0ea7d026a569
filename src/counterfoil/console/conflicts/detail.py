"""One conflict in full: base, ours and theirs side by side, who and when, and what can be decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.lists import record_page
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets.formats import one_line
from counterfoil.ingest.edit_values import label
from counterfoil.mirror import record_history
from counterfoil.mirror.models import Conflict, ConflictKind, Customer, PendingEdit, Write, WriteKind


@dataclass(frozen=True, slots=True)
class ConflictCandidate:
    """A customer that may be the one that was created. `customer` is None where it is gone from here."""

    key: int
    external_id: str
    name: str
    customer: Customer | None


def context(request: HttpRequest, conflict: Conflict) -> dict[str, Any]:
    """What the template needs."""
    kind = ConflictKind(conflict.kind)
    is_open = conflict.settled_at is None
    customer = Customer.objects.filter(pk=conflict.record_id).first()
    name = str(customer or "A customer that is gone")
    return {
        "title": f"{conflict_text.about(conflict)} of {name}" if conflict.field else name,
        "customer": customer,
        "means": conflict_text.means(conflict),
        "ended": conflict_text.ended(conflict),
        "choices": conflict_text.CHOICES[kind] if is_open and request.user.has_perm(permissions.SETTLE) else (),
        "base": _base(conflict, kind),
        "ours": _ours(conflict, kind),
        "theirs": one_line(conflict.theirs) if kind != ConflictKind.CREATED else "",
        "candidates": _candidates(conflict) if kind == ConflictKind.CREATED else [],
        "brought_by": record_history.source_label(conflict.theirs_source, conflict.theirs_reference),
        "run": record_page.run_key(conflict.theirs_source, conflict.theirs_reference),
        "delivery": record_page.delivery_key(conflict.theirs_source, conflict.theirs_reference),
        "write": _write(conflict, kind),
        "seen": conflict.theirs_at.isoformat(),
        "following": _following(request, conflict),
    }


def _base(conflict: Conflict, kind: ConflictKind) -> Any:
    """What both sides said; of a deleted record what its edits stand on, as long as they are there."""
    if kind != ConflictKind.DELETED:
        return one_line(conflict.base)
    edits = PendingEdit.objects.for_record(conflict.record_id)
    return _several(dict(edits.order_by("id").values_list("field", "base")))


def _ours(conflict: Conflict, kind: ConflictKind) -> Any:
    """One value, or that of each field: to clear one is an edit too, to leave one empty says nothing."""
    if not isinstance(conflict.ours, dict):
        return one_line(conflict.ours)
    said = {field: value for field, value in conflict.ours.items() if value is not None}
    return _several(said if kind == ConflictKind.CREATED else conflict.ours)


def _several(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(label(field), one_line(value)) for field, value in values.items()]


def _candidates(conflict: Conflict) -> list[ConflictCandidate]:
    said = conflict.theirs or []
    rows = Customer.objects.filter(connection_id=conflict.connection_id)
    known = rows.in_bulk([entry["id"] for entry in said])
    return [
        ConflictCandidate(entry["id"], entry["external_id"] or "", entry["name"], known.get(entry["id"]))
        for entry in said
    ]


def _write(conflict: Conflict, kind: ConflictKind) -> Write | None:
    """The write of ours that it is about."""
    writes = Write.objects.for_record(conflict.record_id)
    if kind == ConflictKind.OVERWRITTEN and conflict.edited_at is not None:
        return writes.filter(kind=WriteKind.UPDATE, created_at=conflict.edited_at).first()
    if kind == ConflictKind.CREATED:
        return writes.filter(kind=WriteKind.CREATE, created_at__lte=conflict.raised_at).first()
    return None


def _following(request: HttpRequest, conflict: Conflict) -> int | None:
    """Another one that is open, for whoever works through them."""
    rows = visibility.narrow(request, Conflict.objects.open().exclude(pk=conflict.pk))
    return rows.order_by("-id").values_list("pk", flat=True).first()
