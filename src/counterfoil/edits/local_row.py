"""Rows of records that are made here: how one begins, and how one ends that was never sent."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.edits import edit
from counterfoil.ingest import customer_contacts
from counterfoil.ingest.rewrite import NOTHING, rewrite
from counterfoil.mirror.models import Connection, PendingEdit, Source, State
from counterfoil.mirror.resources import table
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import ChangeSource, write_history


def edit_source(connection_id: int, resource: Resource, user: AbstractBaseUser | None) -> ChangeSource:
    """Build the source that history names for what a user does here now."""
    return ChangeSource(connection_id, resource, Source.EDIT, None, timezone.now(), user.pk if user else None)


def begin_local_row(
    connection: Connection,
    resource: Resource,
    values: Mapping[str, Any],
    user: AbstractBaseUser | None,
    *,
    with_invalid: bool,
    raw: str = NOTHING,
    **columns: Any,
) -> Any:
    """Make a local row whose values are edits that wait. Belongs in a transaction.

    `raw` is what is mapped until the record has come back. Raises DoubtfulInput unless `with_invalid`.
    """
    source = edit_source(connection.pk, resource, user)
    row = table(resource).model._default_manager.create(  # noqa: SLF001  Django's documented way
        connection=connection,
        external_id=None,
        raw=raw,
        state=State.LOCAL,
        state_at=source.at,
        first_seen_at=source.at,
        first_source=Source.EDIT,
        observed_at=source.at,
        updated_at=source.at,
        **columns,
    )
    edit.set_values(row, values, user)
    write_history([(row.pk, FieldChange("state", None, State.LOCAL.value), None)], source)
    rewrite(row, user, None, history=False)
    row.refresh_from_db()
    if not with_invalid:
        edit.require_usable(row, values)
    return row


def end_local_row(pk: int, source: ChangeSource, **columns: Any) -> None:
    """Make a locked local row a tombstone whose edits are never sent, and set these columns."""
    PendingEdit.objects.for_record(pk, source.resource).update(here_only=True)
    rows = table(source.resource).rows_by_id([pk])
    rows.update(
        state=State.TOMBSTONE, state_at=source.at, updated_at=source.at, version=F("version") + 1, **columns
    )
    write_history([(pk, FieldChange("state", State.LOCAL.value, State.TOMBSTONE.value), None)], source)
    customer_contacts.refresh_for(rows.get())
