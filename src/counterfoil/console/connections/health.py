"""The status of a connection in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.utils import timezone
from django.utils.safestring import SafeString

from counterfoil.connections import cron_times, wording
from counterfoil.connections.factory import READ_ONLY, can_be_written, policy
from counterfoil.connectors.file.settings import FILES
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console.connections import webhooks
from counterfoil.console.widgets import formats
from counterfoil.console.widgets.badges import badge
from counterfoil.ingest.guards import SHARE
from counterfoil.mirror import detail_share, details
from counterfoil.mirror.models import Connection, Removal, RunState, State
from counterfoil.mirror.resources import table
from counterfoil.sync.status import about, customers_by_state

FORM_SETTINGS = (
    "rate",
    "daily_reserve",
    "guard_share",
    detail_share.SETTING,
    detail_share.INVOICES,
    cron_times.SETTING,
    READ_ONLY,
)
"""Settings that the page's form shows."""


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """The status of one connection. `facts` is what `sync.status.about` returns."""

    connection: Connection
    facts: dict[str, Any]

    @property
    def badge(self) -> SafeString:
        """The status in a word or two."""
        if self.connection.connector not in CONNECTORS:
            return badge("Connector missing", "danger", "This version has no such connector, so nothing can run.")
        if put_aside := _put_aside(self.connection):
            return put_aside
        if self.facts["unreadable_secrets"]:
            return badge("Secrets unreadable", "danger", "The encryption key does not open them.")
        if self.facts["blocked_until"]:
            return badge("Blocked", "danger", f"by {self.system} until {self.blocked_until}")
        if self.facts["waiting_for_approval"]:
            return badge("Needs approval", "warning")
        last = self.facts["last_run_state"]
        words, colour = {
            None: ("Not synced yet", "neutral"),
            RunState.COMPLETED.value: ("Healthy", "success"),
            RunState.FAILED.value: ("Last run failed", "danger"),
            RunState.RUNNING.value: ("Running", "info"),
            RunState.QUEUED.value: ("Queued", "info"),
            RunState.PARKED.value: ("Waiting", "warning"),
            RunState.CANCELLED.value: ("Last run cancelled", "neutral"),
        }.get(last) or (wording.sentence(wording.run_state(last)), "neutral")
        return badge(words, colour)

    @property
    def blocked_until(self) -> str:
        """Until when the system blocks us; empty while it does not."""
        return formats.exact(self.facts["blocked_until"])

    @property
    def paused_until(self) -> str:
        """Until when no calls are possible, for whatever reason; empty while they are."""
        return formats.exact(self.facts["paused_until"])

    @property
    def system(self) -> str:
        """What users call the connected system, as in "Robaws" or "customers.csv"."""
        return wording.system(self.connection)

    @property
    def connector(self) -> str:
        """The connector's title, as in "Robaws" or "File"."""
        return connector_title(self.connection)

    @property
    def total(self) -> int:
        """The number of customers, deleted ones included."""
        return sum(self.facts["customers"].values())

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """The states that occur, each with its label and the number of customers."""
        counts = self.facts["customers"]
        return [
            (state.value, wording.record_state(state, self.system), counts[state])
            for state in State
            if counts.get(state)
        ]

    @property
    def customers_in_words(self) -> str:
        """The customers by state, as in "4,015 in Robaws, 2 deleted"."""
        return ", ".join(f"{count:,} {label}" for _, label, count in self.states) or "none yet"

    @property
    def calls_in_words(self) -> str:
        """The API calls left today, as in "9,958 of 10,000"."""
        left, limit = self.facts["calls_left_today"], self.facts["calls_a_day"]
        if left is None:
            return "no daily limit known"
        return f"{left:,} of {limit:,}" if limit is not None else f"{left:,}"

    @property
    def calls_used(self) -> int | None:
        """API calls used today; None where the system does not count them."""
        left, limit = self.facts["calls_left_today"], self.facts["calls_a_day"]
        return None if left is None or limit is None else max(0, limit - left)

    @property
    def calls_share(self) -> int:
        """API calls used today, in percent of the day's limit."""
        return round(100 * (self.calls_used or 0) / max(1, self.facts["calls_a_day"] or 1))

    @property
    def freshness(self) -> SafeString:
        """How fresh the copy is, by the last completed sync."""
        return badge(*staleness(self.facts["last_sync"], timezone.now()))

    @property
    def runs_waiting(self) -> int:
        """How many runs need approval."""
        return int(self.facts["runs_waiting"])

    @property
    def reserve(self) -> int:
        """API calls a day that are reserved for users."""
        return int(self.facts["daily_reserve"])

    @property
    def has_edits(self) -> bool:
        """Whether edits of its customers can be sent, so that some may wait or be in conflict."""
        return can_be_written(self.connection)

    @property
    def import_problems(self) -> int:
        """How many records could not be imported."""
        return int(self.facts["set_aside"])

    @property
    def missing_for_long(self) -> int:
        """How many customers have not been found for over 30 days."""
        return int(self.facts["missing_for_long"])

    @property
    def webhooks(self) -> str:
        """What is wrong with its webhooks; empty for nothing."""
        return webhooks.problem(self.connection)

    @property
    def waiting(self) -> int | None:
        """The key of a run that needs approval."""
        found: int | None = self.facts["waiting_for_approval"]
        return found


