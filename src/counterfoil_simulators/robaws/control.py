"""The control: changes data, clock, switches and faults, and reports what happened.

Every public method is also `POST /_control/{method}` with its arguments as a JSON object, from loopback only.
"""

from typing import Any

import msgspec

from counterfoil_simulators.base_control import BaseControl
from counterfoil_simulators.robaws.control_data import RobawsDataControl
from counterfoil_simulators.robaws.control_webhooks import RobawsWebhookControl
from counterfoil_simulators.robaws.data.extra_fields import Definition
from counterfoil_simulators.robaws.faults import RobawsFault
from counterfoil_simulators.robaws.limits import Mode
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.robaws.request_match import RobawsMatch
from counterfoil_simulators.robaws.tenant import RobawsTenant


class RobawsControl(RobawsDataControl, RobawsWebhookControl, BaseControl[RobawsTenant]):
    """What a test or an operator can do with the simulator."""

    def define_extra_field(
        self,
        label: str,
        kind: str = "TEXT",
        value_key: str = "stringValue",
        group: str | None = None,
    ) -> None:
        """Add an extra field to those that the tenant has defined."""
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
        """Order a fault for matching requests; returns its number. `RobawsFault` lists the parameters."""
        match = {"method": method, "path": path, "page": page, "mode": mode}
        if parameters.get("client") is not None:
            parameters["client"] = str(parameters["client"])
        return self.tenant.faults.add(msgspec.convert({"kind": kind, "match": match, **parameters}, RobawsFault))

    def land(self) -> int:
        """Carry out the requests that a `late` fault has answered too early, oldest first; returns how many."""
        late, self.tenant.late = self.tenant.late, []
        for carry_out in late:
            carry_out()
        return len(late)

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
        """Make matching requests wait once their answer is made, or `before` they are carried out.

        Returns the number of the hold.
        """
        match = RobawsMatch(method=method, path=path, page=page, mode=mode)
        return self.tenant.holds.hold(
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

        Used to change a record between a client's read and its write. Returns the number of the interjection.
        """
        match, action = RobawsMatch(method=method, path=path), self._bind_method(call, arguments)
        return self.tenant.holds.interject(
            lambda one: match.fits(one.request, one.path, one.mode), action, times, before=not after
        )

    # Limits and statistics

    def set_daily_remaining(self, remaining: int, mode: Mode = "live") -> None:
        """Set how many requests are left today."""
        self.tenant.limits.set_daily_remaining(mode, remaining)

    def unblock(self) -> None:
        """Lift the block that too many 429s, or the switch `temp_blocked`, caused."""
        self.tenant.limits.unblock()
        self.tenant.switchboard.change(temp_blocked=False)

    def stats(self) -> dict[str, Any]:
        """Report requests, by_route, by_status, refused (429s), max_per_second, daily_used, held."""
        used = {str(mode): count for mode, count in self.tenant.limits.daily_used().items()}
        return self.tenant.stats.counts() | {"daily_used": used, "held": self.tenant.holds.waiting}

    def requests(self) -> list[dict[str, Any]]:
        """List the latest API requests: method, path, query, status, mode, idempotency_key, at."""
        return self.tenant.stats.log()

    def reset_stats(self) -> None:
        """Set all counts back to zero."""
        self.tenant.stats.reset()
