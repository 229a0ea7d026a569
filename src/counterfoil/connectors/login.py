"""What a user enters to connect, and how they log in to the upstream in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from counterfoil.connectors.allowance import AccessToken, Budget, TokenStore


@dataclass(frozen=True, slots=True)
class Settings:
    """A connection's settings as the connector needs them.

    `secrets` are decrypted. `tokens` keeps the access token; None for upstreams without tokens.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: TokenStore | None = None


@dataclass(frozen=True, slots=True)
class ConnectField:
    """One value that a user enters to connect, kept in the settings under `name` and encrypted if `secret`."""

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    required: bool = True
    choices: Sequence[tuple[str, str]] = ()
    """Value and label of each choice; empty for free text."""
    advanced: bool = False
    """Rarely needed: the form shows it folded away."""
    variable: str = ""
    """The environment variable that may hold a secret; empty: a name made of connector and field."""

    def variable_for(self, connector: str) -> str:
        """Name the environment variable that may hold this secret of a connector."""
        return self.variable or f"COUNTERFOIL_{connector}_{self.name}".upper()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A successful check, as a sentence for people.

    `country` is the two-letter code of the tenant's own country; None if the upstream does not say.
    """

    sentence: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of the tenants that a login has access to. A connection belongs to one of them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class LoginResult:
    """The result of a login: settings and secrets to add to those entered, and a first access token."""

    settings: Mapping[str, object]
    secrets: Mapping[str, str] = field(repr=False)
    token: AccessToken


class BrowserLogin(Protocol):
    """OAuth's authorisation code flow: a user logs in to the upstream in a browser and is sent back.

    It is stateless. The caller keeps what is needed between the steps and checks `state`.
    """

    server: ClassVar[str]
    """Where users log in; the button says "Log in at ..."."""
    registration_hint: ClassVar[str]
    """A sentence on how to register the redirect URI with the upstream."""
    alternative: ClassVar[str]
    """The heading above the fields for users who do not need to log in."""
    supplies: ClassVar[frozenset[str]]
    """Names of the connector's `connect_fields` that a login fills in."""
    tenant_field: ClassVar[str]
    """The setting that holds the id of the chosen tenant; one of `supplies`."""

    def authorization_url(self, values: Mapping[str, object], redirect_uri: str, state: str) -> str:
        """Build the address to send the browser to. Raises InvalidInput and WrongAddress for unusable settings."""

    def exchange_code(self, settings: Settings, redirect_uri: str, answer: Mapping[str, str]) -> LoginResult:
        """Exchange the parameters with which the browser came back for tokens.

        Raises NotAllowed if the user declined, and other errors for what is wrong.
        """

    def list_tenants(self, settings: Settings, budget: Budget) -> Sequence[Tenant]:
        """List the tenants that the login has access to, by one call. `settings` lack only the tenant."""
