"""Holds: requests that wait, before their work is done or once their answer is made, until a test lets them go.

An interjection stands at the same places: something that happens just then, without anybody waiting.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_WAIT = 60.0


@dataclass(slots=True)
class RequestGate[C]:
    """One hold, or with an `action` one interjection. `times` limits how many requests it stops. `before`: ahead
    of the work, else behind it."""

    number: int
    fits: Callable[[C], bool]
    times: int | None
    before: bool = False
    action: Callable[[], object] | None = None
    opened: threading.Event = field(default_factory=threading.Event)
    stopped: int = 0

    def takes(self, call: C, *, before: bool) -> bool:
        """Whether this gate is in the way of a call, which then counts."""
        free = self.times is not None and self.stopped >= self.times
        if free or self.before != before or not self.fits(call):
            return False
        self.stopped += 1
        return True


class Gates[C]:
    """The open and closed gates, and how many requests wait at them. `C` is a call on its way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._gates: list[RequestGate[C]] = []
        self._made = 0
        self._waiting = 0

    def hold(self, fits: Callable[[C], bool], times: int | None = None, *, before: bool = False) -> int:
        """Let fitting calls wait after their answer was made, or before their work. Returns the gate's number."""
        return self._add(fits, times, before=before, action=None)

    def interject(
        self,
        fits: Callable[[C], bool],
        action: Callable[[], object],
        times: int | None = None,
        *,
        before: bool = False,
    ) -> int:
        """Let something happen while fitting calls stand there. Returns the gate's number."""
        return self._add(fits, times, before=before, action=action)

    def release(self, number: int | None = None) -> None:
        """Open one gate, or all, for good."""
        with self._changed:
            for gate in self._gates:
                if number is None or gate.number == number:
                    gate.opened.set()
            self._gates = [gate for gate in self._gates if not gate.opened.is_set()]

    def wait_held(self, count: int, timeout: float) -> bool:
        """Wait until so many requests are held; False when that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting >= count, timeout)

    @property
    def waiting(self) -> int:
        """How many requests are held now."""
        return self._waiting

    def pass_by(self, call: C, *, before: bool = False) -> None:
        """Called with every request ahead of its work, and with every answer that is ready: interjections happen,
        then it waits when a closed gate is in the way."""
        if not self._gates:
            return
        for action in self._interjections(call, before=before):
            action()
        gate = self._stop(call, before=before)
        if gate is None:
            return
        gate.opened.wait(LONGEST_WAIT)
        with self._changed:
            self._waiting -= 1
            self._changed.notify_all()

    def _add(
        self,
        fits: Callable[[C], bool],
        times: int | None,
        *,
        before: bool,
        action: Callable[[], object] | None,
    ) -> int:
        with self._changed:
            self._made += 1
            self._gates.append(RequestGate(self._made, fits, times, before, action))
            return self._made

    def _interjections(self, call: C, *, before: bool) -> list[Callable[[], object]]:
        with self._changed:
            return [gate.action for gate in self._gates if gate.action and gate.takes(call, before=before)]

    def _stop(self, call: C, *, before: bool) -> RequestGate[C] | None:
        with self._changed:
            for gate in self._gates:
                if gate.action is None and gate.takes(call, before=before):
                    self._waiting += 1
                    self._changed.notify_all()
                    return gate
        return None
