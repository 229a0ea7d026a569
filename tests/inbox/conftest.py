"""A simulated Robaws that sends its webhooks to this process, over real HTTP."""

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from counterfoil.inbox import registering, view, working
from counterfoil.inbox.endpoints import Endpoints
from counterfoil.inbox.throttle import Throttle
from counterfoil.simulator.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored


@pytest.fixture(autouse=True)
def _a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one process keeps in memory begins anew with every test."""
    monkeypatch.setattr(view, "_ENDPOINTS", Endpoints())
    monkeypatch.setattr(view, "_THROTTLE", Throttle())


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """60 clients; endpoints are active at once."""
    with RobawsSimulator(60, seed=7, rate=None) as simulator:
        simulator.control.switch(webhook_activation_seconds=0)
        yield simulator


@pytest.fixture
def mirror(sim: RobawsSimulator, live_server: LiveServer) -> Mirrored:
    """A mirror of it that is told of changes."""
    mirrored = Mirrored.connect(sim)
    mirrored.sync()
    registering.register(mirrored.connection, f"{live_server.url}/api/webhooks/robaws/customers")
    return mirrored


def told(mirror: Mirrored) -> int:
    """Everything that changed is delivered and worked on. Returns how many deliveries were."""
    assert mirror.sim.control.wait_webhooks()
    return working.work_off()
