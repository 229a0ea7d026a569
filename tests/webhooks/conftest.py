"""A simulated Robaws that sends its webhooks to this process, over real HTTP."""

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from counterfoil.webhooks import receive, register, worker
from counterfoil.webhooks.endpoints import EndpointCache
from counterfoil.webhooks.verify import Throttle
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored


@pytest.fixture(autouse=True)
def _a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start every test with the empty memory of a new process."""
    monkeypatch.setattr(receive, "_ENDPOINTS", EndpointCache())
    monkeypatch.setattr(receive, "_THROTTLE", Throttle())


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start 60 clients; endpoints are active at once."""
    with RobawsSimulator(60, seed=7, rate=None) as simulator:
        simulator.control.switch(webhook_activation_seconds=0)
        yield simulator


@pytest.fixture
def mirror(sim: RobawsSimulator, live_server: LiveServer) -> Mirrored:
    """Mirror the simulator, with webhooks."""
    mirrored = Mirrored.connect(sim)
    mirrored.sync()
    register.register(mirrored.connection, f"{live_server.url}/api/webhooks/robaws/customers")
    return mirrored


def deliver_all(mirror: Mirrored) -> int:
    """Wait until all changes are delivered, and process them. Returns the number of deliveries."""
    assert mirror.sim.control.wait_webhooks()
    return worker.process_due()
