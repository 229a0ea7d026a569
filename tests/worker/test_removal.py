"""A removed connection stops for good and forgets its secrets; its records are kept read-only, or deleted."""

from collections.abc import Iterator

import pytest
from django.db import models

from counterfoil.connections import encryption, factory
from counterfoil.connections.rename import rename
from counterfoil.connectors.priority import Priority
from counterfoil.edits import edit
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.mirror import sharing
from counterfoil.mirror.customer_search import CustomerSearch
from counterfoil.mirror.models import (
    Allowance,
    Connection,
    Customer,
    PendingEdit,
    Proposal,
    Removal,
    Run,
    RunKind,
    RunState,
    Schedule,
)
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.webhooks import register
from counterfoil.webhooks.endpoints import EndpointCache
from counterfoil.webhooks.models import Endpoint
from counterfoil.worker import queue, removal
from counterfoil.worker.pause import pause_connection
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

URL = "https://here.example/api/webhooks/robaws/customers/acme"


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start a few customers."""
    with RobawsSimulator(7, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def used(mirror: Mirrored) -> Mirrored:
    """Sync a connection, and leave an edit, a queued run and a registered webhook."""
    mirror.sync_all()
    edit.edit_customer(Customer.objects.earliest("id"), {"phone": "03 234 56 78"})
    lifecycle.request_run(mirror.connection, RunKind.INCREMENTAL, RunOptions())
    register.register(mirror.connection, URL)
    return mirror


def registered(sim: RobawsSimulator) -> int:
    return len(sim.tenant.webhooks.endpoints)


def test_a_removed_connection_keeps_its_records_read_only(used: Mirrored) -> None:
    row = Customer.objects.earliest("id")
    assert removal.remove(used.connection, Removal.KEEP) == []
    connection = Connection.objects.get()
    assert (connection.name, connection.secrets, connection.removal) == ("acme (removed)", "", "keep")
    assert (registered(used.sim), Endpoint.objects.count(), Schedule.objects.count()) == (0, 0, 0)
    assert queue.execute_due_runs() == 0
    assert Run.objects.latest("id").state == RunState.CANCELLED
    assert row in list(CustomerSearch(Customer.objects.all(), row.name).hits(5))
    row.refresh_from_db()
    assert (row.phone, PendingEdit.objects.get().here_only) == ("03 234 56 78", True)
    with pytest.raises(NotPossibleNow, match="was removed"):
        edit.edit_customer(row, {"phone": "03 234 56 79"})
    with pytest.raises(NotPossibleNow, match="was removed"):
        factory.shared_budget(connection, Priority.RUN)
    assert Mirrored.connect(used.sim).connection.pk != connection.pk, "its name is free"


def test_deleting_leaves_nothing_and_can_be_stopped_and_resumed(
    used: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Mirrored.connect(used.sim, "other")
    other.sync()
    survivor = Customer.objects.filter(connection=used.connection).latest("id")
    Customer.objects.filter(connection=used.connection).exclude(pk=survivor.pk).update(merged_into=survivor)
    Proposal.objects.create(run=Run.objects.filter(connection=used.connection).earliest("id"), external_id="1")
    counts = removal.count(used.connection)
    assert (counts.customers, counts.edits_waiting) == (7, 1)
    monkeypatch.setattr(removal, "ROWS_PER_TRANSACTION", 2)
    removal.remove(used.connection, Removal.DELETE)

    def killed(deleted: int) -> None:
        if deleted >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        removal.delete_records(used.connection, killed)
    task = removal.Removals()
    assert task.is_due()
    assert task.process_due() == 1
    assert not task.is_due()
    assert [connection.name for connection in Connection.objects.all()] == ["other"]
    relations = Connection._meta.get_fields(include_hidden=True)
    for relation in relations:
        if isinstance(relation, models.ManyToOneRel):
            rows = relation.related_model._base_manager.exclude(connection=other.connection)
            assert not rows.filter(connection__isnull=False).exists(), relation.related_model
    assert Customer.objects.filter(connection=other.connection).count() == 7


def test_a_webhook_that_cannot_be_removed_is_told_and_stops_nothing(used: Mirrored) -> None:
    used.sim.control.switch(webhook_endpoints_readable="405")
    (words,) = removal.remove(used.connection, Removal.KEEP)
    assert words.startswith(f"Remove the webhook to {URL} in Robaws by hand: ")
    assert Connection.objects.get().secrets == ""


def test_a_paused_connection_can_be_removed(used: Mirrored) -> None:
    pause_connection(used.connection)
    assert removal.remove(used.connection, Removal.KEEP) == []
    assert registered(used.sim) == 0
    with pytest.raises(NotPossibleNow, match="was removed"):
        pause_connection(used.connection)


def test_law_7_the_oldest_connection_hands_its_allowance_on_when_it_is_removed(mirror: Mirrored) -> None:
    second, third = (Mirrored.connect(mirror.sim, name).connection for name in ("second", "third"))
    Allowance.objects.filter(connection=mirror.connection).update(daily_remaining=123, blocks=2)
    with_budget = factory.shared_budget(third, Priority.RUN)
    try:
        removal.remove(mirror.connection, Removal.KEEP)
        removal.delete_kept(mirror.connection)
        removal.delete_records(mirror.connection)
        assert sharing.sharers(third.pk) == [second.pk, third.pk]
        assert sharing.load_allowance(third.pk).daily_remaining == 123
        with_budget.acquire()  # a process that has opened it before follows
    finally:
        with_budget.close()
    (allowance,) = Allowance.objects.all()
    assert (allowance.connection_id, allowance.blocks) == (second.pk, 2)


def test_a_renamed_connection_still_receives_webhooks_at_its_old_address(used: Mirrored) -> None:
    assert rename(used.connection, "Acme NV")
    assert not rename(used.connection, "Acme NV")
    for name in ("acme", "Acme NV", str(used.connection.pk)):
        assert EndpointCache().find("robaws", name), name
    assert not EndpointCache().find("robaws", "other")
    assert Endpoint.objects.get().url == URL
    assert encryption.unseal(Connection.objects.get().secrets)


@pytest.mark.parametrize("name", ["", " ", "a/b", "x" * 81, "SECOND"])
def test_a_name_that_is_taken_or_not_possible_is_refused(mirror: Mirrored, name: str) -> None:
    Mirrored.connect(mirror.sim, "second")
    with pytest.raises(InvalidInput):
        rename(mirror.connection, name)
    assert Connection.objects.get(pk=mirror.connection.pk).name == "acme"
