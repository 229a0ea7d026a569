"""A simulated Zoho Books without a limit per minute, and a client with a token."""

from collections.abc import Iterator

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import client_of


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start 25 customers, two vendors, 37 persons, 75 invoices."""
    with ZohoBooksSimulator(contacts=25, seed=1, rate=None) as simulator:
        yield simulator


@pytest.fixture
def api(sim: ZohoBooksSimulator) -> Iterator[httpx2.Client]:
    """Make a client with a token of its own."""
    with client_of(sim) as client:
        yield client
