"""How the command line prints a conflict."""

from typing import TYPE_CHECKING, Any

from rich.markup import escape

from counterfoil.cli import customer_text, edit_text
from counterfoil.cli.customer_text import label, moment
from counterfoil.connections import wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from counterfoil.mirror.models import Conflict, ContactPerson, Customer


LONGEST = 200
"""Characters of a value; `--json` has all of it."""


def records(conflicts: "Iterable[Conflict]") -> "dict[int, Customer | ContactPerson]":
    """Load the customers and contact persons that conflicts are about, by conflict."""
    from counterfoil.mirror.models import ContactPerson, Customer

    found: dict[int, Customer | ContactPerson] = {}
    everything = list(conflicts)
    for model, resource in ((Customer, "customer"), (ContactPerson, "contact_person")):
        own = {conflict.pk: conflict.record_id for conflict in everything if conflict.resource == resource}
        rows = model._default_manager.defer("raw").in_bulk(set(own.values()))  # noqa: SLF001
        found.update({conflict: rows[key] for conflict, key in own.items()})
    return found


def edited_values(conflicts: "Collection[Conflict]") -> dict[int, Any]:
    """Load our values as they are now, by conflict: a field in conflict can still be edited."""
    from counterfoil.mirror.models import PendingEdit

    edits = PendingEdit.objects.filter(conflict__in=[conflict.pk for conflict in conflicts])
    return dict(edits.values_list("conflict_id", "value"))


def record(conflict: "Conflict", row: "Customer | ContactPerson", ours: dict[int, Any]) -> dict[str, Any]:
    """Return a conflict as JSON. `field` is null where it is about the whole record."""
    return {
        "id": conflict.pk,
        "connection": conflict.connection.name,
        "resource": conflict.resource,
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


def lines(conflict: "Conflict", row: "Customer | ContactPerson", ours: dict[int, Any]) -> list[str]:
    """Return a headline, then base, ours and theirs, each with who changed it and when; safe to print."""
    from counterfoil.mirror import record_history
    from counterfoil.mirror.models import ConflictKind

    field, kind = conflict.field, ConflictKind(conflict.kind)
    system = wording.system(conflict.connection)
    name = edit_text.value("name", row.name, system)
    who = "contact person " if conflict.resource == "contact_person" else ""
    about = f"{who}{escape(customer_text.shown_id(row))} {name}: {subject(conflict)}"
    text = [f"[bold]{conflict.pk}[/]  {about}  [yellow]{choices_or_result(conflict)}[/]"]
    if field:
        text.append(f"   base    {edit_text.value(field, conflict.base, system, LONGEST)}")
    by = escape(conflict.edited_by.get_username()) if conflict.edited_by else ""
    edited = moment(conflict.edited_at) if conflict.edited_at else ""
    mine = edit_text.value(field, ours.get(conflict.pk, conflict.ours), system, LONGEST)
    text.append(f"   ours    {mine}  [dim]{' '.join(filter(None, (by, edited)))}[/]".rstrip())
    theirs = (
        "deleted" if kind == ConflictKind.DELETED else edit_text.value(field, conflict.theirs, system, LONGEST)
    )
    source = escape(record_history.source_label(conflict.theirs_source, conflict.theirs_reference))
    text.append(f"   theirs  {theirs}  [dim]{source}, {moment(conflict.theirs_at)}[/]")
    return text


def subject(conflict: "Conflict") -> str:
    """Return the field, with the kind of conflict where it is not that both sides changed it; safe to print."""
    from counterfoil.mirror.models import ConflictKind

    system = wording.system(conflict.connection)
    if conflict.kind == ConflictKind.BOTH:
        return label(conflict.field, system)
    kind = escape(wording.conflict_kind(conflict.kind, system))
    return f"{label(conflict.field, system)}: {kind}" if conflict.field else kind


def choices_or_result(conflict: "Conflict") -> str:
    """Return the decisions that settle an open conflict, or how a settled one ended; safe to print."""
    from counterfoil.edits.resolve_conflict import CHOICES
    from counterfoil.mirror.models import ConflictKind

    if conflict.settled_at is None:
        return "|".join(CHOICES[ConflictKind(conflict.kind)])
    who = "by a rule" if conflict.by_policy else ""
    if conflict.settled_by:
        who = f"by {escape(conflict.settled_by.get_username())}"
    result = escape(wording.decision(conflict.decision, wording.system(conflict.connection)))
    return " ".join(filter(None, (result, who)))
