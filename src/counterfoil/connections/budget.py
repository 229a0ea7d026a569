"""The allowance of a connection, or of several, kept in the database and shared by every process (DESIGN law 7).

The decisions are in `connections/rate_limit.py`; this module reads the row under a lock, decides, writes it back
and waits. One thread does the database work, so that fetching threads need no database connection.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import connections, transaction
from django.db.models import F, Sum
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import rate_limit
from counterfoil.connectors.allowance import Permit, Quota
from counterfoil.connectors.priority import Priority
from counterfoil.errors import QuotaExhausted, RetryLater
from counterfoil.mirror import sharing, tickets
from counterfoil.mirror.models import Allowance, Connection, Usage

FLUSH_SECONDS = 0.5
"""How often calls and the daily counter are stored where the upstream sets no rate."""
FRESH_SECONDS = 0.02
"""Where it sets no rate, requests sent within this time share a ticket, which was drawn before all of them."""


class SharedBudget:
    """Implements `connectors.allowance.Budget`.

    `calls` counts every request, repeated ones too; `calls_left` is the upstream's last count for today.
    """

    def __init__(
        self,
        connection_id: int,
        title: str,
        policy: rate_limit.RatePolicy,
        priority: Priority = Priority.RUN,
        check: Callable[[], None] = lambda: None,
        *,
        allowance: int | None = None,
    ) -> None:
        """`check` is called before every call and raises where the caller has lost its lease or claim.

        `allowance` is the connection that has the allowance, where several share one.
        """
        self.calls = 0
        self.calls_left: int | None = None
        self._connection_id = connection_id
        self._allowance_id = connection_id if allowance is None else allowance
        self._title = title
        self._policy = policy
        self._priority = priority
        self._check = check
        self._stop = threading.Event()
        self._last_quota: tuple[Quota, float] | None = None
        self._counting = threading.Lock()
        self._counted = 0
        self._stored_at = self._drawn_at = 0.0
        self._ticket = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="budget")

    def acquire(self) -> Permit:
        """Wait for permission to send one request. Raises QuotaExhausted where it does not come soon.

        Raises what `check` raises, also while it waits.
        """
        self._check()
        if self._policy.rate <= 0 and time.monotonic() - self._drawn_at < FRESH_SECONDS:
            self._let_through()
            return Permit(self._ticket)
        waiter, began, overtaken = uuid4().hex, time.monotonic(), False
        while True:
            if self._stop.is_set():
                raise RetryLater(messages.connectors.CANCELLED_REQUEST())
            decision, ticket = self._thread.submit(self._draw, waiter).result()
            if ticket is not None:
                return Permit(ticket)
            overtaken = overtaken or decision.reason == rate_limit.OVERTAKEN
            if overtaken and decision.until is None and time.monotonic() - began > rate_limit.PATIENCE:
                decision = rate_limit.BucketDecision(
                    until=timezone.now() + rate_limit.AGAIN, reason=rate_limit.OVERTAKEN
                )
            if decision.until is not None:
                raise QuotaExhausted(
                    messages.connections.NO_CALLS_NOW(system=self._title, reason=decision.reason),
                    messages.connectors.CALLS_RESUME(until=decision.until),
                    until=decision.until,
                )
            self._stop.wait(decision.wait)
            self._check()

    def draw_anew(self) -> None:
        """Let the next request draw a ticket of its own, later than all that was observed or concluded so far."""
        self._drawn_at = -math.inf

    def ticket(self) -> int:
        """Draw a ticket for something that costs no call."""
        self._check()
        return self._thread.submit(tickets.draw).result()

    def record_quota(self, quota: Quota) -> None:
        """Remember the counter of a response; it is stored with the next draw."""
        if quota.remaining is not None or quota.limit is not None:
            self._last_quota = quota, time.monotonic()
            self.calls_left = quota.remaining

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        """Pause all calls of the connection."""
        self._thread.submit(self._change, lambda s, now: rate_limit.record_throttle(s, quota, pause, now)).result()

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        """Stop all calls of the connection. Returns until when."""
        state = self._thread.submit(
            self._change, lambda s, now: rate_limit.record_block(s, reason, now, pause)
        ).result()
        assert state.blocked_until is not None  # noqa: S101  record_block has set it
        return state.blocked_until

    def close(self) -> None:
        """Cancel waiting calls, store the last counts, and end the thread."""
        self._stop.set()
        if self._last_quota is not None or self.calls > self._counted:
            self._thread.submit(self._change, lambda s, _: s).result()
        self._thread.submit(connections.close_all).result()  # those of that thread
        self._thread.shutdown()

    def _draw(self, waiter: str) -> tuple[rate_limit.BucketDecision, int | None]:
        if self._policy.rate <= 0 and time.monotonic() - self._stored_at < FLUSH_SECONDS:
            self._let_through()
            drawn_at = time.monotonic()
            self._ticket = tickets.draw()
            self._drawn_at = drawn_at
            return rate_limit.BucketDecision(), self._ticket
        self._stored_at = time.monotonic()
        with transaction.atomic():
            state, now = self._read()
            state, decision = rate_limit.acquire(state, self._policy, now, self._priority, waiter)
            calls = self.calls
            self._write(state, now, calls + decision.granted)
            ticket = tickets.draw() if decision.granted else None
        self._counted = calls + decision.granted
        if decision.granted:
            self._let_through()
        return decision, ticket

    def _change(self, change: "rate_limit.Change") -> rate_limit.BucketState:
        with transaction.atomic():
            state, now = self._read()
            state = change(state, now)
            calls = self.calls
            self._write(state, now, calls)
        self._counted = calls
        self._stored_at = self._drawn_at = -math.inf  # the next draw reads the row
        return state

    def _let_through(self) -> None:
        with self._counting:
            self.calls += 1

    def _read(self) -> tuple[rate_limit.BucketState, datetime]:
        rows = Allowance.objects.select_for_update()
        row = rows.filter(connection_id=self._allowance_id).first()
        if row is None:  # not used yet, or handed on because its connection was removed
            self._allowance_id = sharing.calls_owner(self._connection_id)
            row, _ = rows.get_or_create(connection_id=self._allowance_id)
        now = timezone.now()
        state = rate_limit.shorten_pauses(rate_limit.BucketState.from_row(row), now)
        heard, self._last_quota = self._last_quota, None
        if heard is not None:
            state = rate_limit.record_quota(rate_limit.record_success(state, now), _as_of_now(*heard), now)
        return state, now

    def _write(self, state: rate_limit.BucketState, now: datetime, calls: int) -> None:
        """Store the state; of the `calls` made so far, count those not counted yet."""
        Allowance.objects.filter(connection_id=self._allowance_id).update(**asdict(state))
        if calls > self._counted:
            count_calls(self._connection_id, state, self._priority, calls - self._counted, now)


def _as_of_now(quota: Quota, heard_at: float) -> Quota:
    """Subtract the time since the response from its remaining seconds."""
    if quota.reset_in is None:
        return quota
    return replace(quota, reset_in=max(0.0, quota.reset_in - (time.monotonic() - heard_at)))


KEPT = timedelta(days=60)
WORDS: Mapping[Priority, str] = {
    Priority.PERSON: "people",
    Priority.DELIVERY: "webhooks",
    Priority.PUSH: "pushes",
    Priority.RUN: "syncs",
    Priority.BACKGROUND: "details",
}
"""What the calls of a priority are for, as people read it."""

type Calls = Mapping[Priority, int]


@dataclass(frozen=True, slots=True)
class DayUsage:
    """The calls of one day.

    `used` is the upstream's count where it gives one, else our own. `others` were made by other connections that
    share the allowance, and by other programs with access to the same tenant.
    """

    day: date
    used: int
    limit: int | None
    calls: Calls
    others: int

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        by_kind = {priority.value: count for priority, count in self.calls.items()}
        return {"day": self.day, "used": self.used, "by_kind": by_kind, "others": self.others}


def start_allowance(connection: Connection, quota: Quota, calls: int) -> None:
    """Create the allowance of a new connection, with the calls that checking it has cost."""
    now = timezone.now()
    state = rate_limit.record_quota(rate_limit.BucketState(), quota, now)
    Allowance.objects.create(connection=connection, **asdict(state))
    if calls:
        count_calls(connection.pk, state, Priority.PERSON, calls, now)


def count_calls(
    connection_id: int, state: rate_limit.BucketState, priority: Priority, calls: int, now: datetime
) -> None:
    """Add calls to their day, in the transaction that has locked the allowance's row."""
    today = rate_limit.day(state, now, timezone.get_default_timezone())
    ours = Usage.objects.filter(connection_id=connection_id)
    if not ours.filter(day=today, kind=priority.value).update(calls=F("calls") + calls):
        ours.create(connection_id=connection_id, day=today, kind=priority.value, calls=calls)
        ours.filter(day__lt=today - KEPT).delete()


