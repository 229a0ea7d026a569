"""A simulated Zoho Books without a limit per minute, and a connector to its first organisation."""

from collections.abc import Iterator

import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.connectors.zoho_books.books import Books
from tests.support.clock import at_noon


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """450 customers (three pages), 23 vendors, 675 persons, 1,350 invoices of three years."""
    with at_noon(), ZohoBooksSimulator(contacts=450, seed=3, rate=None, daily_limit=None) as simulator:
        yield simulator


@pytest.fixture
def books(sim: ZohoBooksSimulator) -> Iterator[Books]:
    """Connect to the simulator with an allowance that records its use and a token of its own."""
    made = Books.of(sim)
    yield made
    made.connector.close()
