"""A simulated tenant without a limit per second, and a connector to it."""

from collections.abc import Iterator

import pytest
import stamina

from counterfoil_simulators.robaws import RobawsSimulator
from tests.connectors.robaws.tenant import Tenant


@pytest.fixture(autouse=True)
def without_waiting() -> None:
    """Repeats come at once; how often stays as it is."""
    stamina.set_testing(True, attempts=5, cap=True)


@pytest.fixture
def tenant(sim: RobawsSimulator) -> Iterator[Tenant]:
    """Connect to the simulator with an unlimited allowance that records its use."""
    made = Tenant.of(sim)
    yield made
    made.connector.close()
