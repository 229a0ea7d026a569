"""What the control of every simulator does: clock, switches, faults that were ordered, holds, webhooks."""

from collections.abc import Callable
from typing import Any

import msgspec

from counterfoil_simulators import control_http
from counterfoil_simulators.clock import parse_instant, stamp
from counterfoil_simulators.control_outbox import OutboxControl
from counterfoil_simulators.stage import Stage


class Steering[T: Stage](OutboxControl[T]):
    """The part of a control that does not depend on the upstream."""

    # The clock

    def now(self) -> str:
        """The simulator's time: `2025-10-20T18:59:13.000Z`."""
        return stamp(self.tenant.clock.now())

    def clock_move(self, seconds: float) -> str:
        """Jump ahead (or back); returns the new time."""
        self.tenant.clock.move(seconds)
        return self.now()

    def clock_set(self, moment: str) -> str:
        """Jump to an ISO instant and go on from there."""
        self.tenant.clock.set(parse_instant(moment))
        return self.now()

    def clock_freeze(self, moment: str | None = None) -> str:
        """Stand still, now or at an ISO instant."""
        self.tenant.clock.freeze(None if moment is None else parse_instant(moment))
        return self.now()

    def clock_run(self) -> str:
        """Let a frozen clock go on."""
        self.tenant.clock.run()
        return self.now()

    # Switches

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Set switches by name; returns them all."""
        self.tenant.switchboard.change(**switches)
        self.tenant.webhooks.wake()
        return self.switches()

    def switches(self) -> dict[str, Any]:
        """All switches as they stand."""
        return self.tenant.switchboard.all()

    # Faults and holds

    def clear_faults(self, number: int | None = None) -> None:
        """Cancel one fault, or all."""
        self.tenant.faults.clear(number)

    def faults(self) -> list[dict[str, Any]]:
        """The faults on order, each with `hits`, how often it struck."""
        return [msgspec.to_builtins(fault) for fault in self.tenant.faults.all()]

    def release(self, number: int | None = None) -> None:
        """Let go what one gate holds, or all, and hold no more."""
        self.tenant.gates.release(number)

    def wait_held(self, n: int = 1, timeout: float = 10.0) -> bool:
        """Wait until `n` requests are held; False when that took longer than `timeout` seconds."""
        return self.tenant.gates.wait_held(n, timeout)

    # Writes

    def writes(self) -> list[dict[str, Any]]:
        """The latest requests that were not for reading, in the order in which they were answered.

        method, path (below the API's root), body (parsed), content_type (every line of it), idempotency_key,
        status, carried_out, at.
        """
        return self.tenant.stats.writes()

    def _does(self, call: str, arguments: dict[str, Any] | None) -> Callable[[], object]:
        """One of the methods of this control, to be called later. ValueError where there is none."""
        method = control_http.methods(self).get(call)
        if method is None:
            raise ValueError(f"unknown method {call!r}")
        return lambda: method(**(arguments or {}))
