"""The rate limits of one organisation: per minute, per day, at once (contract section 5.1)."""

import threading
from collections import deque
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.zoho_books.errors import ZohoApiError
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.zones import midnight_after

MINUTE = 60.0
DAILY: dict[str, int] = {"Free": 1000, "Standard": 2000, "Professional": 5000}
"""Requests per day by plan; higher plans have 10,000."""
DAILY_ABOVE = 10_000


class ZohoPlanLimits(NamedTuple):
    """The limits of a plan."""

    daily: int
    concurrency: int


def plan_limits(plan: str) -> ZohoPlanLimits:
    """Return the requests per day and the concurrency of a plan."""
    return ZohoPlanLimits(DAILY.get(plan, DAILY_ABOVE), 5 if plan == "Free" else 10)


class ZohoLimits:
    """Counts the requests of one organisation by the simulator's clock; its day ends at its own midnight."""

    def __init__(self, clock: Clock, switches: SwitchBoard[ZohoSwitches], zone: ZoneInfo, plan: str) -> None:
        self._clock = clock
        self._switches = switches
        self._zone = zone
        self._plan = plan_limits(plan)
        self._lock = threading.Lock()
        self._last_minute: deque[float] = deque()
        self._blocked_until = 0.0
        self._used = 0
        self._day_ends = 0.0
        self._under_way = 0

    def enter(self) -> None:
        """Count a request that starts, or raise its 429. Each request that started must `leave`."""
        switches, now = self._switches.now, self._clock.now()
        with self._lock:
            self._renew(now)
            refusal = self._refusal(switches, now)
            if refusal is not None:
                self._used += switches.count_429
                raise refusal
            self._last_minute.append(now)
            self._used += 1
            self._under_way += 1

    def leave(self) -> None:
        """End a request."""
        with self._lock:
            self._under_way -= 1

    def headers(self) -> dict[str, str]:
        """Return the headers of the daily limit; the limit per minute has none."""
        now = self._clock.now()
        with self._lock:
            self._renew(now)
            limit = self._daily(self._switches.now) or self._plan.daily
            return {
                "x-rate-limit-limit": str(limit),
                "x-rate-limit-remaining": str(max(0, limit - self._used)),
                "x-rate-limit-reset": str(ceil(self._day_ends - now)),
            }

    def used_today(self) -> int:
        """Return the requests counted since the organisation's midnight."""
        with self._lock:
            self._renew(self._clock.now())
            return self._used

    def set_remaining(self, remaining: int) -> None:
        """Set how many requests are left today."""
        with self._lock:
            self._renew(self._clock.now())
            self._used = (self._daily(self._switches.now) or self._plan.daily) - remaining

    def block(self) -> None:
        """Block the organisation from now on, as too many requests in a minute do."""
        with self._lock:
            self._blocked_until = self._clock.now() + self._switches.now.block_seconds

    def unblock(self) -> None:
        """Lift the block."""
        with self._lock:
            self._blocked_until = 0.0
            self._last_minute.clear()

    def _refusal(self, switches: ZohoSwitches, now: float) -> ZohoApiError | None:
        if now < self._blocked_until:
            return minute_exceeded(ceil(self._blocked_until - now) if switches.retry_after else None)
        daily = self._daily(switches)
        if daily is not None and self._used >= daily:
            return day_exceeded(daily)
        at_once = self._plan.concurrency if switches.concurrency == "plan" else switches.concurrency
        if at_once is not None and self._under_way >= at_once:
            return too_many_at_once()
        if switches.rate is not None and len(self._last_minute) >= switches.rate:
            self._blocked_until = now + switches.block_seconds
            return minute_exceeded(ceil(switches.block_seconds) if switches.retry_after else None)
        return None

    def _daily(self, switches: ZohoSwitches) -> int | None:
        return self._plan.daily if switches.daily_limit == "plan" else switches.daily_limit

    def _renew(self, now: float) -> None:
        """Drop expired counts. A clock that was moved back starts them anew."""
        day_ends = midnight_after(now, self._zone)
        if day_ends != self._day_ends:
            self._day_ends, self._used = day_ends, 0
        if self._last_minute and self._last_minute[-1] > now:
            self._last_minute.clear()
        while self._last_minute and self._last_minute[0] <= now - MINUTE:
            self._last_minute.popleft()


def minute_exceeded(retry_after: int | None) -> ZohoApiError:
    """Make the 429, code 44: the whole organisation is blocked, for half an hour where that was seen."""
    return ZohoApiError(
        429,
        44,
        "For security reasons your organization has been blocked as it have exceeded the maximum number of "
        "requests per minute that can originate from an organization.",
        headers=None if retry_after is None else {"retry-after": str(retry_after)},
    )


def day_exceeded(limit: int) -> ZohoApiError:
    """Make the 429, code 45: refused until the organisation's midnight."""
    message = f"The API call for this organization has exceeded the maximum call rate limit of {limit}."
    return ZohoApiError(429, 45, message)


def too_many_at_once() -> ZohoApiError:
    """Make the 429, code 1070: too many requests are in progress."""
    return ZohoApiError(
        429,
        1070,
        "You have reached the maximum number of in process requests allowed. Kindly try again after some time.",
    )
