"""When a row was last known to be true, for a page of rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.mirror import coverage, freshness
from counterfoil.mirror.models import Connection, RunPage, RunState, State
from tests.console import making

pytestmark = pytest.mark.django_db


def test_the_newest_voucher_counts() -> None:
    now = timezone.now()
    day = timedelta(days=1)
    connection = making.connection()
    coverage.save(connection.pk, "customer", watermark=None, complete_pass_at=now - day)
    run = making.run(connection, RunState.RUNNING)
    listed = making.customer(connection, external_id="1", observed_at=now - 9 * day)
    waiting = making.customer(connection, external_id="2", observed_at=now - 9 * day)
    missing = making.customer(connection, external_id="3", observed_at=now - 9 * day, state=State.MISSING)
    fresh = making.customer(connection, external_id="4", observed_at=now)
    elsewhere = making.customer(making.connection("beta"), external_id="1", observed_at=now - 5 * day)
    RunPage.objects.create(
        connection=connection, run=run, attempt=1, number=0, ticket=1, ended=2, ids=["1", "3"], at=now - day / 2
    )
    found = freshness.last_synced_all([listed, waiting, missing, fresh, elsewhere])
    assert found[listed.pk] == now - day / 2
    assert found[waiting.pk] == now - day
    assert found[missing.pk] == now - 9 * day
    assert found[fresh.pk] == now
    assert found[elsewhere.pk] == now - 5 * day
    assert freshness.last_synced(listed) == now - day / 2


def test_a_dry_run_vouches_for_nothing() -> None:
    then = timezone.now() - timedelta(days=3)
    connection = Connection.objects.get(pk=making.connection().pk)
    run = making.run(connection, RunState.RUNNING, options={"dry_run": True})
    row = making.customer(connection, external_id="1", observed_at=then)
    RunPage.objects.create(
        connection=connection, run=run, attempt=1, number=0, ticket=1, ended=0, ids=["1"], at=timezone.now()
    )
    assert freshness.last_synced(row) == then
