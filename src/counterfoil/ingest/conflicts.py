"""Conflicts on record: raised, followed while they are open, closed. In the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet

from counterfoil.errors import InvalidInput
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.enums import Rule, State
from counterfoil.mirror.models import Conflict, ConflictKind, Connection, Decision, PendingEdit, Policy
from counterfoil.mirror.row import FieldChange, Prepared
from counterfoil.mirror.store.base import ChangeSource


@dataclass(frozen=True, slots=True)
class Clash:
    """What stands against what. `field` is empty where it is about the whole record."""

    record_id: int
    kind: ConflictKind
    field: str = ""
    base: Any = None
    ours: Any = None
    theirs: Any = None
    edit: PendingEdit | None = None


def raise_open(clash: Clash, source: ChangeSource, reference: int | None) -> Conflict:
    """Raise it, or bring the open one up to date. `stamp` says what brought theirs."""
    return _keep(clash, source, reference)


def record_decided(clash: Clash, source: ChangeSource, reference: int | None, decision: Decision) -> Conflict:
    """Put on record what a rule has decided."""
    found = _keep(clash, source, reference)
    close(found, decision, source)
    Conflict.objects.filter(pk=found.pk).update(by_policy=True)
    return found


def close(
    conflict: Conflict, decision: Decision, source: ChangeSource, person: AbstractBaseUser | None = None
) -> None:
    """It is over."""
    Conflict.objects.filter(pk=conflict.pk, settled_at=None).update(
        settled_at=source.at, decision=decision, settled_by_id=person.pk if person else None
    )


def open_for_record(resource: str, record_id: int) -> "QuerySet[Conflict]":
    """Those of one record that nobody has settled."""
    return Conflict.objects.filter(resource=resource, record_id=record_id, settled_at=None)


def close_for_revived(records: Sequence[Prepared], source: ChangeSource) -> None:
    """What was deleted upstream is back: there is nothing to decide any more."""
    back = [record.id for record in records if record.id is not None and _REVIVED in record.changes]
    if not back:
        return
    ended = Conflict.objects.filter(resource=source.resource, record_id__in=back, kind=ConflictKind.DELETED)
    for conflict in ended.filter(settled_at=None):
        close(conflict, Decision.WITHDRAWN, source)


_REVIVED = FieldChange("state", State.TOMBSTONE.value, State.PRESENT.value)


def _keep(clash: Clash, source: ChangeSource, reference: int | None) -> Conflict:
    edit = clash.edit
    found, new = Conflict.objects.get_or_create(
        resource=source.resource,
        record_id=clash.record_id,
        field=clash.field,
        kind=clash.kind,
        settled_at=None,
        defaults={
            "connection_id": source.connection_id,
            "base": clash.base,
            "ours": clash.ours,
            "theirs": clash.theirs,
            "edited_by_id": edit.made_by_id if edit else None,
            "edited_at": edit.made_at if edit else None,
            "theirs_source": source.source,
            "theirs_reference": reference,
            "theirs_at": source.at,
            "raised_at": source.at,
        },
    )
    if not new and found.theirs != clash.theirs:
        Conflict.objects.filter(pk=found.pk).update(
            theirs=clash.theirs,
            theirs_source=source.source,
            theirs_reference=reference,
            theirs_at=source.at,
        )
    return found


OTHERS = "*"
"""What people type for all fields without a rule of their own."""


def policies(connection: Connection) -> dict[str, Rule]:
    """The rules that were set, by field; `OTHERS` for those without one."""
    rows = Policy.objects.filter(connection=connection).order_by("field")
    return {field or OTHERS: Rule(rule) for field, rule in rows.values_list("field", "rule")}


def set_policy(connection: Connection, field: str, rule: Rule) -> None:
    """Let a rule decide about a field from now on. Conflicts that are open stay so. Raises InvalidInput."""
    Policy.objects.update_or_create(connection=connection, field=_named(field), defaults={"rule": rule})


def remove_policy(connection: Connection, field: str) -> bool:
    """Take a rule away: the field follows that of all others again. False where it had none. Raises
    InvalidInput."""
    return bool(Policy.objects.filter(connection=connection, field=_named(field)).delete()[0])


def _named(field: str) -> str:
    if field == OTHERS:
        return ""
    if field not in EDITABLE:
        raise InvalidInput(
            f"There is no field {field[:40]!r} that can be edited.",
            f"Fields are: {', '.join(EDITABLE)}; {OTHERS} stands for all others.",
        )
    return field
