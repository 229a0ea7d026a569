"""Changes to a connection's mapping: each is stored, and a run of its own kind maps everything again."""

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from counterfoil.connections import factory, schedules
from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.mapping.fields import KINDS_OF, MAPPABLE_OF
from counterfoil.mirror.models import ConfirmedName, Connection, FieldMap, RoleOverride, Run, RunKind
from counterfoil.mirror.resources import table
from counterfoil.mirror.value_forms import CHOSEN, FORMS, forms_of
from counterfoil.normalize.column_form import IN_DOUBT, MATTER_OF_KIND, Matter
from counterfoil.normalize.country import country as country_code
from counterfoil.normalize.name import name_key
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions


def request_remap(
    connection: Connection, user: AbstractBaseUser | None = None, *, country: bool = False, zone: bool = False
) -> Run:
    """Queue the run that maps a connection's customers again after its mapping was changed, and return it.

    A change of `country` concerns contact persons too, one of the time `zone` invoices: these get a run of their
    own.
    """
    resources = factory.collections_of(connection)
    concerned = {Resource.CONTACT_PERSON: country, Resource.INVOICE: zone}
    others = [resource for resource in resources if concerned.get(resource)]
    return _request(connection, [*others, Resource.CUSTOMER], user)


def request_remap_of(connection: Connection, resource: Resource, user: AbstractBaseUser | None = None) -> Run:
    """Queue the run that maps one resource of a connection again, and return it."""
    return _request(connection, [resource], user)


def _request(connection: Connection, resources: list[Resource], user: AbstractBaseUser | None) -> Run:
    """Queue a run for each resource. Returns the last one's."""
    Connection.objects.filter(pk=connection.pk).update(mapping_version=F("mapping_version") + 1)
    connection.refresh_from_db()
    runs = [
        lifecycle.request_run(connection, RunKind.REMAP, RunOptions(), user, resource=resource)
        for resource in resources
    ]
    return runs[-1]


def set_role(
    connection: Connection, by: str, pattern: str, role: str, user: AbstractBaseUser | None = None
) -> Run:
    """Override the upstream's role, for an external id or for names that contain a text."""
    if not pattern.strip() or not role.strip():
        raise InvalidInput("A role override needs a pattern and a role.", "Give both.")
    with transaction.atomic():
        RoleOverride.objects.update_or_create(
            connection=connection, by=by, pattern=pattern.strip(), defaults={"role": role.strip().upper()}
        )
        return request_remap(connection, user)


def remove_role(connection: Connection, by: str, pattern: str, user: AbstractBaseUser | None = None) -> Run:
    """Remove a role override, so that the upstream's role counts again."""
    with transaction.atomic():
        if not RoleOverride.objects.filter(connection=connection, by=by, pattern=pattern).delete()[0]:
            raise NotFound(
                f"{connection.name} has no such role override.", "List them with `counterfoil mapping show`."
            )
        return request_remap(connection, user)


def set_field(
    connection: Connection,
    field: str,
    sources: list[str],
    user: AbstractBaseUser | None = None,
    *,
    resource: Resource = Resource.CUSTOMER,
) -> Run:
    """Choose where a field is read from, best place first; an empty list restores the connector's default."""
    if resource not in factory.mapped_resources(connection):
        raise InvalidInput(f"The fields of its {table(resource).nouns} cannot be mapped.", "")
    if field not in MAPPABLE_OF[resource]:
        raise InvalidInput(
            f"There is no {table(resource).noun} field called “{field}”.",
            f"Fields are: {', '.join(sorted(MAPPABLE_OF[resource]))}.",
        )
    with transaction.atomic():
        connection.field_map.filter(resource=resource, field=field).delete()
        FieldMap.objects.bulk_create(
            FieldMap(connection=connection, resource=resource, field=field, source=source) for source in sources
        )
        if resource == Resource.CUSTOMER:
            return request_remap(connection, user)
        return _request(connection, [resource], user)


def confirm_names(
    connection: Connection, customers: Mapping[str, str], user: AbstractBaseUser | None = None
) -> Run:
    """Say whose the invoices are that name their customer only by name. `customers`: external ids by name.

    Raises NotFound for a customer that is not here.
    """
    here = set(table(Resource.CUSTOMER).rows(connection.pk).values_list("external_id", flat=True))
    if unknown := sorted(set(customers.values()) - here):
        raise NotFound(
            f"{connection.name} has no customer {unknown[0]}.", "Find it with `counterfoil customers search`."
        )
    with transaction.atomic():
        for name, external_id in customers.items():
            ConfirmedName.objects.update_or_create(
                connection=connection,
                name_key=name_key(name),
                defaults={
                    "name": name,
                    "customer_external_id": external_id,
                    "confirmed_at": timezone.now(),
                    "confirmed_by_id": user.pk if user else None,
                },
            )
        return _request(connection, [Resource.INVOICE], user)


def forget_name(connection: Connection, name: str, user: AbstractBaseUser | None = None) -> Run:
    """Take back whose the invoices are that name their customer so. Raises NotFound where nobody has said it."""
    with transaction.atomic():
        if not ConfirmedName.objects.filter(connection=connection, name_key=name_key(name)).delete()[0]:
            raise NotFound(f"Nobody has said who “{name}” is.", "See `counterfoil invoices unmatched`.")
        return _request(connection, [Resource.INVOICE], user)


def set_forms(
    connection: Connection, chosen: Mapping[Matter, str], user: AbstractBaseUser | None = None
) -> Run | None:
    """Choose how amounts and dates are written where a file leaves it open. Returns no run where nothing was.

    A column that tells by itself is read as it tells, and one that was decided is decided anew by the next sync.
    """
    if not chosen:
        raise InvalidInput("Nothing was chosen.", "Give --dates, --decimals or both.")
    with transaction.atomic():
        connection = Connection.objects.locked(connection.pk)
        forms = {
            resource: {name: _chosen(resource, name, form, chosen) for name, form in fields.items()}
            for resource, fields in connection.settings.get(FORMS, {}).items()
        }
        changed = [resource for resource in forms if forms[resource] != forms_of(connection.settings, resource)]
        kept = {**connection.settings.get(CHOSEN, {}), **chosen}
        connection.settings = {**connection.settings, FORMS: forms, CHOSEN: kept}
        connection.save(update_fields=["settings"])
        return _request(connection, [Resource(resource) for resource in changed], user) if changed else None


def _chosen(resource: str, name: str, form: str, chosen: Mapping[Matter, str]) -> str:
    return chosen.get(MATTER_OF_KIND[KINDS_OF[resource][name]], form) if form in IN_DOUBT else form


def set_country(connection: Connection, country: str, user: AbstractBaseUser | None = None) -> Run:
    """Change the country that is assumed for phone and VAT numbers that name none."""
    code = country_code(country).value
    if code is None:
        raise InvalidInput(f"“{country}” is not a country.", "Use two letters, as in BE, NL or FR.")
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(country=code)
        return request_remap(connection, user, country=True)


def set_time_zone(connection: Connection, zone: str | None, user: AbstractBaseUser | None = None) -> Run | None:
    """Change the time zone of a connection: of its schedules, and of the days on which times with an offset fall.

    None or empty means the installation's. Returns no run where it is the same.
    """
    with transaction.atomic():
        before = schedules.zone_of(connection)
        schedules.change_time_zone(connection, zone)
        connection.refresh_from_db()
        return None if schedules.zone_of(connection) == before else request_remap(connection, user, zone=True)
