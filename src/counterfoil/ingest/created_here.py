"""Recognise records that we created upstream ourselves: however one comes back, it belongs to its local row."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from counterfoil.ingest.edit_values import likeness
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.models import State, Write, WriteKind, WriteState
from counterfoil.mirror.resources import Table
from counterfoil.mirror.store.base import StoredRow, new_row, to_json


class Adoption(NamedTuple):
    """A record that has come back, the local row it belongs to, and the write that created it."""

    external_id: str
    row: StoredRow
    write_id: int


def awaited_creations(connection_id: int, resource: str) -> "QuerySet[Write]":
    """Select the creations whose record may come back before their answer, or instead of it."""
    return (
        Write.objects.unfinished()
        .filter(connection_id=connection_id, resource=resource, kind=WriteKind.CREATE)
        .order_by("id")
    )


def match(writes: Iterable[Write], external_id: str, mapped: Mapped, region: str) -> Write | None:
    """Find the creation that a new record came from.

    A creation that was answered matches by its id, one without an answer where the record holds every value that
    was sent. `region` is the connection's default country.
    """
    return next((write for write in writes if _created(write, external_id, mapped, region)), None)


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


def _created(write: Write, external_id: str, mapped: Mapped, region: str) -> bool:
    if write.external_id is not None:
        return bool(write.external_id == external_id)
    sent = {field: entry["value"] for field, entry in write.fields.items() if entry["value"] is not None}
    return bool(sent) and all(_same(field, value, mapped, region) for field, value in sent.items())


def _same(field: str, value: object, mapped: Mapped, region: str) -> bool:
    theirs = to_json(mapped.values.get(field))
    return bool(theirs == value) or likeness(field, region)(theirs, value)
