"""Records that we have created upstream ourselves: when one comes back, by whatever way, it is the local row's."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from counterfoil.ingest.edit_values import likeness
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.models import UNFINISHED, State, Write, WriteKind, WriteState
from counterfoil.mirror.resources import Table
from counterfoil.mirror.store.base import StoredRow, new_row, to_json


class Adoption(NamedTuple):
    """A record that has come back, the local row that it belongs to, and the write that has created it."""

    external_id: str
    row: StoredRow
    write_id: int


def awaited_creations(connection_id: int, resource: str) -> "QuerySet[Write]":
    """Creations whose record may come back before their answer, or instead of it."""
    return Write.objects.filter(
        connection_id=connection_id, resource=resource, kind=WriteKind.CREATE, state__in=UNFINISHED
    ).order_by("id")


def match(writes: Iterable[Write], external_id: str, mapped: Mapped, region: str) -> Write | None:
    """The creation that this new record came from: by the id that it was answered with, else by everything that
    was sent being there."""
    return next((write for write in writes if _is_from(write, external_id, mapped, region)), None)


def adoption_of(table: Table, write: Write, external_id: str) -> Adoption | None:
    """The local row takes the record; None where it has got one already."""
    rows = table.rows(write.connection_id).filter(pk=write.record_id, external_id=None, state=State.LOCAL)
    found = rows.values_list("version", "name").first()
    if found is None:
        return None
    row = new_row(external_id)._replace(id=write.record_id, version=found[0], name=found[1], state=State.LOCAL)
    return Adoption(external_id, row, write.pk)


def adopt_all(table: Table, adoptions: Sequence[Adoption]) -> bool:
    """Give the local rows their ids, in the transaction that writes them. False where one was not as expected."""
    for one in adoptions:
        row = table.rows_by_id([one.row.id or 0]).filter(version=one.row.version, external_id=None)
        try:
            with transaction.atomic():
                if not row.update(external_id=one.external_id):
                    return False
        except IntegrityError:
            return False
        Write.objects.filter(pk=one.write_id).update(
            external_id=one.external_id, state=WriteState.DONE, ended_at=timezone.now(), claim=""
        )
    return True


def _is_from(write: Write, external_id: str, mapped: Mapped, region: str) -> bool:
    if write.external_id is not None:
        return bool(write.external_id == external_id)
    sent = {field: said["value"] for field, said in write.fields.items() if said["value"] is not None}
    return bool(sent) and all(_same(field, value, mapped, region) for field, value in sent.items())


def _same(field: str, value: object, mapped: Mapped, region: str) -> bool:
    theirs = to_json(mapped.values.get(field))
    return bool(theirs == value) or likeness(field, region)(theirs, value)
