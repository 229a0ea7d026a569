"""Make a connection read-only or writable: its pending edits become overrides, and pending edits again.

An override outlives every sync and is never sent (DESIGN part 4b, "Read-only connections").
"""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.edits import field_paths
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import EDITABLE_OF
from counterfoil.mirror.models import ConflictKind, Connection, Decision, Mirrored, PendingEdit, Source
from counterfoil.mirror.resources import table
from counterfoil.mirror.store.base import ChangeSource

_BATCH = 500


@transaction.atomic
def set_read_only(connection: Connection, read_only: bool, user: AbstractBaseUser | None = None) -> int:
    """Make a connection read-only or writable. Returns how many edits changed, 0 if it was so already."""
    fresh = Connection.objects.locked(connection.pk)
    if bool(fresh.settings.get(factory.READ_ONLY)) == read_only:
        return 0
    kept = {name: value for name, value in fresh.settings.items() if name != factory.READ_ONLY}
    fresh.settings = kept | ({factory.READ_ONLY: True} if read_only else {})
    fresh.save(update_fields=["settings"])
    connection.settings = fresh.settings
    if read_only:
        return sum(_keep_here(fresh, resource, user) for resource in EDITABLE_OF)
    return sum(_make_pending(fresh, resource) for resource in EDITABLE_OF)


def _keep_here(connection: Connection, resource: str, user: AbstractBaseUser | None) -> int:
    """Turn pending edits into overrides. A field that both sides have changed keeps our value."""
    waiting = _edits(connection, resource).filter(here_only=False)
    _lock_and_bump(resource, list(waiting.order_by().values_list("record_id", flat=True).distinct()))
    source = ChangeSource(connection.pk, resource, Source.EDIT, None, timezone.now())
    for edit in waiting.select_related("conflict"):
        if edit.conflict is not None and edit.conflict.kind == ConflictKind.BOTH:
            conflicts.close(edit.conflict, Decision.OURS, source, user)
            PendingEdit.objects.filter(pk=edit.pk).update(base=edit.conflict.theirs, conflict=None)
    return waiting.update(here_only=True, refused="", sent=[])


def _make_pending(connection: Connection, resource: str) -> int:
    """Turn overrides of fields that the upstream keeps into pending edits, unless the upstream agrees by now."""
    count = 0
    for rows in _rows(connection, resource):
        _lock_and_bump(resource, [row.pk for row in rows])
        for row in rows:
            row.connection = connection  # as it is from now on
            paths = field_paths.record_paths(row)
            edits = _edits(connection, resource).filter(record_id=row.pk, here_only=True)
            fields = [edit.field for edit in edits if paths is not None and paths.has(edit.field)]
            agreed = [edit.pk for edit in edits if edit.field in fields and edit.value == edit.base]
            PendingEdit.objects.filter(pk__in=agreed).delete()
            edits.filter(field__in=fields).update(here_only=False)
            count += len(fields)
    return count


def _rows(connection: Connection, resource: str) -> Iterator[list[Mirrored]]:
    """Lock the rows with overrides, batch by batch in the order of their keys."""
    overrides = _edits(connection, resource).filter(here_only=True)
    keys = sorted(set(overrides.values_list("record_id", flat=True)))
    for start in range(0, len(keys), _BATCH):
        rows = table(resource).rows_by_id(keys[start : start + _BATCH])
        yield list(rows.order_by("pk").select_for_update(of=("self",)).select_related("connection"))


def _lock_and_bump(resource: str, records: Sequence[int]) -> None:
    """Lock rows and raise their versions, so that an ingest that has read their edits reads them again."""
    rows = table(resource).rows_by_id(records)
    list(rows.select_for_update().order_by("pk").values_list("pk"))  # every lock follows this order
    rows.update(version=F("version") + 1)


def _edits(connection: Connection, resource: str) -> "QuerySet[PendingEdit]":
    return PendingEdit.objects.filter(connection=connection, resource=resource)
