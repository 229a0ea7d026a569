"""A local customer that turns out to be one that came from upstream (DESIGN part 4b, "Create")."""

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
    row: Customer,
    other: Customer,
    source: ChangeSource,
    user: AbstractBaseUser | None = None,
    *,
    sent: Mapping[str, Any] | None = None,
    words: str = "",
) -> bool:
    """The local row, which the caller's transaction holds, points to the other one; what was typed for it goes on
    there as edits, but for what was `sent` and has arrived. Its write is done, with these words.

    Returns whether the other one was deleted upstream since: then somebody decides whether it is created again.
    """
    waiting = PendingEdit.objects.for_record(row.pk).order_by("made_at", "id")
    edits = list(waiting)
    arrived = sent or {}
    values = {edit.field: edit.value for edit in edits if not _has_arrived(edit, arrived)}
    waiting.delete()
    if (left := outbox.unfinished_write(row)) is not None:
        outbox.end_write(left, WriteState.DONE, words)
    Customer.objects.filter(pk=row.pk).update(
        state=State.MERGED, state_at=timezone.now(), merged_into=other, version=row.version + 1
    )
    write_history([(row.pk, FieldChange("state", row.state, State.MERGED.value), source.reference)], source)
    held = edit.lock_row(other.pk, or_deleted=True)
    if edit.set_values(held, values, user).anything:
        rewrite(held, user, None)
    if held.state != State.TOMBSTONE:
        return False
    _ask_again(
        held, NewConflict(other.pk, ConflictKind.DELETED, ours=values, edit=edits[-1] if edits else None), source
    )
    return True


def _ask_again(deleted: Customer, conflict: NewConflict, source: ChangeSource) -> None:
    """Raised now; what has seen the deletion did so before."""
    raised = conflicts.open_or_update(conflict, source, source.reference)
    changes = Change.objects.filter(resource=Resource.CUSTOMER, record_id=deleted.pk, field="state")
    if (seen := changes.order_by("-id").first()) is not None:
        Conflict.objects.filter(pk=raised.pk).update(
            theirs_source=seen.source, theirs_reference=seen.reference, theirs_at=seen.at
        )


def _has_arrived(edit: PendingEdit, sent: Mapping[str, Any]) -> bool:
    """Nothing typed is nothing to be said; and what was sent with the creation came before whatever is there."""
    return edit.value is None if edit.field not in sent else bool(edit.value == sent[edit.field])
