"""Rebuild rows from what is stored of them: their payload, and their pending edits."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.errors import BadRecord
from counterfoil.ingest import customer_contacts, edit_overlay
from counterfoil.ingest.mapping_pool import MappingPool, Payload
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror import vocabulary
from counterfoil.mirror.changes import differences
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Connection, PendingEdit, Source
from counterfoil.mirror.resources import Table, resource_of, table
from counterfoil.mirror.row import Prepared, RowMeta, prepare_record
from counterfoil.mirror.store.base import ChangeSource, StoredValues, stored_values, write_history
from counterfoil.mirror.store.record_store import record_store

NOTHING = "{}"
"""The payload of a row that does not exist upstream yet."""
_INACTIVE = (State.UNLISTED, State.TOMBSTONE)


def payload(row: Any, edits: Sequence[PendingEdit]) -> Payload:
    """Build what a stored row is mapped from: its payload, and its edits laid over it."""
    raw = (row.raw or NOTHING).encode()
    name = edit_overlay.upstream_name(row.name, edits) if row.external_id and hasattr(row, "name") else ""
    return Payload(row.external_id or "", raw, None, edit_overlay.edited_values(edits) or None, name)


def prepare_row(
    records: Table, row: Any, before: StoredValues, mapped: Mapped, *, touch: bool = False
) -> Prepared | None:
    """Prepare a row to be written with newly mapped values.

    Returns None where nothing changes; with `touch` it is written even then.
    """
    if records.has("is_active") and (row.state in _INACTIVE or (row.state == State.MISSING and not row.is_active)):
        mapped.values["is_active"] = False
    changes = differences(records.form.columns, before, mapped.values, mapped.extra)
    if not changes and before.invalid == mapped.invalid and not touch:
        return None
    meta = RowMeta(
        raw=(row.raw or NOTHING).encode(),
        raw_hash=None if row.raw_hash is None else bytes(row.raw_hash),
        other_hashes=before.other_hashes,
        requested=row.ticket_from,
        answered=row.ticket_to,
        modified=row.upstream_modified_at,
        state=State(row.state),
        state_ticket=row.state_ticket,
    )
    return prepare_record(
        records.form,
        row_label(row),
        mapped,
        meta,
        before.hash,
        id=row.pk,
        version=row.version,
        changes=tuple(changes),
        touch=touch and not changes,
    )


def row_label(row: Any) -> str:
    """Return what identifies an existing row while it is written: its external id, if it has one."""
    return str(row.external_id or f"row {row.pk}")


def rewrite(row: Any, actor: AbstractBaseUser | None, reference: int | None, *, history: bool = True) -> None:
    """Rebuild the row of a record with the edits that it has now. The caller's transaction holds it locked.

    The row's version moves, so that an observation on its way to the row is compared again. Raises BadRecord
    where the stored payload cannot be mapped.
    """
    connection: Connection = row.connection
    records = table(resource_of(row))
    actor_id = actor.pk if actor else None
    source = ChangeSource(connection.pk, records.resource, Source.EDIT, reference, timezone.now(), actor_id)
    edits = list(PendingEdit.objects.for_record(row.pk, records.resource).order_by("id"))
    pool = MappingPool(factory.mapping_config(connection, records.resource), records.form)
    outcome = pool.map_here(payload(row, edits))
    if not isinstance(outcome, Mapped):
        reason = outcome if isinstance(outcome, str) else ""
        raise BadRecord(
            messages.join(messages.ingest.PAYLOAD_UNREADABLE(record=row.external_id), reason),
            messages.ingest.SYNC_FIRST(),
        )
    before = stored_values(records, [row.pk])[row.pk]
    record = prepare_row(records, row, before, outcome, touch=True)
    assert record is not None  # noqa: S101  touched
    vocabulary.add(connection.pk, pool.new_words)
    record_store(records).write([record], source)
    customer_contacts.refresh_for(row)
    if history:
        write_history([(row.pk, change, reference) for change in record.changes], source)
