"""What every simulated upstream has, whatever it is."""

import threading
from typing import Any, Protocol

from counterfoil.simulator.clock import Clock
from counterfoil.simulator.faults import Faults
from counterfoil.simulator.gates import Gates
from counterfoil.simulator.outbox import Outbox
from counterfoil.simulator.stats import Stats
from counterfoil.simulator.switchboard import SwitchBoard


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