def _put_aside(connection: Connection) -> SafeString | None:
    """Return the badge of a connection that a user has paused or removed; None for any other."""
    if connection.removal == Removal.DELETE:
        return badge("Being deleted", "neutral", "A worker is deleting its records.")
    if connection.removed_at:
        return badge("Removed", "neutral", "Its records are kept, read-only.")
    if connection.paused_at:
        return badge("Paused", "warning", "It makes no calls until it is resumed.")
    return None


COUNTED_SECONDS = 10
STALE, OLD = timedelta(hours=26), timedelta(days=8)
"""A copy without its nightly sync is stale, one without its weekly sync is old."""


def staleness(last_sync: datetime | None, now: datetime) -> tuple[str, str, str]:
    """Return how fresh a copy is: a word, its colour, and an explanation."""
    if last_sync is None:
        return "Never synced", "neutral", "No sync has completed yet."
    age = now - last_sync
    if age > OLD:
        return "Old", "danger", "The last completed sync was more than eight days ago."
    if age > STALE:
        return "Stale", "warning", "No sync has completed for more than a day."
    return "Fresh", "success", "A sync completed within the last day."


def health_of(connection: Connection) -> ConnectionHealth:
    """Return the status of one connection.

    Its customers are counted anew after COUNTED_SECONDS, and whenever a run starts or ends.
    """
    newest = connection.runs.values_list("id", "state").first()
    key = f"console-states-{connection.pk}-{newest}".replace(" ", "")
    counted: dict[str, int] | None = cache.get(key)
    if counted is None:
        counted = customers_by_state(connection)
        cache.set(key, counted, COUNTED_SECONDS)
    return ConnectionHealth(connection, about(connection, counted))


def connector_title(connection: Connection) -> str:
    """Return the connector's title, or its name where this version does not have it."""
    connector = CONNECTORS.get(connection.connector)
    return connector.title if connector else connection.connector


def can_be_renewed(connection: Connection) -> bool:
    """Return whether its address and key can be changed in the console now."""
    return has_form(connection) and connection.removed_at is None


def has_form(connection: Connection) -> bool:
    """Return whether the console can change its address and key."""
    return connection.connector in CONNECTORS and bool(CONNECTORS[connection.connector].connect_fields)


def settings_shown(connection: Connection, *, all_of_them: bool) -> list[tuple[str, str]]:
    """Return names and values of settings that are no secrets, and addresses without passwords in them.

    `all_of_them` adds those that the form shows to users who may change them.
    """
    shown = list(_values_shown(connection.settings))
    for resource, values in connection.settings.get(FILES, {}).items():
        shown += [(f"File of {table(resource).nouns}", str(values.get("path", "")))]
    credentials = "stored encrypted" if connection.secrets else "none needed"
    own = _own_settings(connection) if all_of_them else []
    return [("Connector", connector_title(connection)), *shown, ("Credentials", credentials), *own]


def _values_shown(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(settings.items()):
        if name in FORM_SETTINGS or isinstance(value, dict) or value in (None, "", [], 0):
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield name.replace("_", " ").capitalize().replace("url", "URL"), _harmless(text)


def _own_settings(connection: Connection) -> list[tuple[str, str]]:
    allowance = policy(connection)
    share = connection.settings.get("guard_share", SHARE)
    written = "no: edits are kept here only" if connection.settings.get(READ_ONLY) else "yes"
    return [
        ("Default country", connection.country),
        *([(f"Edits sent to {wording.system(connection)}", written)] if can_be_written(connection) else []),
        ("Requests per second", f"{allowance.rate:g}" if allowance.rate else "no limit"),
        ("Daily reserve", f"{allowance.reserve:,} API calls"),
        ("Approval limit", f"{float(share) * 100:.4g}%"),
        *(
            [("For details", f"{details.calls_a_day(connection):,} API calls a day")]
            if details.fetched_for(connection)
            else []
        ),
    ]


def _harmless(value: str) -> str:
    """Remove user, password and query from an address."""
    if "://" not in value:
        return value
    parts = urlsplit(value)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
