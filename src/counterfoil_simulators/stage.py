"""What every simulated upstream has, whatever it is."""

import threading
from typing import Any, Protocol

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.faults import Faults
from counterfoil_simulators.gates import Gates
from counterfoil_simulators.outbox import Outbox
from counterfoil_simulators.stats import Stats
from counterfoil_simulators.switchboard import SwitchBoard


class Stage(Protocol):
    """The parts that starting, stopping and steering an upstream need."""

    @property
    def clock(self) -> Clock:
        """Its time."""

    @property
    def switchboard(self) -> SwitchBoard[Any]:
        """Its habits."""

    @property
    def faults(self) -> Faults[Any]:
        """What goes wrong."""

    @property
    def gates(self) -> Gates[Any]:
        """What holds requests and answers back."""

    @property
    def stats(self) -> Stats[Any]:
        """What was asked."""

    @property
    def webhooks(self) -> Outbox[Any, Any]:
        """What tells others about changes."""

    @property
    def stopping(self) -> threading.Event:
        """Set when the server is to end."""
