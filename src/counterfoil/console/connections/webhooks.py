"""The status of a connection's webhooks in words, and the commands that register them."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils import timezone

from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console.site import visibility
from counterfoil.console.widgets import formats
from counterfoil.console.widgets.badges import DELIVERY_LABELS
from counterfoil.mirror.models import Connection
from counterfoil.webhooks import health
from counterfoil.webhooks.health import WebhookHealth
from counterfoil.webhooks.models import DeliveryState, Endpoint
from counterfoil.webhooks.register import webhook_path
from counterfoil.webhooks.verify import Reason

COUNTED_SECONDS = 10
HOST = "counterfoil.example.com"
"""Shown where the console is opened under a name that is not reachable from outside."""
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "testserver")  # noqa: S104  nothing is bound
MOST_COMMANDS = 5
REASONS = {
    Reason.UNSIGNED: "without a signature",
    Reason.BAD_SIGNATURE: "with a wrong signature",
    Reason.MISDATED: "dated more than five minutes off",
    Reason.UNREADABLE: "that could not be read",
    Reason.TOO_LARGE: "larger than 1 MiB",
}


@dataclass(frozen=True, slots=True)
class WebhookCard:
    """The webhooks of one connection. `command` registers them.

    `health` is None where no address is registered and no webhook ever arrived.
    """

    health: WebhookHealth | None
    endpoints: list[Endpoint]
    command: str

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """The states that occur in the last days, each with its label and the number of webhooks."""
        counts = self.health.by_state if self.health else {}
        return [
            (state.value, DELIVERY_LABELS[state], counts[state]) for state in DeliveryState if counts.get(state)
        ]

    @property
    def days(self) -> int:
        """The days over which they are counted."""
        return health.DAYS

    @property
    def is_silent(self) -> bool:
        """Whether none arrived for longer than usual."""
        return self.health is not None and self.health.silence.is_long(timezone.now())

    @property
    def usual_silence(self) -> str:
        """How long it usually takes for one to arrive, in words."""
        usual = self.health.silence.usual if self.health else None
        return formats.duration_text(usual.total_seconds()) if usual is not None else ""

    @property
    def rejected(self) -> list[str]:
        """Rejected webhooks for this connection, by reason."""
        return _reasons(self.health.refusals) if self.health else []

    @property
    def unassigned(self) -> list[str]:
        """Rejected webhooks whose connection is unknown, by reason."""
        return _reasons(self.health.unassigned) if self.health else []


def webhook_card(request: HttpRequest, connection: Connection) -> WebhookCard | None:
    """Return what the page shows; None for a system that sends no webhooks."""
    found = _health(connection)
    command = _command(connection, _host(request))
    if found is None and not command:
        return None
    endpoints = Endpoint.objects.filter(connection=connection).defer("sealed")
    return WebhookCard(found, list(endpoints), command)


def problem(connection: Connection) -> str:
    """Return what is wrong with the webhooks, in one line; empty for nothing."""
    found = _health(connection)
    if found is None:
        return ""
    problems = [
        (found.unsure, "it is unclear whether they are registered"),
        (found.clock_is_off, "their dates are off, so check the clock of this machine"),
        (found.silence.is_long(timezone.now()), "none for longer than usual"),
        (found.dead, f"{found.dead:,} failed in {health.DAYS} days"),
        (found.failed, f"{found.failed:,} being retried"),
    ]
    return "; ".join(words for applies, words in problems if applies)


def commands(request: HttpRequest) -> list[tuple[str, str]]:
    """Return names of connections that the user may see, each with the command that registers its webhooks."""
    host = _host(request)
    seen = visibility.narrow(request, Connection.objects.select_related("owner"))
    found = [(connection.called, _command(connection, host)) for connection in seen]
    return [(name, command) for name, command in found if command][:MOST_COMMANDS]


def _health(connection: Connection) -> WebhookHealth | None:
    """Read the status, counted anew after COUNTED_SECONDS."""
    key = f"console-webhooks-{connection.pk}"
    found: tuple[WebhookHealth | None] | None = cache.get(key)
    if found is None:
        found = (health.webhook_health(connection, timezone.now()),)
        cache.set(key, found, COUNTED_SECONDS)
    return found[0]


def _host(request: HttpRequest) -> str:
    """Return the name under which the console is opened, unless it is only a local one."""
    name = request.get_host()
    return HOST if split_domain_port(name)[0] in LOCAL_HOSTS else name


def _command(connection: Connection, host: str) -> str:
    """Return the command that registers webhooks; empty for a system that sends none."""
    path, connector = webhook_path(connection.connector), CONNECTORS.get(connection.connector)
    if path is None or connector is None or connector.webhooks is None:
        return ""
    as_owner = f"--as {shlex.quote(connection.owner.get_username())} " if connection.owner else ""
    address = f"https://{host}{path}/{connection.pk}"
    return f"counterfoil {as_owner}webhooks register {shlex.quote(connection.name)} --url {address}"


def _reasons(counts: Mapping[str, int]) -> list[str]:
    return [f"{counts[reason]:,} {words}" for reason, words in REASONS.items() if counts.get(reason)]
