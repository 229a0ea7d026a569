"""The rate limits: a token bucket per second, and a number per day and mode (contract section 4)."""

import threading
from typing import Literal, NamedTuple

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.robaws.days import seconds_to_reset
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.switchboard import SwitchBoard

type Mode = Literal["live", "replica"]


class RobawsLimitResult(NamedTuple):
    """Whether a request is allowed, and the rate limit headers of its answer."""

    allowed: bool
    headers: dict[str, str]


class RobawsLimits:
    """The bucket is shared by both modes; days are counted per mode. All by the simulator's clock."""

    def __init__(self, clock: Clock, switches: SwitchBoard[RobawsSwitches]) -> None:
        self._clock = clock
        self._switches = switches
        self._lock = threading.Lock()
        self._tokens = float(switches.now.burst)
        self._filled_at = clock.now()
        self._used: dict[Mode, int] = {"live": 0, "replica": 0}
        self._day_began: float | None = None
        self._refusals = 0
        self.blocked_until = 0.0

    def acquire(self, mode: Mode) -> RobawsLimitResult:
        """Take a token and count the request; a refused one costs nothing, unless the tenant counts 429s."""
        switches = self._switches.now
        with self._lock:
            self._renew(switches)
            if self._used[mode] >= self._daily(mode, switches):
                return self._refuse(mode, switches)
            if switches.rate is not None and self._tokens < 1:
                if switches.count_429:
                    self._used[mode] += 1
                return self._refuse(mode, switches)
            if switches.rate is not None:
                self._tokens -= 1
            self._used[mode] += 1
            return RobawsLimitResult(allowed=True, headers=self._headers(mode, switches))

    def refuse(self, mode: Mode, *, daily: bool) -> RobawsLimitResult:
        """Refuse in any state, as if the bucket were empty or, with `daily`, the day used up."""
        switches = self._switches.now
        with self._lock:
            self._renew(switches)
            result = self._refuse(mode, switches)
        name, value = ("x-ratelimit-daily-remaining", "0") if daily else ("x-ratelimit-remaining", "0")
        return RobawsLimitResult(allowed=False, headers=result.headers | {name: value})

    def set_daily_remaining(self, mode: Mode, remaining: int) -> None:
        """Set how many requests are left today."""
        switches = self._switches.now
        with self._lock:
            self._renew(switches)
            self._used[mode] = self._daily(mode, switches) - remaining

    def daily_used(self) -> dict[Mode, int]:
        """Return the requests counted today, by mode."""
        with self._lock:
            self._renew(self._switches.now)
            return dict(self._used)

    def is_blocked(self) -> bool:
        """Return whether too many 429s have led to a temporary block."""
        return self._clock.now() < self.blocked_until

    def unblock(self) -> None:
        """Lift the block."""
        with self._lock:
            self.blocked_until = 0.0
            self._refusals = 0

    def _refuse(self, mode: Mode, switches: RobawsSwitches) -> RobawsLimitResult:
        self._refusals += 1
        if 0 < switches.block_after_429s <= self._refusals:
            self.blocked_until = self._clock.now() + switches.block_seconds
            self._refusals = 0
        headers = self._headers(mode, switches)
        if switches.retry_after:
            exhausted = self._used[mode] >= self._daily(mode, switches)
            headers["retry-after"] = headers["x-ratelimit-daily-reset"] if exhausted else "1"
        return RobawsLimitResult(allowed=False, headers=headers)

    def _renew(self, switches: RobawsSwitches) -> None:
        now = self._clock.now()
        elapsed = max(0.0, now - self._filled_at)
        self._tokens = min(float(switches.burst), self._tokens + elapsed * (switches.rate or 0.0))
        self._filled_at = now
        if self._day_began is None or seconds_to_reset(self._day_began, now, switches.daily_reset) <= 0:
            self._day_began = now
            self._used = {"live": 0, "replica": 0}

    def _daily(self, mode: Mode, switches: RobawsSwitches) -> int:
        return switches.daily_limit_live if mode == "live" else switches.daily_limit_replica

    def _headers(self, mode: Mode, switches: RobawsSwitches) -> dict[str, str]:
        began, now = self._day_began or 0.0, self._clock.now()
        limit = self._daily(mode, switches)
        remaining = int(self._tokens) if switches.rate is not None else switches.burst
        return {
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-daily-limit": str(limit),
            "x-ratelimit-daily-remaining": str(max(0, limit - self._used[mode])),
            "x-ratelimit-daily-reset": str(max(0, round(seconds_to_reset(began, now, switches.daily_reset)))),
        }
