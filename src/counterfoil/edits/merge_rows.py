"""Merge a local customer into the row of the upstream record that it has become (DESIGN part 4b, "Create")."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.edits import edit, outbox
from counterfoil.ingest import conflicts
from counterfoil.ingest.conflicts import NewConflict
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mirror.models import Change, Conflict, ConflictKind, Customer, PendingEdit, State, WriteState
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import ChangeSource, write_history


def merge_rows(
    local: Customer,
    survivor: Customer,
    source: ChangeSource,
    user: AbstractBaseUser | None = None,
    *,
    sent: Mapping[str, Any] | None = None,
    note: str = "",
) -> bool:
    """Let a local row, locked by the caller, point to its survivor, and move its edits there.

    Values that were `sent` and have arrived are no edits any more. The local row's write is done, with this note.

    Returns whether the survivor was deleted upstream since; a conflict then asks whether to create it again.
    """
    own_edits = PendingEdit.objects.for_record(local.pk).order_by("made_at", "id")
    edits = list(own_edits)
    values = {edit.field: edit.value for edit in edits if not _has_arrived(edit, sent or {})}
    own_edits.delete()
    if (unfinished := outbox.unfinished_write(local)) is not None:
        outbox.end_write(unfinished, WriteState.DONE, note)
    Customer.objects.filter(pk=local.pk).update(
        state=State.MERGED, state_at=timezone.now(), merged_into=survivor, version=local.version + 1
    )
    write_history([(local.pk, FieldChange("state", local.state, State.MERGED.value), source.reference)], source)
    row = edit.lock_row(survivor.pk, allow_deleted=True)
    if edit.set_values(row, values, user).changed:
        rewrite(row, user, None)
    if row.state != State.TOMBSTONE:
        return False
    newest = edits[-1] if edits else None
    _open_deleted_conflict(row, NewConflict(survivor.pk, ConflictKind.DELETED, ours=values, edit=newest), source)
    return True


def _open_deleted_conflict(deleted: Customer, conflict: NewConflict, source: ChangeSource) -> None:
    """Open the conflict; its source is that of the deletion, which is older than this merge."""
    opened = conflicts.open_or_update(conflict, source, source.reference)
    changes = Change.objects.filter(resource=Resource.CUSTOMER, record_id=deleted.pk, field="state")
    if (deletion := changes.order_by("-id").first()) is not None:
        Conflict.objects.filter(pk=opened.pk).update(
            theirs_source=deletion.source, theirs_reference=deletion.reference, theirs_at=deletion.at
        )


def _has_arrived(edit: PendingEdit, sent: Mapping[str, Any]) -> bool:
    """Tell whether an edit is done: nothing was typed, or its value went with the creation."""
    return edit.value is None if edit.field not in sent else bool(edit.value == sent[edit.field])
