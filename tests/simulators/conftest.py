"""A simulator without limits, and a client with its credentials."""

from collections.abc import Iterator

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import client_of


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start 25 customers, without a limit per second."""
    with RobawsSimulator(customers=25, seed=1, rate=None) as simulator:
        yield simulator


@pytest.fixture
def api(sim: RobawsSimulator) -> Iterator[httpx2.Client]:
    """Make a client with the simulator's API key."""
    with client_of(sim) as client:
        yield client
