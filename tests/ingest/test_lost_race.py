"""Every row has a version: a write applies only to the row version that was compared."""

import pytest
from django.db.models import F

from counterfoil.ingest.batch import Batch
from counterfoil.ingest.pipeline import Ingest
from counterfoil.mirror.models import Customer, RunState
from tests.support.mirrored import Mirrored


def interfere(monkeypatch: pytest.MonkeyPatch, other: object, times: int) -> list[int]:
    """Let another process write before a batch is written, `times` times."""
    left = [times]
    write = Ingest.write

    def raced(pipeline: Ingest, batch: Batch, *arguments: object) -> object:
        if left[0] and batch.records:
            left[0] -= 1
            other(batch)  # type: ignore[operator]
        return write(pipeline, batch, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Ingest, "write", raced)
    return left


def touch(batch: Batch) -> None:
    Customer.objects.filter(id__in=[r.id for r in batch.records]).update(version=F("version") + 1)


def test_a_row_changed_by_another_process_is_ingested_again(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.sync()
    mirror.sim.control.change(n=5)
    left = interfere(monkeypatch, touch, times=3)
    run = mirror.sync(full=True)
    assert left == [0]
    assert (run.state, run.fetched, run.updated, run.unchanged) == (RunState.COMPLETED, 250, 5, 245)
    assert mirror.is_true()


def test_a_row_added_by_another_process_is_compared_and_not_added_twice(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_one(batch: Batch) -> None:
        mirror.sync(client_id=batch.records[0].external_id)

    interfere(monkeypatch, add_one, times=1)
    run = mirror.sync()
    assert (run.state, run.fetched, run.created) == (RunState.COMPLETED, 250, 249)
    assert mirror.is_true()


def test_a_race_without_end_fails_the_run_with_a_clear_message(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.sync()
    mirror.sim.control.change(n=1)
    interfere(monkeypatch, touch, times=1000)
    run = mirror.sync(full=True)
    assert run.state == RunState.FAILED
    assert "Other processes keep changing the same records" in run.error
