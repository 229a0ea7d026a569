"""Changes to how a connection maps: stored, and everything mapped again by a run of its own kind."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.mapping.fields import MAPPABLE
from counterfoil.mirror.models import Connection, FieldMap, RoleOverride, Run, RunKind
from counterfoil.normalize.country import country as country_code
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions


def request_remap(connection: Connection, user: AbstractBaseUser | None = None, *, country: bool = False) -> Run:
    """The connection's mapping was changed: queue the run that maps its customers again, and returns it. Another
    country concerns contact persons too, by a run of theirs; invoices have nothing that could be mapped otherwise.
    """
    Connection.objects.filter(pk=connection.pk).update(mapping_version=F("mapping_version") + 1)
    connection.refresh_from_db()
    if country and Resource.CONTACT_PERSON in factory.connector_class(connection).collections:
        lifecycle.request_run(connection, RunKind.REMAP, RunOptions(), user, resource=Resource.CONTACT_PERSON)
    return lifecycle.request_run(connection, RunKind.REMAP, RunOptions(), user)


def set_role(
    connection: Connection, by: str, pattern: str, role: str, user: AbstractBaseUser | None = None
) -> Run:
    """Let a role of ours beat the upstream's, for an external id or for names that contain something."""
    if not pattern.strip() or not role.strip():
        raise InvalidInput("A role override needs what to match and a role.", "Give both.")
    with transaction.atomic():
        RoleOverride.objects.update_or_create(
            connection=connection, by=by, pattern=pattern.strip(), defaults={"role": role.strip().upper()}
        )
        return request_remap(connection, user)


def remove_role(connection: Connection, by: str, pattern: str, user: AbstractBaseUser | None = None) -> Run:
    """Take a role override away: the upstream's role counts again."""
    with transaction.atomic():
        if not RoleOverride.objects.filter(connection=connection, by=by, pattern=pattern).delete()[0]:
            raise NotFound(f"{connection.name} has no such role override.", "See `counterfoil mapping show`.")
        return request_remap(connection, user)


def set_field(connection: Connection, field: str, sources: list[str], user: AbstractBaseUser | None = None) -> Run:
    """Say where a field is found, best place first; an empty list goes back to the connector's usual place."""
    if field not in MAPPABLE:
        raise InvalidInput(
            f"There is no customer field called {field!r}.", f"Fields are: {', '.join(sorted(MAPPABLE))}."
        )
    with transaction.atomic():
        connection.field_map.filter(field=field).delete()
        FieldMap.objects.bulk_create(
            FieldMap(connection=connection, field=field, source=source) for source in sources
        )
        return request_remap(connection, user)


def set_country(connection: Connection, country: str, user: AbstractBaseUser | None = None) -> Run:
    """Change the country that phones and VAT numbers without one of their own are read as from."""
    code = country_code(country).value
    if code is None:
        raise InvalidInput(f"{country!r} is not a country.", "Use two letters, as in BE, NL or FR.")
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(country=code)
        return request_remap(connection, user, country=True)
