"""The hand behind the scenes: changes data, clock, switches and faults, and looks at what happened.

Every public method is also `POST /_control/{method}` with its arguments as a JSON object, from loopback only.
"""

from typing import Any

import msgspec

from counterfoil_simulators.robaws.control_data import DataControl
from counterfoil_simulators.robaws.control_webhooks import RobawsWebhookControl
from counterfoil_simulators.robaws.data.extras import Definition
from counterfoil_simulators.robaws.faults import RobawsFault
from counterfoil_simulators.robaws.limits import Mode
from counterfoil_simulators.robaws.matching import RobawsMatch
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.robaws.tenant import RobawsTenant
from counterfoil_simulators.steering import Steering


class RobawsControl(DataControl, RobawsWebhookControl, Steering[RobawsTenant]):
    """What a test or an operator can do to the simulator."""

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
        return self.tenant.faults.add(msgspec.convert({"kind": kind, "match": match, **parameters}, RobawsFault))

    def hold(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        page: int | None = None,
        mode: str | None = None,
        times: int | None = None,
        before: bool = False,
    ) -> int:
        """Let matching requests wait once their answer is made, or `before` anything is done for them.

        Returns the number of the gate.
        """
        match = RobawsMatch(method=method, path=path, page=page, mode=mode)
        return self.tenant.gates.hold(
            lambda call: match.fits(call.request, call.path, call.mode), times, before=before
        )

    def interject(
        self,
        call: str,
        arguments: Json | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        times: int | None = 1,
        after: bool = False,
    ) -> int:
        """Call a method of this control just before the next matching request is carried out, or just `after`.

        An edit so lands between what a client has read and what it writes. Returns the number of the gate.
        """
        match, action = RobawsMatch(method=method, path=path), self._does(call, arguments)
        return self.tenant.gates.interject(
            lambda one: match.fits(one.request, one.path, one.mode), action, times, before=not after
        )

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
