"""Edits are pushed every night at ten, once, and only where something waits."""

from datetime import timedelta

import pytest
import time_machine

from counterfoil.edits import delete
from counterfoil.edits.delete import DeletionQuestion
from counterfoil.mirror.models import Run, RunKind, Schedule
from counterfoil.worker import queue, scheduler
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


def push_schedule(edited: Edited) -> Schedule:
    edited.connection.schedules.exclude(kind="push").delete()
    return edited.connection.schedules.get(kind="push")


def test_waiting_edits_are_pushed_once_at_ten_in_the_evening(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    schedule = push_schedule(edited)
    assert schedule.next_at is not None
    with time_machine.travel(schedule.next_at):
        assert [scheduler.fire_due(schedule.next_at), scheduler.fire_due(schedule.next_at)] == [1, 0]
        queue.execute_due_runs()
    assert edited.theirs("7")["address"]["city"] == "Gent"
    assert [run.pushed for run in Run.objects.filter(kind=RunKind.PUSH)] == [1]


def test_a_confirmed_deletion_is_sent_by_the_schedule_too(edited: Edited) -> None:
    row = edited.row("7")
    delete.confirm_deletion(row, DeletionQuestion.about(row).mark)
    due = push_schedule(edited).next_at
    assert due is not None
    with time_machine.travel(due):
        scheduler.fire_due(due)
        queue.execute_due_runs()
    assert edited.row("7").state == "tombstone"


def test_no_push_is_queued_if_no_edit_waits(edited: Edited) -> None:
    due = push_schedule(edited).next_at
    assert due is not None
    assert scheduler.fire_due(due + timedelta(seconds=1)) == 1
    assert not Run.objects.filter(kind=RunKind.PUSH).exists()


def test_a_read_only_connection_is_not_pushed(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    due = push_schedule(edited).next_at
    edited.connection.settings["read_only"] = True
    edited.connection.save()
    assert due is not None
    scheduler.fire_due(due + timedelta(seconds=1))
    assert not Run.objects.filter(kind=RunKind.PUSH).exists()
