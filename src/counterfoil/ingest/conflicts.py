"""Open, update and close conflicts, and keep the rules that decide them. All in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from counterfoil.errors import InvalidInput
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.enums import Rule, State
from counterfoil.mirror.models import Conflict, ConflictKind, Connection, Decision, PendingEdit, Policy
from counterfoil.mirror.row import FieldChange, Prepared
from counterfoil.mirror.store.base import ChangeSource


@dataclass(frozen=True, slots=True)
class NewConflict:
    """Both sides of a conflict that was found. `field` is empty where it is about the whole record."""

    record_id: int
    kind: ConflictKind
    field: str = ""
    base: Any = None
    ours: Any = None
    theirs: Any = None
    edit: PendingEdit | None = None


def open_or_update(conflict: NewConflict, source: ChangeSource, reference: int | None) -> Conflict:
    """Open a conflict, or update their side where the same one is open already.

    `source` and `reference` name what brought their value.
    """
    edit = conflict.edit
    row, new = Conflict.objects.get_or_create(
        resource=source.resource,
        record_id=conflict.record_id,
        field=conflict.field,
        kind=conflict.kind,
        settled_at=None,
        defaults={
            "connection_id": source.connection_id,
            "base": conflict.base,
            "ours": conflict.ours,
            "theirs": conflict.theirs,
            "edited_by_id": edit.made_by_id if edit else None,
            "edited_at": edit.made_at if edit else None,
            "theirs_source": source.source,
            "theirs_reference": reference,
            "theirs_at": source.at,
            "raised_at": source.at,
        },
    )
    if not new and row.theirs != conflict.theirs:
        Conflict.objects.filter(pk=row.pk).update(
            theirs=conflict.theirs,
            theirs_source=source.source,
            theirs_reference=reference,
            theirs_at=source.at,
        )
    return row


def record_policy_decision(
    conflict: NewConflict, source: ChangeSource, reference: int | None, decision: Decision
) -> Conflict:
    """Record a conflict that a rule has decided: opened and closed at once."""
    row = open_or_update(conflict, source, reference)
    close(row, decision, source)
    Conflict.objects.filter(pk=row.pk).update(by_policy=True)
    return row


def close(
    conflict: Conflict, decision: Decision, source: ChangeSource, person: AbstractBaseUser | None = None
) -> None:
    """Close a conflict with its decision. One that is closed already keeps its own."""
    Conflict.objects.filter(pk=conflict.pk, settled_at=None).update(
        settled_at=source.at, decision=decision, settled_by_id=person.pk if person else None
    )


def close_for_revived(records: Sequence[Prepared], source: ChangeSource) -> None:
    """Close the "deleted" conflicts of records that are back: there is nothing left to decide."""
    revived = [record.id for record in records if record.id is not None and _REVIVED in record.changes]
    if not revived:
        return
    deleted = Conflict.objects.for_records(revived, source.resource).open()
    for conflict in deleted.filter(kind=ConflictKind.DELETED):
        close(conflict, Decision.WITHDRAWN, source)


_REVIVED = FieldChange("state", State.TOMBSTONE.value, State.PRESENT.value)

OTHERS = "*"
"""What people type for all fields without a rule of their own."""


def policies(connection: Connection) -> dict[str, Rule]:
    """Read the rules of a connection by field; `OTHERS` stands for all fields without one."""
    rows = Policy.objects.filter(connection=connection).order_by("field")
    return {field or OTHERS: Rule(rule) for field, rule in rows.values_list("field", "rule")}


def set_policy(connection: Connection, field: str, rule: Rule) -> None:
    """Let a rule decide about a field from now on; open conflicts stay open. Raises InvalidInput."""
    Policy.objects.update_or_create(connection=connection, field=_stored_field(field), defaults={"rule": rule})


def remove_policy(connection: Connection, field: str) -> bool:
    """Remove a field's rule, so that it follows the rule for all others again.

    Returns False where it had none. Raises InvalidInput.
    """
    return bool(Policy.objects.filter(connection=connection, field=_stored_field(field)).delete()[0])


def _stored_field(field: str) -> str:
    if field == OTHERS:
        return ""
    if field not in EDITABLE:
        raise InvalidInput(
            f"“{field[:40]}” is not a field that can be edited.",
            f"Fields: {', '.join(EDITABLE)}; {OTHERS} stands for all others.",
        )
    return field
