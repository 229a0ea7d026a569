"""Create and renew connections, check them by a real call, and find them by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil.connections import access, allowance_keys, encryption, factory, rate_limit, schedules, token_store
from counterfoil.connections import budget as usage
from counterfoil.connections.budget import SharedBudget
from counterfoil.connectors.allowance import AccessToken, Permit, Quota, TokenStore
from counterfoil.connectors.field_source import alternatives
from counterfoil.connectors.http.oauth_tokens import MemoryTokens
from counterfoil.connectors.login import CheckResult, Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Connector
from counterfoil.connectors.priority import Priority
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.mapping import defaults
from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mapping.mappers import mapper
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Connection, FieldMap, RoleOverride
from counterfoil.normalize.country import country as country_code

USUAL_COUNTRY = "BE"
"""The default country where neither the user nor the upstream gives one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A connection to create or renew. `field_map` is that of customers, written as `field_source` reads it.

    `owner` is the key of its user, or None for a shared connection. An empty `country` means the upstream's own.
    """

    name: str
    connector: str
    settings: Mapping[str, object]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    country: str = USUAL_COUNTRY
    field_map: Mapping[str, str] = field(default_factory=dict)
    other_field_maps: Mapping[Resource, Mapping[str, str]] = field(default_factory=dict)
    owner: int | None = None


class OneCall:
    """Implements `allowance.Budget` for a connection that does not exist yet; it limits nothing.

    The connection starts with its `calls` and `quota`.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.quota = Quota()

    def acquire(self) -> Permit:
        self.calls += 1
        return Permit(0)

    def ticket(self) -> int:
        """Return 0: no record is ordered by it."""
        return 0

    def record_quota(self, quota: Quota) -> None:
        """Remember the counter until it can be stored."""
        self.quota = quota

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        """Do nothing: the caller raises an error."""

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        """Return when trying again makes sense."""
        now = timezone.now()
        return rate_limit.record_block(rate_limit.BucketState(), reason, now, pause).blocked_until or now

    def close(self) -> None:
        """Do nothing: no resource is open."""


def connect(draft: Draft, token: AccessToken | None = None) -> tuple[Connection, str, bool]:
    """Check a connection by a real call and store it; renew the owner's connection of the same name.

    `token` was just issued for the draft's secrets. Returns the connection, a sentence about the check, and
    whether the connection is new. Raises the error of the check, or InvalidInput; nothing is stored then.
    """
    existing = Connection.objects.filter(owner=draft.owner, name__iexact=draft.name).first()
    _validate(draft, existing)
    kind = CONNECTORS[draft.connector]
    tokens = MemoryTokens(kind.title, timezone.now, token)
    keys = _allowance_keys(draft, existing)
    budget = _budget(existing, kind, keys[0])
    checked = _check(draft, existing, tokens, budget)
    country = draft.country or checked.country or USUAL_COUNTRY
    with transaction.atomic():
        connection = existing or Connection(
            name=draft.name, connector=draft.connector, country=country, owner_id=draft.owner
        )
        connection.settings = {**connection.settings, **draft.settings}
        connection.calls_key, connection.tokens_key = keys
        if draft.secrets:
            connection.secrets = encryption.seal(draft.secrets)
        connection.save()
        if isinstance(budget, OneCall):
            usage.start_allowance(connection, budget.quota, budget.calls)
        if existing is None:
            RoleOverride.objects.bulk_create(
                RoleOverride(connection=connection, by=o.by, pattern=o.pattern, role=o.role)
                for o in defaults.role_overrides(draft.connector)
            )
            schedules.create_schedules(connection)
        if tokens.current is not None:
            token_store.adopt(sharing.tokens_owner(connection.pk), tokens.current)
        for resource, field_map in {Resource.CUSTOMER: draft.field_map, **draft.other_field_maps}.items():
            if field_map:
                connection.field_map.filter(resource=resource).delete()
                FieldMap.objects.bulk_create(
                    FieldMap(connection=connection, resource=resource, field=name, source=source)
                    for name, written in field_map.items()
                    for source in alternatives(written)
                )
    sentence = checked.sentence
    if not existing and not draft.country:
        sentence = f"{sentence} {_default_country(checked, kind.title)}"
    return connection, sentence, existing is None


def _allowance_keys(draft: Draft, existing: Connection | None) -> tuple[str, str]:
    values = {**existing.settings, **draft.settings} if existing else draft.settings
    secrets = encryption.unseal(existing.secrets) if existing and not draft.secrets else draft.secrets
    return allowance_keys.compute(CONNECTORS[draft.connector], Settings(values, secrets))


