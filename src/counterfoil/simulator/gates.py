"""Holds: answers that are ready and wait until a test lets them go."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_WAIT = 60.0


@dataclass(slots=True)
class Gate[C]:
    """One hold. `times` limits how many answers it stops."""

    number: int
    fits: Callable[[C], bool]
    times: int | None
    opened: threading.Event = field(default_factory=threading.Event)
    stopped: int = 0


class Gates[C]:
    """The open and closed gates, and how many answers wait at them. `C` is a call on its way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._gates: list[Gate[C]] = []
        self._made = 0
        self._waiting = 0

    def hold(self, fits: Callable[[C], bool], times: int | None = None) -> int:
        """Let fitting calls wait after their answer was made. Returns the number of the gate."""
        with self._changed:
            self._made += 1
            self._gates.append(Gate(self._made, fits, times))
            return self._made

    def release(self, number: int | None = None) -> None:
        """Open one gate, or all, for good."""
        with self._changed:
            for gate in self._gates:
                if number is None or gate.number == number:
                    gate.opened.set()
            self._gates = [gate for gate in self._gates if not gate.opened.is_set()]

    def wait_held(self, count: int, timeout: float) -> bool:
        """Wait until so many answers are held; False when that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting >= count, timeout)

    @property
    def waiting(self) -> int:
        """How many answers are held now."""
        return self._waiting

    def pass_by(self, call: C) -> None:
        """Called with every answer that is ready: waits when a closed gate is in the way."""
        if not self._gates:
            return
        gate = self._stop(call)
        if gate is None:
            return
        gate.opened.wait(LONGEST_WAIT)
        with self._changed:
            self._waiting -= 1
            self._changed.notify_all()

    def _stop(self, call: C) -> Gate[C] | None:
        with self._changed:
            for gate in self._gates:
                free = gate.times is not None and gate.stopped >= gate.times
                if not free and gate.fits(call):
                    gate.stopped += 1
                    self._waiting += 1
                    self._changed.notify_all()
                    return gate
        return None
