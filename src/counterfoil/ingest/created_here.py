"""Recognise records that we created upstream ourselves: however one comes back, it belongs to its local row.

Only the answer to our own request proves that. A record that merely equals what was sent may be a colleague's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from counterfoil.ingest.edit_values import likeness
from counterfoil.mirror.models import State, Write, WriteKind, WriteState
from counterfoil.mirror.resources import Table
from counterfoil.mirror.store.base import StoredRow, new_row, to_json


class Adoption(NamedTuple):
    """A record that has come back, the local row it belongs to, and the write that created it."""

    external_id: str
    row: StoredRow
    write_id: int


def awaited_creations(connection_id: int, resource: str) -> "QuerySet[Write]":
    """Select the creations that were answered, and whose record has not come back yet."""
    return (
        Write.objects.unfinished()
        .filter(connection_id=connection_id, resource=resource, kind=WriteKind.CREATE)
        .exclude(external_id=None)
        .order_by("id")
    )


def match(writes: Iterable[Write], external_id: str) -> Write | None:
    """Find the creation that was answered with the id of a new record."""
    return next((write for write in writes if write.external_id == external_id), None)


def holds_values_sent(fields: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any], region: str) -> bool:
    """Tell whether a record has every value that a creation has sent, in whatever spelling.

    `fields` are those of the write; `region` is the country of phone numbers without a country code.
    """
    sent = {field: entry["value"] for field, entry in fields.items() if entry["value"] is not None}
    return bool(sent) and all(_is_same(field, value, values.get(field), region) for field, value in sent.items())


def find_adoption(table: Table, write: Write, external_id: str) -> Adoption | None:
    """Read the local row of a creation as the one to adopt the record; None where it has an id already."""
    rows = table.rows(write.connection_id).filter(pk=write.record_id, external_id=None, state=State.LOCAL)
    found = rows.values_list("version", "name").first()
    if found is None:
        return None
    version, name = found
    row = new_row(external_id)._replace(id=write.record_id, version=version, name=name, state=State.LOCAL)
    return Adoption(external_id, row, write.pk)


def adopt(table: Table, adoptions: Sequence[Adoption]) -> bool:
    """Give local rows their external ids and end their writes, in the transaction that writes the rows.

    Returns False where a row was changed meanwhile, or another row has the id.
    """
    for adoption in adoptions:
        row = table.rows_by_id([adoption.row.id or 0]).filter(version=adoption.row.version, external_id=None)
        try:
            with transaction.atomic():
                if not row.update(external_id=adoption.external_id):
                    return False
        except IntegrityError:
            return False
        Write.objects.filter(pk=adoption.write_id).update(
            external_id=adoption.external_id, state=WriteState.DONE, ended_at=timezone.now(), claim=""
        )
    return True


def _is_same(field: str, sent: object, value: object, region: str) -> bool:
    theirs = to_json(value)
    return bool(theirs == sent) or likeness(field, region)(theirs, sent)