def calls_by_day(connection_id: int, days: Sequence[date]) -> dict[date, Calls]:
    """Read the calls of each of these days."""
    found: dict[date, dict[Priority, int]] = {day: {} for day in days}
    rows = Usage.objects.filter(connection_id=connection_id, day__in=days)
    for day, kind, calls in rows.values_list("day", "kind", "calls"):
        found[day][Priority(kind)] = calls
    return {day: _in_order(calls) for day, calls in found.items()}


def usage_today(connection_id: int, now: datetime) -> DayUsage:
    """Read the calls of the current day. Those of connections that share the allowance are among `others`."""
    state = rate_limit.BucketState.from_row(sharing.load_allowance(connection_id))
    day = rate_limit.day(state, now, timezone.get_default_timezone())
    calls = calls_by_day(connection_id, [day])[day]
    made = Usage.objects.filter(connection_id__in=sharing.sharers(connection_id), day=day)
    ours = made.aggregate(calls=Sum("calls"))["calls"] or 0
    over = state.daily_reset_at is not None and state.daily_reset_at <= now
    known = state.daily_limit is not None and state.daily_remaining is not None and not over
    used = max(ours, (state.daily_limit or 0) - (state.daily_remaining or 0)) if known else ours
    return DayUsage(day, used, state.daily_limit, calls, used - sum(calls.values()))


def _in_order(calls: Mapping[Priority, int]) -> Calls:
    return {priority: calls[priority] for priority in Priority if priority in calls}
