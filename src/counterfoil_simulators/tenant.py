"""The interface of a simulated tenant that server and control use."""

import threading
from typing import Any, Protocol

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.faults import Faults
from counterfoil_simulators.holds import Holds
from counterfoil_simulators.stats import Stats
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.webhook_queue import WebhookQueue


class SimulatedTenant(Protocol):
    """The parts needed to start, stop and control a simulator."""

    @property
    def clock(self) -> Clock:
        """The tenant's time."""

    @property
    def switchboard(self) -> SwitchBoard[Any]:
        """The switches."""

    @property
    def faults(self) -> Faults[Any]:
        """The ordered faults."""

    @property
    def holds(self) -> Holds[Any]:
        """The holds on requests and answers."""

    @property
    def stats(self) -> Stats[Any]:
        """The statistics of requests."""

    @property
    def webhooks(self) -> WebhookQueue[Any, Any]:
        """The queue of webhook deliveries."""

    @property
    def stopping(self) -> threading.Event:
        """Set when the server is to end."""
