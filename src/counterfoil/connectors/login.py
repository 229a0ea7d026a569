"""What a person gives to connect, and how they log in at the upstream in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from counterfoil.connectors.allowance import AccessToken, Budget, TokenStore


@dataclass(frozen=True, slots=True)
class Settings:
    """A connection's settings as the connector needs them: plain values, decrypted secrets, and where its access
    token is kept (None for upstreams without tokens)."""

    values: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: TokenStore | None = None


@dataclass(frozen=True, slots=True)
class ConnectField:
    """Something that a person says to connect: kept under `name` in the settings, sealed where it is secret.

    `choices` are what there is to choose from, value and label; what is `aside` hardly anybody has to say.
    `variable` names the environment variable that a secret may come by; empty: one made of connector and field.
    """

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    required: bool = True
    choices: Sequence[tuple[str, str]] = ()
    aside: bool = False
    variable: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check that went well, in a sentence for people. `country` is the two-letter code of the tenant's own
    country; None where the upstream does not say it."""

    sentence: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of those that a login opens. A connection is to one of them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class LoginResult:
    """What a login gave: settings and secrets to keep besides those that were said, and a first access token."""

    settings: Mapping[str, object]
    secrets: Mapping[str, str] = field(repr=False)
    token: AccessToken


class BrowserLogin(Protocol):
    """A person logs in at the upstream in a browser and is sent back (OAuth's authorisation code).

    It remembers nothing from one step to the next: whoever uses it does, and sees to it that what comes back
    belongs to what was begun (`state`).
    """

    server: ClassVar[str]
    """Where people log in, as on a button: "Log in at ..."."""
    register: ClassVar[str]
    """How the redirect URI is made known to the upstream beforehand, in a sentence."""
    instead: ClassVar[str]
    """What somebody has who need not log in, as a heading for the fields of `answers`."""
    answers: ClassVar[frozenset[str]]
    """Names of the connector's `asks` that whoever logs in need not say."""
    tenant: ClassVar[str]
    """The setting, one of `answers`, that holds the id of the tenant that was chosen."""

    def address(self, values: Mapping[str, object], redirect_uri: str, state: str) -> str:
        """Where to send the browser. Raises InvalidInput and WrongAddress for settings that cannot be used."""

    def granted(self, settings: Settings, redirect_uri: str, answer: Mapping[str, str]) -> LoginResult:
        """Exchange the parameters with which the browser came back. Raises what is wrong, NotAllowed where the
        person has said no."""

    def tenants(self, settings: Settings, budget: Budget) -> Sequence[Tenant]:
        """What the login opens, by one call. `settings` are complete but for the tenant."""
