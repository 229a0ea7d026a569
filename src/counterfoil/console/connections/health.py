"""How a connection does, in words: what the overview knows, made ready for people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.utils import timezone
from django.utils.safestring import SafeString

from counterfoil.connections import cron_times
from counterfoil.connections.factory import READ_ONLY, can_be_written, policy
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console.connections import webhooks
from counterfoil.console.widgets import formats
from counterfoil.console.widgets.badges import badge
from counterfoil.ingest.guards import SHARE
from counterfoil.mirror import detail_share, details
from counterfoil.mirror.models import Connection, RunState, State
from counterfoil.sync.status import about, customers_by_state

OWN_SETTINGS = ("rate", "daily_reserve", "guard_share", detail_share.SETTING, cron_times.SETTING, READ_ONLY)
"""Settings that the page's form shows already."""


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """One connection. `facts` is what `status.about` says of it."""

    connection: Connection
    facts: dict[str, Any]

    @property
    def badge(self) -> SafeString:
        """In a word."""
        if self.connection.connector not in CONNECTORS:
            return badge("Connector missing", "danger", "This version has no such connector: nothing can run.")
        if self.facts["blocked_until"]:
            return badge(
                "Blocked", "danger", f"by the upstream until {formats.exact(self.facts['blocked_until'])}"
            )
        if self.facts["waiting_for_approval"]:
            return badge("Needs approval", "warning")
        last = self.facts["last_run_state"]
        if last is None:
            return badge("Not synced yet", "neutral")
        words, colour = {
            RunState.COMPLETED.value: ("Healthy", "success"),
            RunState.FAILED.value: ("Last run failed", "danger"),
            RunState.RUNNING.value: ("Running", "info"),
            RunState.QUEUED.value: ("Queued", "info"),
            RunState.PARKED.value: ("Parked", "warning"),
            RunState.CANCELLED.value: ("Last run cancelled", "neutral"),
        }.get(last, (RunState(last).label, "neutral"))
        return badge(str(words), colour)

    @property
    def blocked_until(self) -> str:
        """The moment, where the upstream has locked us out."""
        return formats.exact(self.facts["blocked_until"])

    @property
    def title(self) -> str:
        """The upstream's name."""
        return title(self.connection)

    @property
    def total(self) -> int:
        """Rows of the mirror, deleted ones too."""
        return sum(self.facts["customers"].values())

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """State, its label and how many, present first; only those that occur."""
        found = self.facts["customers"]
        return [(state.value, str(state.label), found[state]) for state in State if found.get(state)]

    @property
    def customers_in_words(self) -> str:
        """As in "4,015 present, 2 missing"."""
        return ", ".join(f"{count:,} {label.lower()}" for _, label, count in self.states) or "none yet"

    @property
    def calls_in_words(self) -> str:
        """As in "9,958 of 10,000"."""
        left, limit = self.facts["calls_left_today"], self.facts["calls_a_day"]
        if left is None:
            return "no daily limit known"
        return f"{left:,} of {limit:,}" if limit is not None else f"{left:,}"

    @property
    def calls_used(self) -> int | None:
        """Of today's allowance; None where the upstream does not count."""
        left, limit = self.facts["calls_left_today"], self.facts["calls_a_day"]
        return None if left is None or limit is None else max(0, limit - left)

    @property
    def calls_share(self) -> int:
        """The same in percent."""
        return round(100 * (self.calls_used or 0) / max(1, self.facts["calls_a_day"] or 1))

    @property
    def freshness(self) -> SafeString:
        """Whether the copy is fresh: by the last sync that came to its end."""
        return badge(*staleness(self.facts["last_sync"], timezone.now()))

    @property
    def runs_waiting(self) -> int:
        """How many runs wait for approval."""
        return int(self.facts["runs_waiting"])

    @property
    def reserve(self) -> int:
        """Calls a day that are kept for people."""
        return int(self.facts["daily_reserve"])

    @property
    def has_edits(self) -> bool:
        """Whether its customers can be written upstream, so that edits may wait or be in conflict."""
        return can_be_written(self.connection)

    @property
    def set_aside(self) -> int:
        """Records that wait to be taken in."""
        return int(self.facts["set_aside"])

    @property
    def webhooks(self) -> str:
        """What is wrong with its webhooks; empty where nothing is."""
        return webhooks.problem(self.connection)

    @property
    def waiting(self) -> int | None:
        """The run that waits for approval."""
        found: int | None = self.facts["waiting_for_approval"]
        return found


COUNTED_SECONDS = 10
STALE, OLD = timedelta(hours=26), timedelta(days=8)
"""A copy that missed its nightly sync is stale, one that missed its weekly one is old."""


def staleness(last_sync: datetime | None, now: datetime) -> tuple[str, str, str]:
    """How fresh a copy is: a word, its colour, and what it means. Pure."""
    if last_sync is None:
        return "Never synced", "neutral", "No sync has come to its end yet."
    age = now - last_sync
    if age > OLD:
        return "Old", "danger", "The last sync that came to its end is more than eight days ago."
    if age > STALE:
        return "Stale", "warning", "No sync has come to its end for more than a day."
    return "Fresh", "success", "A sync came to its end within the last day."


def health_of(connection: Connection) -> ConnectionHealth:
    """One connection. Its customers are counted once a while, and whenever a run begins or ends."""
    newest = connection.runs.values_list("id", "state").first()
    key = f"console-states-{connection.pk}-{newest}".replace(" ", "")
    counted: dict[str, int] | None = cache.get(key)
    if counted is None:
        counted = customers_by_state(connection)
        cache.set(key, counted, COUNTED_SECONDS)
    return ConnectionHealth(connection, about(connection, counted))


def title(connection: Connection) -> str:
    """The upstream's name, also of a connector that is not there any more."""
    known = CONNECTORS.get(connection.connector)
    return known.title if known else connection.connector


def has_form(connection: Connection) -> bool:
    """Whether its address and key can be changed in the console."""
    return connection.connector in CONNECTORS and bool(CONNECTORS[connection.connector].connect_fields)


def settings_shown(connection: Connection, *, all_of_them: bool) -> list[tuple[str, str]]:
    """The settings that are no secret, addresses without any password in them.

    `all_of_them`: also those that a form beside shows to whoever may change them.
    """
    shown = [
        (name.replace("_", " ").capitalize().replace("url", "URL"), _harmless(str(value)))
        for name, value in sorted(connection.settings.items())
        if name not in OWN_SETTINGS and value not in (None, "")
    ]
    credentials = "stored encrypted" if connection.secrets else "none needed"
    own = _own_settings(connection) if all_of_them else []
    return [("Connector", title(connection)), *shown, ("Credentials", credentials), *own]


def _own_settings(connection: Connection) -> list[tuple[str, str]]:
    allowance = policy(connection)
    share = connection.settings.get("guard_share", SHARE)
    written = "no: edits are kept here only" if connection.settings.get(READ_ONLY) else "yes"
    return [
        ("Default country", connection.country),
        *([("Written upstream", written)] if can_be_written(connection) else []),
        ("Requests per second", f"{allowance.rate:g}" if allowance.rate else "no limit"),
        ("Daily reserve", f"{allowance.reserve:,} calls"),
        ("Guard share", f"{float(share) * 100:.4g}%"),
        *(
            [("For details", f"{details.calls_a_day(connection):,} calls a day")]
            if details.fetched_for(connection)
            else []
        ),
    ]


def _harmless(value: str) -> str:
    """An address without user, password and query."""
    if "://" not in value:
        return value
    parts = urlsplit(value)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
