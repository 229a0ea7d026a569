"""A connection made read-only, or written to again: what waits becomes an override of ours, and back again.

An override outlives every pass and is never sent (DESIGN part 4b, "Read-only connections").
"""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.edits import field_paths
from counterfoil.ingest import conflicts
from counterfoil.mirror.models import ConflictKind, Connection, Customer, Decision, PendingEdit, Source
from counterfoil.mirror.store.base import ChangeSource

AT_ONCE = 500
"""Rows of which the places are looked up together."""


@transaction.atomic
def set_read_only(connection: Connection, read_only: bool, user: AbstractBaseUser | None = None) -> int:
    """Set it, and say of how many edits that something is other than before. Nothing happens where it is so
    already."""
    fresh = Connection.objects.locked(connection.pk)
    if bool(fresh.settings.get(factory.READ_ONLY)) == read_only:
        return 0
    kept = {name: value for name, value in fresh.settings.items() if name != factory.READ_ONLY}
    fresh.settings = kept | ({factory.READ_ONLY: True} if read_only else {})
    fresh.save(update_fields=["settings"])
    connection.settings = fresh.settings
    return _keep_here(fresh, user) if read_only else _send_again(fresh)


def _keep_here(connection: Connection, user: AbstractBaseUser | None) -> int:
    """Every edit stands as it is. Where both sides had changed a field, that is a decision for ours, upon what the
    upstream says now."""
    waiting = _edits(connection).filter(here_only=False)
    _move(list(waiting.order_by().values_list("record_id", flat=True).distinct()))
    source = ChangeSource(connection.pk, Resource.CUSTOMER, Source.EDIT, None, timezone.now())
    for edit in waiting.select_related("conflict"):
        if edit.conflict is not None and edit.conflict.kind == ConflictKind.BOTH:
            conflicts.close(edit.conflict, Decision.OURS, source, user)
            PendingEdit.objects.filter(pk=edit.pk).update(base=edit.conflict.theirs, conflict=None)
    return waiting.update(here_only=True, refused="", sent=[])


def _send_again(connection: Connection) -> int:
    """What the upstream has a place for waits to be pushed, unless the upstream says the same by now."""
    done = 0
    for rows in _rows(connection):
        _move([row.pk for row in rows])
        for row in rows:
            places = field_paths.customer_paths(connection, row)
            edits = _edits(connection).filter(record_id=row.pk, here_only=True)
            fields = [edit.field for edit in edits if places is not None and places.has(edit.field)]
            agreed = [edit.pk for edit in edits if edit.field in fields and edit.value == edit.base]
            PendingEdit.objects.filter(pk__in=agreed).delete()
            edits.filter(field__in=fields).update(here_only=False)
            done += len(fields)
    return done


def _rows(connection: Connection) -> Iterator[list[Customer]]:
    """Those with overrides, locked, in the order of keys."""
    keys = sorted(set(_edits(connection).filter(here_only=True).values_list("record_id", flat=True)))
    for start in range(0, len(keys), AT_ONCE):
        some = Customer.objects.filter(pk__in=keys[start : start + AT_ONCE]).order_by("pk")
        yield list(some.select_for_update(of=("self",)).select_related("connection"))


def _move(records: Sequence[int]) -> None:
    """Whoever is on the way to these rows has seen other edits of them: they look again."""
    rows = Customer.objects.filter(pk__in=records)
    list(rows.select_for_update().order_by("pk").values_list("pk"))  # in the order in which everybody locks them
    rows.update(version=F("version") + 1)


def _edits(connection: Connection) -> "QuerySet[PendingEdit]":
    return PendingEdit.objects.filter(connection=connection, resource=Resource.CUSTOMER)
