"""The allowance of one connection, held in the database and drawn from by every process (DESIGN law 7).

The decisions are in `budget.py`; this is the edge: read the row under a lock, decide, write it back, and wait
where there is to wait. A single thread of its own does the database work, so that fetching threads need none.
"""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime
from uuid import uuid4

from django.db import connections, transaction
from django.utils import timezone

from counterfoil.connectors.contract import Permit, Quota
from counterfoil.connectors.priority import Priority
from counterfoil.errors import AllowanceSpent, RetryLater
from counterfoil.mirror import budget, tickets, usage
from counterfoil.mirror.models import Allowance

FLUSH_SECONDS = 0.5
"""Where the upstream sets no rate, calls and what it says of the daily counter are stored this often."""
FRESH_SECONDS = 0.02
"""Where it sets no rate, requests sent within so short a time share a ticket: it was drawn before all of them."""


class SharedBudget:
    """Implements `connectors.contract.Budget`. `calls` counts every request let through, repeated ones too;
    `calls_left` is what the upstream last said of today."""

    def __init__(
        self, connection_id: int, title: str, policy: budget.Policy, priority: Priority = Priority.RUN
    ) -> None:
        self.calls = 0
        self.calls_left: int | None = None
        self._connection_id = connection_id
        self._title = title
        self._policy = policy
        self._priority = priority
        self._stop = threading.Event()
        self._said: tuple[Quota, float] | None = None
        self._counting = threading.Lock()
        self._counted = 0
        self._stored_at = self._drawn_at = 0.0
        self._ticket = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="budget")

    def draw(self) -> Permit:
        """Wait for a turn. Raises AllowanceSpent when none comes soon, for the upstream's sake or others'."""
        if self._policy.rate <= 0 and time.monotonic() - self._drawn_at < FRESH_SECONDS:
            self._let_through()
            return Permit(self._ticket)
        waiter, began, overtaken = uuid4().hex, time.monotonic(), False
        while True:
            if self._stop.is_set():
                raise RetryLater("The request was called off.")
            grant, ticket = self._thread.submit(self._draw, waiter).result()
            if ticket is not None:
                return Permit(ticket)
            overtaken = overtaken or grant.reason == budget.OVERTAKEN
            if overtaken and grant.until is None and time.monotonic() - began > budget.PATIENCE:
                grant = budget.Grant(until=timezone.now() + budget.AGAIN, reason=budget.OVERTAKEN)
            if grant.until is not None:
                raise AllowanceSpent(
                    f"Nothing may be sent to {self._title} now: {grant.reason}.",
                    f"It goes on at {timezone.localtime(grant.until):%H:%M on %d %B}.",
                    until=grant.until,
                )
            self._stop.wait(grant.wait)

    def ticket(self) -> int:
        """A ticket that is no call."""
        return self._thread.submit(tickets.draw).result()

    def answered(self, quota: Quota) -> None:
        """Remember what the headers said; it is stored with a next draw."""
        if quota.remaining is not None or quota.limit is not None:
            self._said = quota, time.monotonic()
            self.calls_left = quota.remaining

    def throttled(self, quota: Quota, pause: float | None) -> None:
        """Pause everybody on this connection. The next draw waits, or says that the day's calls are spent."""
        self._thread.submit(self._change, lambda s, now: budget.throttled(s, quota, pause, now)).result()

    def blocked(self, reason: str, pause: float | None = None) -> datetime:
        """Park the connection. Returns until when."""
        state = self._thread.submit(self._change, lambda s, now: budget.blocked(s, reason, now, pause)).result()
        assert state.blocked_until is not None  # noqa: S101  blocked() has just set it
        return state.blocked_until

    def close(self) -> None:
        """Wake up whoever waits, store what was last heard and not yet counted, and end the thread."""
        self._stop.set()
        if self._said is not None or self.calls > self._counted:
            self._thread.submit(self._change, lambda s, _: s).result()
        self._thread.submit(connections.close_all).result()  # this thread's own connections
        self._thread.shutdown()

    def _draw(self, waiter: str) -> tuple[budget.Grant, int | None]:
        if self._policy.rate <= 0 and time.monotonic() - self._stored_at < FLUSH_SECONDS:
            self._let_through()
            drawn_at = time.monotonic()
            self._ticket = tickets.draw()
            self._drawn_at = drawn_at
            return budget.Grant(), self._ticket
        self._stored_at = time.monotonic()
        with transaction.atomic():
            state, now = self._read()
            state, grant = budget.draw(state, self._policy, now, self._priority, waiter)
            calls = self.calls
            self._write(state, now, calls + grant.granted)
            ticket = tickets.draw() if grant.granted else None
        self._counted = calls + grant.granted
        if grant.granted:
            self._let_through()
        return grant, ticket

    def _change(self, change: "budget.Change") -> budget.State:
        with transaction.atomic():
            state, now = self._read()
            state = change(state, now)
            calls = self.calls
            self._write(state, now, calls)
        self._counted = calls
        self._stored_at = self._drawn_at = -math.inf  # whatever it is, the next draw looks
        return state

    def _let_through(self) -> None:
        with self._counting:
            self.calls += 1

    def _read(self) -> tuple[budget.State, datetime]:
        rows = Allowance.objects.select_for_update()
        row, _ = rows.get_or_create(connection_id=self._connection_id)
        state = budget.State.of(row)
        now = timezone.now()
        said, self._said = self._said, None
        if said is not None:
            state = budget.answered(budget.recovered(state, now), _as_of_now(*said), now)
        return state, now

    def _write(self, state: budget.State, now: datetime, calls: int) -> None:
        """`calls` is how many were let through by now; those not yet counted are."""
        Allowance.objects.filter(connection_id=self._connection_id).update(**asdict(state))
        if calls > self._counted:
            usage.count(self._connection_id, state, self._priority, calls - self._counted, now)


def _as_of_now(said: Quota, heard_at: float) -> Quota:
    """Its seconds to go have been running since."""
    if said.reset_in is None:
        return said
    return replace(said, reset_in=max(0.0, said.reset_in - (time.monotonic() - heard_at)))
