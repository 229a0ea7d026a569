"""What a stored connection works with: its connector, its budget, its mapping configuration."""

import math
from collections.abc import Callable, Mapping

from counterfoil import messages
from counterfoil.connections import allowance_keys, encryption, standing
from counterfoil.connections.budget import SharedBudget
from counterfoil.connections.rate_limit import RatePolicy
from counterfoil.connections.schedules import zone_of
from counterfoil.connections.token_store import SharedTokens
from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.file.settings import settings_of
from counterfoil.connectors.login import Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Capabilities, Collection, Connector, HasColumns, HasSomeResources
from counterfoil.connectors.priority import Priority
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.connectors.write_port import Writer, writer_of
from counterfoil.errors import InvalidSetting
from counterfoil.mapping.mapper import MappingConfig, RoleRule
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Connection
from counterfoil.mirror.value_forms import forms_of

READ_ONLY = "read_only"
"""The setting of a connection that never writes."""


def connector_class(connection: Connection) -> type[Connector]:
    """Return the connector's class. Raises InvalidSetting where it is not installed."""
    try:
        return CONNECTORS[connection.connector]
    except KeyError:
        raise InvalidSetting(
            messages.connections.UNKNOWN_CONNECTOR(name=connection.name, connector=connection.connector),
            messages.connections.CONNECTORS_ARE(connectors=", ".join(sorted(CONNECTORS))),
        ) from None


def collections_of(connection: Connection) -> Mapping[Resource, type[Collection]]:
    """Return the resources that a connection has, in the order of a sync. Raises like `connector_class`."""
    kind = connector_class(connection)
    if not issubclass(kind, HasSomeResources):
        return kind.collections
    return {resource: kind.collections[resource] for resource in kind.resources(connection.settings)}


def mapped_resources(connection: Connection) -> list[Resource]:
    """Return the resources whose fields have sources that a user may choose: of files all that there are."""
    return [
        resource
        for resource, collection in collections_of(connection).items()
        if resource == Resource.CUSTOMER or issubclass(collection, HasColumns)
    ]


def has_resource(connection: Connection, resource: Resource) -> bool:
    """Tell whether a connection has a resource; without the connector it has none."""
    return connection.connector in CONNECTORS and resource in collections_of(connection)


def limits_of(connection: Connection) -> Limits:
    """Return the upstream's usual limits; without the connector none, so that the connection can be shown."""
    known = CONNECTORS.get(connection.connector)
    return known.limits if known else Limits(rate=0, burst=0, daily_reserve=0)


def capabilities_of(connection: Connection, resource: Resource = Resource.CUSTOMER) -> Capabilities:
    """Return what the upstream can do with a resource. Raises InvalidSetting like `connector_class`."""
    return connector_class(connection).collections[resource].capabilities


def writer(connection: Connection, resource: Resource = Resource.CUSTOMER) -> Writer | None:
    """Return what writes a resource; None for a file, without the connector, or where nothing is written."""
    return None if connection.removed_at or connection.settings.get(READ_ONLY) else _writer(connection, resource)


def can_be_written(connection: Connection) -> bool:
    """Tell whether customers can be written, unless the connection is read-only."""
    return _writer(connection) is not None


def _writer(connection: Connection, resource: Resource = Resource.CUSTOMER) -> Writer | None:
    known = CONNECTORS.get(connection.connector)
    collection = known.collections.get(resource) if known else None
    return None if collection is None else writer_of(collection)


def usual_sources(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Return the default source paths of each field; none without the connector."""
    known = CONNECTORS.get(connection.connector)
    return known.collections[Resource.CUSTOMER].reader.default_sources if known else {}


def all_sources(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Return the source paths of each field, the connection's own field map first."""
    return {**usual_sources(connection), **mapping_config(connection).sources}


def policy(connection: Connection) -> RatePolicy:
    """Return the upstream's usual limits, or the connection's own."""
    limits = limits_of(connection)
    rate = connection.settings.get("rate")
    reserve = connection.settings.get("daily_reserve")
    rate = limits.rate if rate is None else float(rate)
    burst = limits.burst if rate >= limits.rate or rate <= 0 else max(1, min(limits.burst, math.ceil(rate)))
    return RatePolicy(rate, burst, limits.daily_reserve if reserve is None else int(reserve))


def shared_budget(
    connection: Connection,
    priority: Priority = Priority.RUN,
    check: Callable[[], None] = lambda: None,
    *,
    even_paused: bool = False,
) -> SharedBudget:
    """Open the connection's shared budget for calls of one priority. Close it after use.

    `check` is called before every call and raises where the caller may make none any more. Raises NotPossibleNow
    for a connection that a user has removed or, unless `even_paused`, paused.
    """
    (standing.require_present if even_paused else standing.require_active)(connection)
    title = connector_class(connection).title
    if connection.calls_key is None:
        allowance_keys.fill_missing()
    allowance = sharing.calls_owner(connection.pk)
    return SharedBudget(connection.pk, title, policy(connection), priority, check, allowance=allowance)


def connector(connection: Connection, budget: Budget, *, patient: bool = True) -> Connector:
    """Create the connection's connector. Not `patient`: a person waits, so failed requests are hardly repeated."""
    kind = connector_class(connection)
    settings = Settings(
        values=connection.settings,
        secrets=encryption.unseal(connection.secrets),
        tokens=SharedTokens(sharing.tokens_owner(connection.pk), kind.title, used_by=connection.pk),
    )
    return kind(settings, budget, patient=patient)


def mapping_config(connection: Connection, resource: Resource = Resource.CUSTOMER) -> MappingConfig:
    """Read the connection's mapping configuration for one resource."""
    sources: dict[str, tuple[str, ...]] = {}
    for entry in connection.field_map.all():
        if entry.resource == resource:
            sources[entry.field] = (*sources.get(entry.field, ()), entry.source)
    return MappingConfig(
        connector=connection.connector,
        country=connection.country,
        zone=zone_of(connection).key,
        sources=sources,
        role_overrides=tuple(
            RoleRule(override.by, override.pattern, override.role) for override in connection.role_overrides.all()
        ),
        left_out=_id_column(connection, resource),
        version=connection.mapping_version,
        customers_by_name=_customers_by_name(connection) if resource == Resource.INVOICE else {},
        forms=forms_of(connection.settings, resource),
        of_spreadsheet=_is_spreadsheet(connection, resource),
    )


def _id_column(connection: Connection, resource: Resource) -> tuple[str, ...]:
    """Return the id column of a file, which is no extra field of its records."""
    values = settings_of(connection.settings, resource) or {}
    column = values.get("id_column")
    return (str(column),) if column else ()


def _is_spreadsheet(connection: Connection, resource: Resource) -> bool:
    known = CONNECTORS.get(connection.connector)
    collection = known.collections.get(resource) if known else None
    return collection is not None and issubclass(collection, HasColumns)


def _customers_by_name(connection: Connection) -> dict[str, str]:
    return dict(connection.confirmed_names.values_list("name_key", "customer_external_id"))
