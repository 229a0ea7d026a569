"""How the webhooks of a connection do, in words; and the commands that have them sent."""

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
from counterfoil.mirror.models import Connection
from counterfoil.webhooks import health
from counterfoil.webhooks.health import WebhookHealth
from counterfoil.webhooks.models import DeliveryState, Endpoint
from counterfoil.webhooks.register import webhook_path
from counterfoil.webhooks.verify import Reason

COUNTED_SECONDS = 10
HOST = "counterfoil.example.com"
"""Said where the console is reached by a name that no upstream can call."""
NOT_REACHED = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "testserver")  # noqa: S104  nothing is bound
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
    """Of one connection. `command` has them sent. `known` is None where nothing is listened for and none came."""

    known: WebhookHealth | None
    endpoints: list[Endpoint]
    command: str

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """State, its label and how many of the last days are in it; only those that occur."""
        found = self.known.by_state if self.known else {}
        return [(state.value, str(state.label), found[state]) for state in DeliveryState if found.get(state)]

    @property
    def days(self) -> int:
        """For which they are counted."""
        return health.DAYS

    @property
    def is_silent(self) -> bool:
        """For longer than usual."""
        return self.known is not None and self.known.silence.is_long(timezone.now())

    @property
    def usual_silence(self) -> str:
        """How long it may last."""
        usual = self.known.silence.usual if self.known else None
        return formats.duration_text(usual.total_seconds()) if usual is not None else ""

    @property
    def refused(self) -> list[str]:
        """What was turned away though it was meant for this connection, by reason."""
        return _reasons(self.known.refusals) if self.known else []

    @property
    def nobodys(self) -> list[str]:
        """What was turned away of this upstream without anybody knowing whose it was, by reason."""
        return _reasons(self.known.unassigned) if self.known else []


def webhook_card(request: HttpRequest, connection: Connection) -> WebhookCard | None:
    """None for an upstream that sends none."""
    known = _health(connection)
    command = _command(connection, _host(request))
    if known is None and not command:
        return None
    endpoints = Endpoint.objects.filter(connection=connection).defer("sealed")
    return WebhookCard(known, list(endpoints), command)


def problem(connection: Connection) -> str:
    """What is wrong with them, in a line; empty where nothing is."""
    known = _health(connection)
    if known is None:
        return ""
    said = [
        (known.unsure, "it is not known whether they are registered"),
        (known.clock_is_off, "dated too far off: check the clock of this machine"),
        (known.silence.is_long(timezone.now()), "silent for longer than usual"),
        (known.dead, f"{known.dead:,} given up in {health.DAYS} days"),
        (known.failed, f"{known.failed:,} failed and tried again"),
    ]
    return ", ".join(words for is_so, words in said if is_so)


def commands(request: HttpRequest) -> list[tuple[str, str]]:
    """What has webhooks sent for each connection that the person may see: its name and the command."""
    host = _host(request)
    seen = visibility.narrow(request, Connection.objects.select_related("owner"))
    found = [(connection.called, _command(connection, host)) for connection in seen]
    return [(name, command) for name, command in found if command][:MOST_COMMANDS]


def _health(connection: Connection) -> WebhookHealth | None:
    """Counted once a while."""
    key = f"console-webhooks-{connection.pk}"
    found: tuple[WebhookHealth | None] | None = cache.get(key)
    if found is None:
        found = (health.webhook_health(connection, timezone.now()),)
        cache.set(key, found, COUNTED_SECONDS)
    return found[0]


def _host(request: HttpRequest) -> str:
    """The name by which the console is reached, unless no upstream could reach it by that."""
    name = request.get_host()
    return HOST if split_domain_port(name)[0] in NOT_REACHED else name


def _command(connection: Connection, host: str) -> str:
    """What has the upstream send them; empty for one that sends none."""
    path, kind = webhook_path(connection.connector), CONNECTORS.get(connection.connector)
    if path is None or kind is None or kind.webhooks is None:
        return ""
    whose = f"--as {shlex.quote(connection.owner.get_username())} " if connection.owner else ""
    address = f"https://{host}{path}/{connection.pk}"
    return f"counterfoil {whose}webhooks register {shlex.quote(connection.name)} --url {address}"


def _reasons(counts: Mapping[str, int]) -> list[str]:
    return [f"{counts[reason]:,} {words}" for reason, words in REASONS.items() if counts.get(reason)]
