"""What all tests share: the simulated Robaws, a connection to it, an install of its own for the command line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import hypothesis
import pytest
import stamina
from whitenoise.middleware import WhiteNoiseMiddleware

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support import flush, sessions
from tests.support.install import Install
from tests.support.mirrored import Mirrored
from tests.support.printed import PRINTED
from tests.support.scheduling import Scheduling

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile(
    "no deadline",
    parent=hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("no deadline")

_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "mirror", "install"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Spread tests by what they share."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what tests have measured for people to read, whichever process ran them."""
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, text in getattr(report, "user_properties", ()):
            if name == PRINTED:
                terminalreporter.write_line(f"\n{text}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that need a database, which run on both unless marked `once`; the others run once."""
    for item in items:
        if item.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True, scope="session")
def _without_waiting() -> None:
    """Repeat requests of this process without waiting; how often stays as it is."""
    stamina.set_testing(True, attempts=5, cap=True)


@pytest.fixture(autouse=True, scope="session")
def _static_files_listed_once() -> Iterator[None]:
    """List the static files for the first client only: each one makes the middleware anew, in 60 ms."""
    files: dict[str, Any] = {}
    add_files = WhiteNoiseMiddleware.add_files_from_finders

    def add_same_files(made: WhiteNoiseMiddleware) -> None:
        if not files:
            add_files(made)
            files.update(made.files)
        made.files.update(files)

    with patch.object(WhiteNoiseMiddleware, "add_files_from_finders", add_same_files):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the test database, and empty it quickly after each test."""
    with django_db_blocker.unblock():
        tables = flush.copy_tables()
    with flush.copying_back(tables):
        yield
    with django_db_blocker.unblock():
        sessions.wait_for_others()


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Simulate a Robaws with 250 customers (three pages) and no limit on requests per second."""
    with RobawsSimulator(customers=250, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def mirror(transactional_db: None, sim: RobawsSimulator) -> Mirrored:
    """Connect to the simulator in this process's test database, nothing mirrored yet."""
    return Mirrored.connect(sim)


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Install with a database of its own, used through the command line as a user would."""
    with Install.fresh(tmp_path) as made:
        yield made
