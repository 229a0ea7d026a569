"""Which connections a user can see: their own, and shared ones that are for everyone or for a group of theirs.

A connection with an owner is private: no group gives access to it. Superusers see every connection.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from counterfoil.mirror.models import Access, Connection

type Person = AbstractBaseUser | AnonymousUser


def visible_connections(person: Person) -> frozenset[int] | None:
    """Return the keys of the connections a user can see; None where they can see all of them."""
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
    """Tell whether a user can see this connection."""
    found = visible_connections(person)
    return found is None or connection_id in found


def narrow[M: models.Model](rows: "QuerySet[M]", visible: frozenset[int] | None) -> "QuerySet[M]":
    """Narrow rows to these connections; a table that does not belong to connections keeps all of its rows."""
    way = None if visible is None else way_to_connection(rows.model)
    return rows if way is None else rows.filter(**{f"{way}__in": visible})


def way_to_connection(model: type[models.Model]) -> str | None:
    """Return the lookup from a row to its connection, directly or through its parents; None without one."""
    if model is Connection:
        return "pk"
    parents = _parents(model)
    for name, parent in parents:
        if parent is Connection:
            return name
    ways = ((name, way_to_connection(parent)) for name, parent in parents if parent is not model)
    return next((f"{name}__{way}" for name, way in ways if way is not None), None)


def groups_of(connection: Connection) -> list[int]:
    """Return the keys of the groups that a connection is for; none where it is for everyone."""
    return list(connection.access.values_list("group_id", flat=True))


@transaction.atomic
def limit(connection: Connection, groups: list[int]) -> None:
    """Limit a connection to these groups; none makes it visible to everyone."""
    connection.access.exclude(group_id__in=groups).delete()
    current = set(groups_of(connection))
    Access.objects.bulk_create(Access(connection=connection, group_id=key) for key in groups if key not in current)


def _parents(model: type[models.Model]) -> "list[tuple[str, type[models.Model]]]":
    keys = (field for field in model._meta.fields if isinstance(field, models.ForeignKey))  # noqa: SLF001
    return [(field.name, field.related_model) for field in keys]
