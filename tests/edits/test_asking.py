"""A push to run now resumes an interrupted one, and replaces an old one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.edits import request_push
from counterfoil.errors import NotAllowed
from counterfoil.mirror.models import Run, RunKind
from counterfoil.runs.context import Progress
from counterfoil.worker.handlers import execute_run
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def interrupted(edited: Edited) -> Run:
    """Return a push of two records that was stopped after the first."""
    edited.edit("7", city="Gent")
    edited.edit("8", city="Gent")
    run = request_push.start_push(edited.connection)

    def stop(progress: Progress) -> None:
        if progress.stage == "pushing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute_run(run, watcher=stop)
    run.refresh_from_db()
    assert run.state == "parked"
    return run


def test_an_interrupted_push_goes_on_and_sends_nothing_twice(edited: Edited, interrupted: Run) -> None:
    again = request_push.start_push(edited.connection)
    assert again.pk == interrupted.pk
    execute_run(again)
    again.refresh_from_db()
    assert (again.state, again.pushed) == ("completed", 2)
    assert sum(request["method"] == "PATCH" for request in edited.sim.control.requests()) == 2
    assert edited.edits("7") == edited.edits("8") == {}


def test_a_push_of_other_records_is_another_run(edited: Edited, interrupted: Run) -> None:
    other = request_push.start_push(edited.connection, records=[edited.row("8").pk])
    assert other.pk != interrupted.pk
    interrupted.refresh_from_db()
    assert interrupted.state == "parked"


def test_a_push_interrupted_long_ago_is_replaced(edited: Edited, interrupted: Run) -> None:
    Run.objects.filter(pk=interrupted.pk).update(started_at=timezone.now() - timedelta(hours=7))
    fresh = request_push.start_push(edited.connection)
    assert fresh.pk != interrupted.pk
    interrupted.refresh_from_db()
    assert (interrupted.state, interrupted.note) == ("superseded", f"Replaced by run {fresh.pk}.")


def test_a_read_only_connection_is_not_pushed_whoever_asks(edited: Edited) -> None:
    edited.connection.settings["read_only"] = True
    edited.connection.save()
    for ask in (request_push.request_push, request_push.start_push):
        with pytest.raises(NotAllowed):
            ask(edited.connection)
    assert not Run.objects.filter(kind=RunKind.PUSH).exists()
