"""From a stored connection to a working one: its connector, its allowance, its way of mapping."""

import math
from collections.abc import Mapping

from counterfoil.connections import encryption
from counterfoil.connections.budget import SharedBudget
from counterfoil.connections.rate_limit import RatePolicy
from counterfoil.connections.token_store import SharedTokens
from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.login import Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Capabilities, Connector
from counterfoil.connectors.priority import Priority
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.connectors.write_port import Writer, writer_of
from counterfoil.errors import InvalidSetting
from counterfoil.mapping.mapper import MappingConfig, RoleRule
from counterfoil.mirror.models import Connection

READ_ONLY = "read_only"
"""The setting of a connection whose upstream is never written to."""


def connector_class(connection: Connection) -> type[Connector]:
    """The connector's class. Raises InvalidSetting for one that this version does not have."""
    try:
        return CONNECTORS[connection.connector]
    except KeyError:
        raise InvalidSetting(
            f"Connection {connection.name} uses the connector {connection.connector!r}, which is not there.",
            f"Connectors are: {', '.join(sorted(CONNECTORS))}.",
        ) from None


def limits_of(connection: Connection) -> Limits:
    """The upstream's usual allowance; none for a connector that is gone, so that its connection can be shown."""
    known = CONNECTORS.get(connection.connector)
    return known.limits if known else Limits(rate=0, burst=0, daily_reserve=0)


def capabilities_of(connection: Connection, resource: Resource = Resource.CUSTOMER) -> Capabilities:
    """What the upstream can do with a resource. Raises InvalidSetting as `connector_class`."""
    return connector_class(connection).collections[resource].capabilities


def writer(connection: Connection) -> Writer | None:
    """How customers are written; None where they are not: a file, a connector that is gone, a read-only one."""
    return None if connection.settings.get(READ_ONLY) else _writer(connection)


def can_be_written(connection: Connection) -> bool:
    """Whether customers of its upstream can be written at all, if it is not read-only."""
    return _writer(connection) is not None


def _writer(connection: Connection) -> Writer | None:
    known = CONNECTORS.get(connection.connector)
    return None if known is None else writer_of(known.collections[Resource.CUSTOMER])


def usual_sources(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Where each field usually comes from; nothing for a connector that is gone."""
    known = CONNECTORS.get(connection.connector)
    return known.collections[Resource.CUSTOMER].reader.default_sources if known else {}


def all_sources(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Where each field comes from, by the connection's own field map."""
    return {**usual_sources(connection), **mapping_config(connection).sources}


def policy(connection: Connection) -> RatePolicy:
    """The upstream's usual allowance, unless the connection says otherwise."""
    limits = limits_of(connection)
    rate = connection.settings.get("rate")
    reserve = connection.settings.get("daily_reserve")
    rate = limits.rate if rate is None else float(rate)
    burst = limits.burst if rate >= limits.rate or rate <= 0 else max(1, min(limits.burst, math.ceil(rate)))
    return RatePolicy(rate, burst, limits.daily_reserve if reserve is None else int(reserve))


def shared_budget(connection: Connection, priority: Priority = Priority.RUN) -> SharedBudget:
    """The connection's allowance, for whoever draws from it."""
    title = connector_class(connection).title
    return SharedBudget(connection.pk, title, policy(connection), priority)


def connector(connection: Connection, budget: Budget, *, patient: bool = True) -> Connector:
    """The connector at work for one connection."""
    kind = connector_class(connection)
    settings = Settings(
        values=connection.settings,
        secrets=encryption.unseal(connection.secrets),
        tokens=SharedTokens(connection.pk, kind.title),
    )
    return kind(settings, budget, patient=patient)


def mapping_config(connection: Connection) -> MappingConfig:
    """The connection's way of mapping, as data."""
    sources: dict[str, tuple[str, ...]] = {}
    for entry in connection.field_map.all():
        sources[entry.field] = (*sources.get(entry.field, ()), entry.source)
    return MappingConfig(
        connector=connection.connector,
        country=connection.country,
        sources=sources,
        role_overrides=tuple(
            RoleRule(override.by, override.pattern, override.role) for override in connection.role_overrides.all()
        ),
        left_out=(id_column,) if (id_column := connection.settings.get("id_column")) else (),
        version=connection.mapping_version,
    )