def _budget(existing: Connection | None, kind: type[Connector], calls_key: str) -> SharedBudget | OneCall:
    """Open the allowance that the check draws on: that of a connection to the same key or organisation, if any."""
    allowance_keys.fill_missing()
    holders = sharing.holders_of(calls_key) if calls_key else ()
    asking = existing or Connection.objects.filter(pk__in=holders[:1]).first()
    if asking is None:
        return OneCall()
    owner = holders[0] if holders else asking.pk
    return SharedBudget(asking.pk, kind.title, factory.policy(asking), Priority.PERSON, allowance=owner)


def check_connection(connection: Connection) -> str:
    """Check the stored credentials by one call out of the connection's own allowance (law 7).

    Returns a sentence. Raises the error of the check.
    """
    budget = factory.shared_budget(connection, Priority.PERSON)
    try:
        connector = factory.connector(connection, budget, patient=False)
        try:
            return connector.check().sentence
        finally:
            connector.close()
    finally:
        budget.close()


def find_connection(name: str, person: AbstractBaseUser | None = None) -> Connection:
    """Find a connection by name among those a user can see: their own, then shared ones, then those of others.

    Without `person` all connections are visible. Raises NotFound with the existing names, InvalidInput where
    several users have a connection of that name.
    """
    seen = access.narrow(
        Connection.objects.select_related("owner"), access.visible_connections(person) if person else None
    )
    named = list(seen.filter(name__iexact=name.strip()))
    for owner in (person.pk if person else None, None):
        first = next((connection for connection in named if connection.owner_id == owner), None)
        if first is not None:
            return first
    if len(named) == 1:
        return named[0]
    if named:
        owners = sorted(connection.owner.get_username() for connection in named if connection.owner)
        raise InvalidInput(
            f"{' and '.join(owners)} each have a connection called {name!r}.",
            f"Name the user, as in `counterfoil --as {owners[0]} …`.",
        )
    names = ", ".join(connection.called for connection in seen[:20])
    raise NotFound(
        f"There is no connection called {name!r}.",
        f"There are: {names}." if names else "Create one with `counterfoil connect`.",
    )


def _validate(draft: Draft, existing: Connection | None) -> None:
    if existing is None:
        require_name(draft.name)
    _require_possible(draft.settings)
    if existing is not None and existing.connector != draft.connector:
        raise InvalidInput(
            f"There is already a connection called {existing.name!r}, to another system ({existing.connector}).",
            "Choose another name.",
        )
    if draft.country and country_code(draft.country).value != draft.country:
        raise InvalidInput(f"{draft.country!r} is not a country code.", "Use two letters, as in BE, NL or FR.")
    country = draft.country or USUAL_COUNTRY
    mapper(MappingConfig(draft.connector, country, {n: alternatives(s) for n, s in draft.field_map.items()}))


def require_name(name: str) -> None:
    """Raise InvalidInput for a name that no connection can have."""
    if not name.strip() or len(name) > 80:
        raise InvalidInput("A connection needs a name of at most 80 characters.", "Choose another name.")
    wrong = next((sign for sign in name if sign in "/\\?#%" or not sign.isprintable()), None)
    if wrong is not None:
        raise InvalidInput(
            f"A name with {wrong!r} in it cannot be part of an address.", "Choose another name, such as “acme”."
        )


SLOWEST, FASTEST = 0.01, 10_000
"""Requests per second that a connection can be limited to; 0 is no limit."""
LARGEST_RESERVE = 10_000_000


def _require_possible(settings: Mapping[str, object]) -> None:
    rate, reserve = settings.get("rate"), settings.get("daily_reserve")
    if isinstance(rate, int | float) and rate != 0 and not SLOWEST <= rate <= FASTEST:
        raise InvalidInput(
            f"{rate:g} is not a possible number of requests per second.",
            f"Give one from {SLOWEST:g} to {FASTEST:,}, or 0 for no limit.",
        )
    if isinstance(reserve, int) and not 0 <= reserve <= LARGEST_RESERVE:
        raise InvalidInput(
            f"{reserve} is not a possible number of calls a day.", f"Give one from 0 to {LARGEST_RESERVE:,}."
        )


def _check(
    draft: Draft, existing: Connection | None, tokens: TokenStore, budget: SharedBudget | OneCall
) -> CheckResult:
    """Check with the new secrets; a token issued for the old ones does not count.

    An existing connection pays for the call from its own allowance (law 7).
    """
    values = {**existing.settings, **draft.settings} if existing else draft.settings
    try:
        settings = Settings(values, draft.secrets, tokens)
        connector = CONNECTORS[draft.connector](settings, budget, patient=False)
        try:
            return connector.check()
        finally:
            connector.close()
    finally:
        budget.close()


def _default_country(checked: CheckResult, title: str) -> str:
    if checked.country:
        return f"The default country is {checked.country}, as in {title}."
    return f"{title} does not give a country, so the default is {USUAL_COUNTRY}."
