"""Holds, at which requests wait until a test releases them, before they are carried out or once answered.

An interjection applies at the same points: it calls a function and does not wait.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_WAIT = 60.0


@dataclass(slots=True)
class Hold[C]:
    """One hold, or with an `action` one interjection.

    `times` limits how many requests it stops; `before` applies ahead of the work, else behind it.
    """

    number: int
    fits: Callable[[C], bool]
    times: int | None
    before: bool = False
    action: Callable[[], object] | None = None
    released: threading.Event = field(default_factory=threading.Event)
    calls_stopped: int = 0

    def claim(self, call: C, *, before: bool) -> bool:
        """Return whether this hold applies to a call, and count the call."""
        used_up = self.times is not None and self.calls_stopped >= self.times
        if used_up or self.before != before or not self.fits(call):
            return False
        self.calls_stopped += 1
        return True


class Holds[C]:
    """The active holds, and the number of requests that wait. `C` is the type of a call."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holds: list[Hold[C]] = []
        self._made = 0
        self._waiting = 0

    def hold(self, fits: Callable[[C], bool], times: int | None = None, *, before: bool = False) -> int:
        """Make matching calls wait, after their answer is made or `before` their work. Returns the number."""
        return self._add(fits, times, before=before, action=None)

    def interject(
        self,
        fits: Callable[[C], bool],
        action: Callable[[], object],
        times: int | None = None,
        *,
        before: bool = False,
    ) -> int:
        """Call `action` for matching calls at the same points. Returns the interjection's number."""
        return self._add(fits, times, before=before, action=action)

    def release(self, number: int | None = None) -> None:
        """End one hold, or all, and let its requests go on."""
        with self._changed:
            for hold in self._holds:
                if number is None or hold.number == number:
                    hold.released.set()
            self._holds = [hold for hold in self._holds if not hold.released.is_set()]

    def wait_held(self, count: int, timeout: float) -> bool:
        """Wait until `count` requests are held; False when that took longer than `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting >= count, timeout)

    @property
    def waiting(self) -> int:
        """How many requests are held now."""
        return self._waiting

    def apply(self, call: C, *, before: bool = False) -> None:
        """Run the interjections for a call, then wait at the first hold that matches it.

        Called for every request, before its work and once its answer is made.
        """
        if not self._holds:
            return
        for action in self._claim_actions(call, before=before):
            action()
        hold = self._claim_hold(call, before=before)
        if hold is None:
            return
        hold.released.wait(LONGEST_WAIT)
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
            self._holds.append(Hold(self._made, fits, times, before, action))
            return self._made

    def _claim_actions(self, call: C, *, before: bool) -> list[Callable[[], object]]:
        with self._changed:
            return [hold.action for hold in self._holds if hold.action and hold.claim(call, before=before)]

    def _claim_hold(self, call: C, *, before: bool) -> Hold[C] | None:
        with self._changed:
            for hold in self._holds:
                if hold.action is None and hold.claim(call, before=before):
                    self._waiting += 1
                    self._changed.notify_all()
                    return hold
        return None
