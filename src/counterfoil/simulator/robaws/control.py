"""The hand behind the scenes: changes data, clock, switches and faults, and looks at what happened.

Every public method is also `POST /_control/{method}` with its arguments as a JSON object, from loopback only.
"""

from typing import Any

import msgspec

from counterfoil.simulator.robaws.clock import parse_instant
from counterfoil.simulator.robaws.control_data import DataControl
from counterfoil.simulator.robaws.control_webhooks import WebhookControl
from counterfoil.simulator.robaws.data.extras import Definition
from counterfoil.simulator.robaws.faults import Fault
from counterfoil.simulator.robaws.limits import Mode
from counterfoil.simulator.robaws.matching import Match


class Control(DataControl, WebhookControl):
    """What a test or an operator can do to the simulator."""

    # The clock

    def now(self) -> str:
        """The simulator's time."""
        return self.tenant.stamp()

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

    def define_extra_field(
        self,
        label: str,
        kind: str = "TEXT",
        value_key: str = "stringValue",
        group: str | None = None,
    ) -> None:
        """Let the tenant know one more extra field."""
        self.tenant.extra_field_definitions[label] = Definition(kind, value_key, group)

    # Faults and holds

    def fault(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        page: int | None = None,
        mode: str | None = None,
        **parameters: Any,
    ) -> int:
        """Order a fault for matching requests; returns its number. See `faults.Fault` for the parameters."""
        match = {"method": method, "path": path, "page": page, "mode": mode}
        if parameters.get("client") is not None:
            parameters["client"] = str(parameters["client"])
        return self.tenant.faults.add(msgspec.convert({"kind": kind, "match": match, **parameters}, Fault))

    def clear_faults(self, number: int | None = None) -> None:
        """Cancel one fault, or all."""
        self.tenant.faults.clear(number)

    def faults(self) -> list[dict[str, Any]]:
        """The faults on order, each with `hits`, how often it struck."""
        return [msgspec.to_builtins(fault) for fault in self.tenant.faults.all()]

    def hold(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        page: int | None = None,
        mode: str | None = None,
        times: int | None = None,
    ) -> int:
        """Let matching requests wait once their answer is made; returns the number of the gate."""
        return self.tenant.gates.hold(Match(method=method, path=path, page=page, mode=mode), times)

    def release(self, number: int | None = None) -> None:
        """Let go what one gate holds, or all, and hold no more."""
        self.tenant.gates.release(number)

    def wait_held(self, n: int = 1, timeout: float = 10.0) -> bool:
        """Wait until `n` answers are held; False when that took longer than `timeout` seconds."""
        return self.tenant.gates.wait_held(n, timeout)

    # Limits and statistics

    def set_daily_remaining(self, remaining: int, mode: Mode = "live") -> None:
        """Pretend that so many requests are left today."""
        self.tenant.limits.set_daily_remaining(mode, remaining)

    def unblock(self) -> None:
        """Lift the block that too many 429s, or the switch, brought about."""
        self.tenant.limits.unblock()
        self.tenant.switchboard.change(temp_blocked=False)

    def stats(self) -> dict[str, Any]:
        """requests, by_route, by_status, refused (429s), max_per_second, daily_used, held."""
        used = {str(mode): count for mode, count in self.tenant.limits.daily_used().items()}
        return self.tenant.stats.counts() | {"daily_used": used, "held": self.tenant.gates.waiting}

    def requests(self) -> list[dict[str, Any]]:
        """The latest API requests: method, path, query, status, mode, idempotency_key, at."""
        return self.tenant.stats.log()

    def reset_stats(self) -> None:
        """Count from nothing again."""
        self.tenant.stats.reset()

    def forget_idempotency_keys(self) -> None:
        """Every key is new again."""
        self.tenant.idempotency.forget()
