"""Connections: made, checked by a real call, found by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil.connections import access, encryption, factory, schedules, token_store
from counterfoil.connections import budget as usage
from counterfoil.connections.budget import SharedBudget
from counterfoil.connections.rate_limit import FIRST_BLOCK
from counterfoil.connectors.allowance import AccessToken, Permit, Quota, TokenStore
from counterfoil.connectors.http.oauth_tokens import MemoryTokens
from counterfoil.connectors.login import CheckResult, Settings
from counterfoil.connectors.priority import Priority
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.mapping import defaults
from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mapping.mappers import mapper
from counterfoil.mirror.models import Connection, FieldMap, RoleOverride
from counterfoil.normalize.country import country as country_code

USUAL_COUNTRY = "BE"
"""The default country where nobody says one, the upstream neither."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A connection as somebody wants it. `owner` is the key of the user it belongs to; None: the house. An empty
    `country` is the one that the upstream says."""

    name: str
    connector: str
    settings: Mapping[str, object]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    country: str = USUAL_COUNTRY
    field_map: Mapping[str, str] = field(default_factory=dict)
    owner: int | None = None


class OneCall:
    """The allowance of a connection that does not exist yet: a call by each that asks. `calls` and `said` are what
    the connection begins with."""

    def __init__(self) -> None:
        self.calls = 0
        self.said = Quota()

    def acquire(self) -> Permit:
        """There is nobody to share with yet."""
        self.calls += 1
        return Permit(0)

    def ticket(self) -> int:
        """Nothing is ordered by it."""
        return 0

    def record_quota(self, quota: Quota) -> None:
        """Remember it: there is nothing to keep it in yet."""
        self.said = quota

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        """The error that follows says it."""

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        """When it is worth trying again."""
        return timezone.now() + (FIRST_BLOCK if pause is None else timedelta(seconds=pause))

    def close(self) -> None:
        """Nothing is held."""


def connect(draft: Draft, token: AccessToken | None = None) -> tuple[Connection, str, bool]:
    """Check a connection by a real call and store it; the owner's own one of the same name is renewed.

    `token` is one that has just been got for the draft's secrets, where there is one. Returns the connection, the
    upstream's answer in words, and whether it is new. Raises what is wrong; nothing is stored then.
    """
    existing = Connection.objects.filter(owner=draft.owner, name__iexact=draft.name).first()
    _validate(draft, existing)
    kind = CONNECTORS[draft.connector]
    tokens = MemoryTokens(kind.title, timezone.now, token)
    budget = factory.shared_budget(existing, Priority.PERSON) if existing else OneCall()
    checked = _check(draft, existing, tokens, budget)
    country = draft.country or checked.country or USUAL_COUNTRY
    with transaction.atomic():
        connection = existing or Connection(
            name=draft.name, connector=draft.connector, country=country, owner_id=draft.owner
        )
        connection.settings = {**connection.settings, **draft.settings}
        if draft.secrets:
            connection.secrets = encryption.seal(draft.secrets)
        connection.save()
        if isinstance(budget, OneCall):
            usage.start_allowance(connection, budget.said, budget.calls)
            RoleOverride.objects.bulk_create(
                RoleOverride(connection=connection, by=o.by, pattern=o.pattern, role=o.role)
                for o in defaults.role_overrides(draft.connector)
            )
            schedules.create_schedules(connection)
        if tokens.current is not None:
            token_store.adopt(connection.pk, tokens.current)
        if draft.field_map:
            connection.field_map.all().delete()
            FieldMap.objects.bulk_create(
                FieldMap(connection=connection, field=name, source=source)
                for name, source in draft.field_map.items()
            )
    said = checked.sentence if existing or draft.country else f"{checked.sentence} {_whence(checked, kind.title)}"
    return connection, said, existing is None


def check_connection(connection: Connection) -> str:
    """One real call with the stored credentials, out of the connection's own allowance (law 7): somebody waits
    for it. Returns a sentence; raises what is wrong."""
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
    """A connection by its name, among those that somebody sees: their own before the house's before others'.

    Nobody in particular is the machine: it sees all of them, and the house's are its own. Raises NotFound with the
    names there are, InvalidInput where several people have one of that name.
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
            f"Say whose, as in `counterfoil --as {owners[0]} …`.",
        )
    names = ", ".join(connection.called for connection in seen[:20])
    raise NotFound(
        f"There is no connection called {name!r}.",
        f"There are: {names}." if names else "Make one with `counterfoil connect`.",
    )


def _validate(draft: Draft, existing: Connection | None) -> None:
    if not draft.name.strip() or len(draft.name) > 80:
        raise InvalidInput("A connection needs a name of at most 80 characters.", "Give --name.")
    if existing is not None and existing.connector != draft.connector:
        raise InvalidInput(
            f"There is a connection called {existing.name!r} already, of another kind ({existing.connector}).",
            "Choose another name.",
        )
    if draft.country and country_code(draft.country).value != draft.country:
        raise InvalidInput(f"{draft.country!r} is not a country code.", "Use two letters, as in BE, NL or FR.")
    country = draft.country or USUAL_COUNTRY
    mapper(MappingConfig(draft.connector, country, {n: (s,) for n, s in draft.field_map.items()}))


def _check(
    draft: Draft, existing: Connection | None, tokens: TokenStore, budget: SharedBudget | OneCall
) -> CheckResult:
    """One that is renewed pays from its own allowance (law 7). The new secrets are tried, so no token that was got
    for the old ones counts."""
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


def _whence(checked: CheckResult, title: str) -> str:
    """Where the default country comes from that nobody chose."""
    if checked.country:
        return f"Default country: {checked.country}, as {title} says."
    return f"{title} does not say the country: it is {USUAL_COUNTRY} until somebody chooses another."
