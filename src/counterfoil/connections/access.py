"""Which connections somebody may see: their own, and those of the house for everybody or for a group of theirs.

A connection that has an owner is private: no group opens it to anybody else, superusers see it with all others.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from counterfoil.mirror.models import Access, Connection

type Person = AbstractBaseUser | AnonymousUser


def visible_connections(person: Person) -> frozenset[int] | None:
    """The keys of the connections somebody may see; None where nothing is kept from them."""
    if getattr(person, "is_superuser", False):
        return None
    limited = Access.objects.filter(connection=OuterRef("pk"))
    mine = (
        limited.filter(group__in=person.groups.all()) if isinstance(person, PermissionsMixin) else limited.none()
    )
    of_others = Q(owner__isnull=False) & ~Q(owner=person.pk)
    not_for_me = Q(owner__isnull=True) & Exists(limited) & ~Exists(mine)
    marked = Connection.objects.annotate(kept=of_others | not_for_me).values_list("pk", "kept")
    found = list(marked.order_by())
    if not any(kept for _, kept in found):
        return None
    return frozenset(key for key, kept in found if not kept)


def can_see(person: Person, connection_id: int) -> bool:
    """Whether somebody may see this connection now."""
    found = visible_connections(person)
    return found is None or connection_id in found


def narrow[M: models.Model](rows: "QuerySet[M]", visible: frozenset[int] | None) -> "QuerySet[M]":
    """The rows that belong to these connections; all of them for a table that belongs to none."""
    way = None if visible is None else way_to_connection(rows.model)
    return rows if way is None else rows.filter(**{f"{way}__in": visible})


def way_to_connection(model: type[models.Model]) -> str | None:
    """The lookup from a row to its connection, its own or that of what it belongs to; None where there is none."""
    if model is Connection:
        return "pk"
    parents = _parents(model)
    for name, parent in parents:
        if parent is Connection:
            return name
    ways = ((name, way_to_connection(parent)) for name, parent in parents if parent is not model)
    return next((f"{name}__{way}" for name, way in ways if way is not None), None)


def groups_of(connection: Connection) -> list[int]:
    """The keys of the groups that a connection is for; none where it is for everybody."""
    return list(connection.access.values_list("group_id", flat=True))


@transaction.atomic
def limit(connection: Connection, groups: list[int]) -> None:
    """From now on the connection is for these groups only; for everybody where there are none."""
    connection.access.exclude(group_id__in=groups).delete()
    known = set(groups_of(connection))
    Access.objects.bulk_create(Access(connection=connection, group_id=key) for key in groups if key not in known)


def _parents(model: type[models.Model]) -> "list[tuple[str, type[models.Model]]]":
    """What a row belongs to."""
    keys = (field for field in model._meta.fields if isinstance(field, models.ForeignKey))  # noqa: SLF001
    return [(field.name, field.related_model) for field in keys]
