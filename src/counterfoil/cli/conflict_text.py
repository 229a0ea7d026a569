"""What the command line says of a conflict."""

from typing import TYPE_CHECKING, Any

from rich.markup import escape

from counterfoil.cli import customer_text, edit_text
from counterfoil.cli.customer_text import label, said

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from counterfoil.mirror.models import Conflict, Customer


LONGEST = 200
"""Characters of a value; `--json` has all of it."""


def customers(conflicts: "Iterable[Conflict]") -> "dict[int, Customer]":
    """The customers that they are about, by key."""
    from counterfoil.mirror.models import Customer

    return Customer.objects.defer("raw").in_bulk({conflict.record_id for conflict in conflicts})


def wanted(conflicts: "Collection[Conflict]") -> dict[int, Any]:
    """Our values as they are now, by conflict: a field in conflict can still be edited."""
    from counterfoil.mirror.models import PendingEdit

    edits = PendingEdit.objects.filter(conflict__in=[conflict.pk for conflict in conflicts])
    return dict(edits.values_list("conflict_id", "value"))


def record(conflict: "Conflict", row: "Customer", ours: dict[int, Any]) -> dict[str, Any]:
    """As JSON. `field` is null where it is about the whole record."""
    return {
        "id": conflict.pk,
        "connection": conflict.connection.name,
        "key": row.pk,
        "external_id": row.external_id,
        "name": row.name,
        "kind": conflict.kind,
        "field": conflict.field or None,
        "base": conflict.base,
        "ours": ours.get(conflict.pk, conflict.ours),
        "theirs": conflict.theirs,
        "edited_by": conflict.edited_by.get_username() if conflict.edited_by else None,
        "edited_at": conflict.edited_at,
        "theirs_source": conflict.theirs_source,
        "theirs_reference": conflict.theirs_reference,
        "theirs_at": conflict.theirs_at,
        "raised_at": conflict.raised_at,
        "settled_at": conflict.settled_at,
        "settled_by": conflict.settled_by.get_username() if conflict.settled_by else None,
        "by_policy": conflict.by_policy,
        "decision": conflict.decision or None,
    }


def lines(conflict: "Conflict", row: "Customer", ours: dict[int, Any]) -> list[str]:
    """For people, safe to print: what it is about, then base, ours and theirs, each with whose it is."""
    from counterfoil.mirror import record_history
    from counterfoil.mirror.models import ConflictKind

    field, kind = conflict.field, ConflictKind(conflict.kind)
    name = edit_text.value("name", row.name)
    about = f"{escape(customer_text.called(row))} {name}: {what(conflict)}"
    found = [f"[bold]{conflict.pk}[/]  {about}  [yellow]{standing(conflict)}[/]"]
    if field:
        found.append(f"   base    {edit_text.value(field, conflict.base, LONGEST)}")
    by = escape(conflict.edited_by.get_username()) if conflict.edited_by else ""
    edited = said("at", conflict.edited_at) if conflict.edited_at else ""
    mine = edit_text.value(field, ours.get(conflict.pk, conflict.ours), LONGEST)
    found.append(f"   ours    {mine}  [dim]{' '.join(filter(None, (by, edited)))}[/]".rstrip())
    theirs = "deleted" if kind == ConflictKind.DELETED else edit_text.value(field, conflict.theirs, LONGEST)
    source = escape(record_history.source_label(conflict.theirs_source, conflict.theirs_reference))
    found.append(f"   theirs  {theirs}  [dim]{source}, {said('at', conflict.theirs_at)}[/]")
    return found


def what(conflict: "Conflict") -> str:
    """The field, and what is the matter where it is not that both sides changed it."""
    from counterfoil.mirror.models import ConflictKind

    kind = ConflictKind(conflict.kind)
    if kind == ConflictKind.BOTH:
        return label(conflict.field)
    return f"{label(conflict.field)}: {kind.label.lower()}" if conflict.field else kind.label


def standing(conflict: "Conflict") -> str:
    """What may be decided, or how it ended; safe to print."""
    from counterfoil.edits.resolve_conflict import CHOICES
    from counterfoil.mirror.models import ConflictKind

    if conflict.settled_at is None:
        return "|".join(CHOICES[ConflictKind(conflict.kind)])
    who = "by a rule" if conflict.by_policy else ""
    if conflict.settled_by:
        who = f"by {escape(conflict.settled_by.get_username())}"
    return " ".join(filter(None, (conflict.get_decision_display(), who)))
