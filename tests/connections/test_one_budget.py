"""Law 7, one budget per allowance: shared by all processes, below the upstream's limit, never a 429."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.connections import connect
from counterfoil.errors import QuotaExhausted
from counterfoil.mirror.models import Allowance
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install
from tests.support.mirrored import Mirrored


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start the upstream's real limits: 15 a second, bursts of 20."""
    with RobawsSimulator(customers=2_590, seed=5) as simulator:
        yield simulator


def test_several_processes_together_stay_below_the_upstream_s_limit(
    install: Install, sim: RobawsSimulator
) -> None:
    install.connect(sim, "acme", "--daily-reserve", "100")
    ids = sim.control.ids()
    sim.control.reset_stats()
    processes = [install.start("sync", "acme", "--full")]
    processes += [install.start("sync", "acme", "--client-id", external_id) for external_id in ids[:3]]
    for process in processes:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    stats = sim.control.stats()
    calls = 2 * 26 + 2 * 3
    assert stats["requests"] == calls, "26 pages of customers, and three of them alone; as many for their persons"
    assert stats["by_status"] == {"200": calls}
    assert stats["max_per_second"] <= 10 + 12, "our burst and rate; the upstream grants 20 + 15"
    assert install.sql("SELECT incidents FROM counterfoil_allowance") == [(0,)]
    assert install.sql("SELECT daily_remaining FROM counterfoil_allowance")[0][0] == 10_000 - calls - 1


def test_a_connections_own_rate_is_kept(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim, "acme", "--rate", "4")
    sim.control.reset_stats()
    assert install.run("sync", "acme", "--limit", "1000").returncode == 0
    assert sim.control.stats()["max_per_second"] <= 8


def test_a_check_of_credentials_uses_the_same_allowance(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.reset_stats()
    connect.check_connection(mirror.connection)
    assert mirror.sim.control.stats()["requests"] == 1
    Allowance.objects.filter(connection=mirror.connection).update(
        blocked_until=timezone.now() + timedelta(hours=1), blocked_reason="rate limit"
    )
    with pytest.raises(QuotaExhausted):
        connect.check_connection(mirror.connection)
    assert mirror.sim.control.stats()["requests"] == 1, "nothing is sent during a block"
