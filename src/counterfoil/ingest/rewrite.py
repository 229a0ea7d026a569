"""Rows made again from what is stored of them: their payload, and the edits that stand before it."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.errors import BadRecord
from counterfoil.ingest import edit_overlay
from counterfoil.ingest.mapping_pool import MappingPool, Payload
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.changes import differences
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Connection, PendingEdit, Source
from counterfoil.mirror.resources import Table, table
from counterfoil.mirror.row import Prepared, RowMeta, prepare_record
from counterfoil.mirror.store import store
from counterfoil.mirror.store.base import ChangeSource, StoredValues, stored_values, write_history

NOTHING = "{}"
"""The payload of a row that the upstream has not got yet."""
_INACTIVE = (State.UNLISTED, State.TOMBSTONE)


def payload(row: Any, edits: Sequence[PendingEdit]) -> Payload:
    """What a row is mapped from."""
    return Payload(row.external_id or "", (row.raw or NOTHING).encode(), None, edit_overlay.values(edits) or None)


def prepare_row(
    kept: Table, row: Any, before: StoredValues, mapped: Mapped, *, touch: bool = False
) -> Prepared | None:
    """The row as the mapping makes it; None where that changes nothing. With `touch` it is written anyway."""
    if row.state in _INACTIVE and kept.has("is_active"):
        mapped.values["is_active"] = False
    changes = differences(kept.form.columns, before, mapped.values, mapped.extra)
    if not changes and before.invalid == mapped.invalid and not touch:
        return None
    known = RowMeta(
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
        kept.form,
        row_label(row),
        mapped,
        known,
        before.hash,
        id=row.pk,
        version=row.version,
        changes=tuple(changes),
        touch=touch and not changes,
    )


def row_label(row: Any) -> str:
    """What a row that is there is called on its way to the database: its id upstream, if it has one."""
    return str(row.external_id or f"row {row.pk}")


def rewrite(row: Any, actor: AbstractBaseUser | None, reference: int | None, *, history: bool = True) -> None:
    """Make one row again that the caller's transaction holds locked, with the edits that it has now. Its version
    moves, so whoever is on the way to it compares again."""
    connection: Connection = row.connection
    kept = table(Resource.CUSTOMER)
    actor_id = actor.pk if actor else None
    source = ChangeSource(connection.pk, kept.resource, Source.EDIT, reference, timezone.now(), actor_id)
    edits = list(PendingEdit.objects.filter(resource=kept.resource, record_id=row.pk).order_by("id"))
    outcome = MappingPool(factory.mapping_config(connection), kept.form).map_here(payload(row, edits))
    if not isinstance(outcome, Mapped):
        raise BadRecord(f"{row.external_id} cannot be read any more: {outcome}", "Sync it first.")
    record = prepare_row(kept, row, stored_values(kept, [row.pk])[row.pk], outcome, touch=True)
    assert record is not None  # noqa: S101  touched
    store(kept).write([record], source)
    if history:
        write_history([(row.pk, change, reference) for change in record.changes], source)
