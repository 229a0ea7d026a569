"""Law 7, one budget per allowance: connections to one organisation or key share it, whoever has them."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from counterfoil.connections import budget, connect, factory, pause
from counterfoil.connectors.priority import Priority
from counterfoil.errors import CredentialsRefused, NotPossibleNow
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Allowance, Connection, Run, RunKind, RunState, Token, Usage
from counterfoil.sync import status
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.install import Install
from tests.support.mirrored import Mirrored


def calls(connection: Connection, count: int, **settings: object) -> None:
    connection.settings |= settings
    shared = factory.shared_budget(connection, Priority.RUN)
    for _ in range(count):
        shared.acquire()
    shared.close()


@pytest.fixture
def zoho(transactional_db: None) -> Iterator[ZohoBooksSimulator]:
    with ZohoBooksSimulator(organizations=2, contacts=5, persons=0, invoices=0, seed=5, rate=None) as sim:
        yield sim


def test_connections_with_one_key_draw_on_one_bucket(mirror: Mirrored) -> None:
    other = Mirrored.connect(mirror.sim, "other")
    assert sharing.sharers(mirror.connection.pk) == [mirror.connection.pk, other.connection.pk]
    Allowance.objects.update(tokens=20, refilled_at=timezone.now())
    for connection in (mirror.connection, other.connection):
        calls(connection, 8, rate=15)
    assert Allowance.objects.get().tokens < 20 - 16 + 2, "what both took, less what came in meanwhile"


def test_a_second_connection_is_checked_out_of_the_allowance_of_the_first(mirror: Mirrored) -> None:
    other = Mirrored.connect(mirror.sim, "other")
    assert Allowance.objects.get().connection_id == mirror.connection.pk
    assert Allowance.objects.get().daily_remaining == 10_000 - mirror.sim.control.stats()["requests"]
    assert other.connection.schedules.exists()
    assert other.connection.role_overrides.exists() == mirror.connection.role_overrides.exists()


def test_each_connection_counts_its_own_calls_and_the_others_together(mirror: Mirrored) -> None:
    other = Mirrored.connect(mirror.sim, "other")
    mirror.sync()
    other.sync()
    requests = mirror.sim.control.stats()["requests"]
    for connection in (mirror.connection, other.connection):
        today = budget.usage_today(connection.pk, timezone.now())
        own = sum(Usage.objects.filter(connection=connection).values_list("calls", flat=True))
        assert (sum(today.calls.values()), today.used, today.others) == (own, requests, requests - own)


def test_a_pause_holds_for_all_and_is_lifted_for_all(mirror: Mirrored) -> None:
    other = Mirrored.connect(mirror.sim, "other")
    shared = factory.shared_budget(mirror.connection)
    until = shared.record_block("it has blocked this integration", 600)
    shared.close()
    parked = Run.objects.create(
        connection=mirror.connection, kind=RunKind.FULL, state=RunState.PARKED, resumable=True, parked_until=until
    )
    assert status.about(other.connection)["blocked_until"] == until
    pause.lift(other.connection)
    parked.refresh_from_db()
    assert parked.parked_until is not None
    assert parked.parked_until <= timezone.now()
    with pytest.raises(NotPossibleNow):
        pause.lift(mirror.connection)


def test_another_key_has_an_allowance_of_its_own(mirror: Mirrored, sim: RobawsSimulator) -> None:
    with RobawsSimulator(customers=3, seed=9, rate=None, api_key="another-key") as elsewhere:
        other = Mirrored.connect(elsewhere, "other")
        assert sharing.sharers(other.connection.pk) == [other.connection.pk]
        assert Allowance.objects.count() == 2


def test_a_connection_that_gets_another_key_shares_no_longer(mirror: Mirrored) -> None:
    other = Mirrored.connect(mirror.sim, "other")
    with RobawsSimulator(customers=3, seed=9, rate=None, api_key="another-key") as elsewhere:
        Mirrored.connect(elsewhere, "other")
        assert sharing.calls_owner(other.connection.pk) == other.connection.pk
        assert sharing.sharers(mirror.connection.pk) == [mirror.connection.pk]


def test_a_private_connection_shares_too_and_is_not_named(mirror: Mirrored) -> None:
    anna = User.objects.create_user("anna")
    draft = connect.Draft(
        "annas secret",
        "robaws",
        {"base_url": mirror.sim.base_url + "/", "rate": 0},
        {"api_key": mirror.sim.api_key, "api_secret": mirror.sim.api_secret},
        owner=anna.pk,
    )
    private, *_ = connect.connect(draft)
    assert sharing.calls_owner(private.pk) == mirror.connection.pk
    assert "annas" not in str(status.about(mirror.connection))


def test_a_wrong_secret_for_a_known_key_takes_its_calls_from_that_allowance(mirror: Mirrored) -> None:
    before = budget.usage_today(mirror.connection.pk, timezone.now()).used
    draft = connect.Draft(
        "other",
        "robaws",
        {"base_url": mirror.sim.base_url},
        {"api_key": mirror.sim.api_key, "api_secret": "wrong"},
    )
    with pytest.raises(CredentialsRefused):
        connect.connect(draft)
    assert budget.usage_today(mirror.connection.pk, timezone.now()).used == before + 1


def test_connections_stored_before_share_from_their_first_call_on(mirror: Mirrored) -> None:
    other = Mirrored.connect(mirror.sim, "other")
    Connection.objects.update(calls_key=None, tokens_key=None)
    other.connection.refresh_from_db()
    calls(other.connection, 1)
    assert sharing.calls_owner(other.connection.pk) == mirror.connection.pk
    assert Allowance.objects.count() == 1


def test_two_connections_to_one_organisation_of_zoho_share_calls_and_token(zoho: ZohoBooksSimulator) -> None:
    books = [Books.connect(zoho, name) for name in ("first", "second")]
    assert sharing.sharers(books[1].connection.pk) == [one.connection.pk for one in books]
    for one in books:
        one.sync()
    assert Allowance.objects.count() == 1
    assert Token.objects.get().connection_id == books[0].connection.pk
    granted = [one for one in zoho.control.requests() if one["path"].endswith("/oauth/v2/token")]
    assert len(granted) <= 2, "one for each check at most, and none for the syncs"


def test_two_organisations_of_one_login_share_the_token_only(zoho: ZohoBooksSimulator) -> None:
    books = [Books.connect(zoho, name, zoho.organization_ids[at]) for at, name in enumerate(("first", "second"))]
    for one in books:
        one.sync()
    assert Allowance.objects.count() == 2
    assert Token.objects.count() == 1
    assert [sharing.tokens_owner(one.connection.pk) for one in books] == [books[0].connection.pk] * 2


def test_two_connections_that_sync_at_once_stay_below_the_limit(install: Install) -> None:
    with RobawsSimulator(customers=1_990, seed=5) as sim:
        for name in ("acme", "other"):
            install.connect(sim, name, "--daily-reserve", "100")
        sim.control.reset_stats()
        processes = [install.start("sync", name, "--full") for name in ("acme", "other")]
        for process in processes:
            _, complaint = process.communicate(timeout=90)
            assert process.returncode == 0, complaint
        stats = sim.control.stats()
        assert stats["requests"] == 4 * 20
        assert (stats["refused"], install.sql("SELECT incidents FROM counterfoil_allowance")) == (0, [(0,)])
