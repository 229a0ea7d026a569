"""The control methods of every simulator: clock, switches, faults, holds, writes."""

from collections.abc import Callable
from typing import Any

import msgspec

from counterfoil_simulators import control_http
from counterfoil_simulators.clock import format_instant, parse_instant
from counterfoil_simulators.tenant import SimulatedTenant
from counterfoil_simulators.webhook_control import WebhookControl


class BaseControl[T: SimulatedTenant](WebhookControl[T]):
    """The part of a control that does not depend on the upstream."""

    # The clock

    def now(self) -> str:
        """Return the simulator's time: `2025-10-20T18:59:13.000Z`."""
        return format_instant(self.tenant.clock.now())

    def clock_move(self, seconds: float) -> str:
        """Move the clock ahead (or back); returns the new time."""
        self.tenant.clock.move(seconds)
        return self.now()

    def clock_set(self, moment: str) -> str:
        """Move the clock to an ISO instant; it goes on from there."""
        self.tenant.clock.set(parse_instant(moment))
        return self.now()

    def clock_freeze(self, moment: str | None = None) -> str:
        """Stop the clock, now or at an ISO instant."""
        self.tenant.clock.freeze(None if moment is None else parse_instant(moment))
        return self.now()

    def clock_run(self) -> str:
        """Start a frozen clock again."""
        self.tenant.clock.run()
        return self.now()

    # Switches

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Set switches by name; returns them all."""
        self.tenant.switchboard.change(**switches)
        self.tenant.webhooks.wake()
        return self.switches()

    def switches(self) -> dict[str, Any]:
        """Return all switches with their current values."""
        return self.tenant.switchboard.all()

    # Faults and holds

    def clear_faults(self, number: int | None = None) -> None:
        """Remove one fault, or all."""
        self.tenant.faults.clear(number)

    def faults(self) -> list[dict[str, Any]]:
        """Return the ordered faults, each with `hits`, the number of requests that it struck."""
        return [msgspec.to_builtins(fault) for fault in self.tenant.faults.all()]

    def release(self, number: int | None = None) -> None:
        """End one hold, or all, and let its requests go on."""
        self.tenant.holds.release(number)

    def wait_held(self, n: int = 1, timeout: float = 10.0) -> bool:
        """Wait until `n` requests are held; False when that took longer than `timeout` seconds."""
        return self.tenant.holds.wait_held(n, timeout)

    # Writes

    def writes(self) -> list[dict[str, Any]]:
        """Return the latest write requests, in the order in which they were answered.

        Each has method, path (below the API's root), body (parsed), content_type (every line of it),
        idempotency_key, status, carried_out, at.
        """
        return self.tenant.stats.writes()

    def _bind_method(self, call: str, arguments: dict[str, Any] | None) -> Callable[[], object]:
        """Bind a method of this control to its arguments. Raises ValueError where there is none."""
        method = control_http.methods(self).get(call)
        if method is None:
            raise ValueError(f"unknown method {call!r}")
        return lambda: method(**(arguments or {}))
