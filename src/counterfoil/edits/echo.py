"""Read a record back after a write, and accept what the upstream has made of the values sent (DESIGN laws 4, 5).

Upstreams cut texts off, escape and tidy them. Where nobody else has written the record since, that is our own
echo: the edit ends with the upstream's value, which the write remembers so that people are told.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from counterfoil.connectors.page import Item, Read
from counterfoil.edits.upstream_session import UpstreamSession
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import likely_echo
from counterfoil.ingest.mapping_pool import Payload
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.models import Decision, PendingEdit, Write
from counterfoil.mirror.resources import table
from counterfoil.mirror.store.base import to_json

TICK = timedelta(seconds=1)
"""The resolution of the clock in an HTTP answer."""


def read_back(session: UpstreamSession, write: Write, external_id: str) -> Read:
    """Read the record of a write and ingest it with the echo of what was sent; raises as `session.read` does."""
    read = session.read(external_id)
    if read.item is not None and write.step and is_newest_change(read.item.modified, write.modified_after):
        kept = _kept_values(session, write, read.item)
        if kept:
            _accept(session, write, kept)
    return session.ingest(read)


def is_newest_change(modified: datetime | None, answered_at: datetime | None) -> bool:
    """Tell whether nobody has changed a record after our write, by the upstream's own times.

    Without them the read back, which follows at once, is believed.
    """
    return modified is None or answered_at is None or modified < answered_at + TICK


def _kept_values(session: UpstreamSession, write: Write, item: Item) -> dict[str, Any]:
    """Return the values that differ from what was sent only by what upstreams do to values, by field."""
    outcome = session.context.pool.map_here(Payload(item.external_id, item.raw))
    if not isinstance(outcome, Mapped):
        return {}
    region = outcome.values.get("country_code") or session.context.connection.country
    found = {field: to_json(outcome.values[field]) for field in write.fields}
    return {
        field: found[field]
        for field, change in write.fields.items()
        if found[field] not in (None, change["base"], change["value"])
        and likely_echo(field, region)(change["value"], found[field])
    }


@transaction.atomic
def _accept(session: UpstreamSession, write: Write, kept: Mapping[str, Any]) -> None:
    """Make the values kept those of the edits, so that the ingest confirms them; those seen already end here."""
    records = table(write.resource)
    row = records.locked(write.record_id)
    ended = False
    edits = (
        PendingEdit.objects.for_record(row.pk, write.resource).filter(field__in=kept).select_related("conflict")
    )
    for edit in edits:
        theirs = kept[edit.field]
        values: dict[str, Any] = {"sent": [*edit.sent, theirs]}
        if edit.value == write.fields[edit.field]["value"]:
            values["value"] = theirs
        if "value" in values and theirs == (edit.conflict.theirs if edit.conflict else edit.base):
            ended = True
            if edit.conflict is not None:
                conflicts.close(edit.conflict, Decision.AGREED, session.context.source())
            edit.delete()
        else:
            PendingEdit.objects.filter(pk=edit.pk).update(**values)
    write.fields = {
        field: {**change, "kept": kept[field]} if field in kept else change
        for field, change in write.fields.items()
    }
    write.save(update_fields=["fields"])
    if ended:
        rewrite(row, write.asked_by, None)
    else:
        records.rows_by_id([row.pk]).update(version=F("version") + 1)
