"""Incremental sync where the upstream can filter by change, and detection where it ignores the filter."""

from datetime import datetime

from counterfoil.mirror import coverage
from counterfoil.mirror.models import RunState
from tests.support.mirrored import Mirrored


def test_after_a_full_pass_only_changes_are_fetched(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.change(n=4)
    mirror.sim.control.add(2)
    run = mirror.sync()
    assert (run.kind, run.state, run.created, run.updated) == ("incremental", RunState.COMPLETED, 2, 4)
    assert run.fetched < 20
    assert run.api_calls == 1
    assert mirror.is_true()


def test_a_pass_becomes_full_where_the_upstream_ignores_the_filter(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.switch(ignore_updated_from=True)
    mirror.sim.control.change(n=3)
    gone = mirror.sim.control.ids()[0]
    mirror.sim.control.delete(ids=[gone])
    run = mirror.sync()
    assert (run.kind, run.state, run.tombstoned) == ("full", RunState.COMPLETED, 1)
    assert "Robaws ignores the filter for changes" in run.note
    assert mirror.is_true()


def watermark(mirror: Mirrored) -> datetime | None:
    return coverage.load(mirror.connection.pk).watermark


def test_the_watermark_moves_only_after_a_complete_unlimited_pass(mirror: Mirrored) -> None:
    mirror.sync(limit=10)
    assert watermark(mirror) is None
    mirror.sync(dry_run=True, full=True)
    assert watermark(mirror) is None
    mirror.sync()
    mark = watermark(mirror)
    assert mark is not None
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.change(ids=[first])
    mirror.sync(client_id=first)
    assert watermark(mirror) == mark


def test_a_change_within_the_second_of_the_watermark_is_not_missed(mirror: Mirrored) -> None:
    mirror.sim.control.clock_freeze()
    mirror.sim.control.change(n=1)
    mirror.sync()
    changed = mirror.sim.control.ids()[7]
    mirror.sim.control.change(ids=[changed], fields={"email": "same@second.example"})
    run = mirror.sync()
    assert run.kind == "incremental"
    assert mirror.row(changed).email == "same@second.example"


def test_without_a_watermark_a_sync_is_full(mirror: Mirrored) -> None:
    assert mirror.sync().kind == "full"
