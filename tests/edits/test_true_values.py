"""Law 11: what is said of a value is true: when it was last synced, and what the other side holds now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.cli import customer_text, edit_text
from counterfoil.connectors.page import Resource
from counterfoil.mirror import coverage
from counterfoil.mirror.edit_status import EditState
from counterfoil.mirror.freshness import last_synced
from counterfoil.mirror.models import Conflict, Customer, Run, RunState
from counterfoil.runs import mapping_changes
from counterfoil.worker.handlers import execute_run
from tests.edits.conftest import Edited

LONG_AGO = timezone.now() - timedelta(days=3)


def forget_sync(edited: Edited) -> None:
    """Let the only sync have been long ago."""
    Customer.objects.update(observed_at=LONG_AGO)
    coverage.save(edited.connection.pk, Resource.CUSTOMER, watermark=LONG_AGO, complete_pass_at=LONG_AGO)


def test_law_11_an_edit_made_here_is_not_a_sync(edited: Edited) -> None:
    forget_sync(edited)
    edited.edit("7", phone="03 234 56 78")
    assert last_synced(edited.row("7")) == LONG_AGO
    edited.push("7")
    synced = last_synced(edited.row("7"))
    assert synced is not None
    assert synced > LONG_AGO


def test_law_11_a_mapping_change_is_not_a_sync(edited: Edited) -> None:
    forget_sync(edited)
    run = mapping_changes.set_field(edited.connection, "phone", ["gsm"])
    execute_run(run)
    assert last_synced(edited.row("7")) == LONG_AGO


def test_law_11_a_customer_that_was_never_there_was_never_synced(edited: Edited) -> None:
    created = edited.create(name="Never sent")
    assert last_synced(created) is None
    assert customer_text.record(created)["last_synced_at"] is None


@pytest.fixture
def disputed(edited: Edited) -> Edited:
    """Change a phone number on both sides."""
    edited.edit("7", phone="03 234 56 78")
    edited.sim.control.change(ids=["7"], fields={"tel": "02 555 12 12"})
    edited.webhook("7")
    return edited


def test_law_11_a_conflict_shows_their_present_value(disputed: Edited) -> None:
    disputed.sim.control.change(ids=["7"], fields={"tel": "02 555 13 13"})
    disputed.webhook("7")
    assert Conflict.objects.get().theirs == "02 555 13 13"
    edit = disputed.edits("7")["phone"]
    shown = edit_text.about(edit, EditState.CONFLICT)
    assert (shown["theirs"], shown["value"]) == ("02 555 13 13", "03 234 56 78")
    assert "02 555 13 13" in edit_text.mark(edit, EditState.CONFLICT, "Robaws")


def test_law_11_a_conflict_shows_their_value_as_it_is_read_since_a_mapping_change(disputed: Edited) -> None:
    disputed.sim.control.change(ids=["7"], fields={"gsm": "0475 12 34 56"})
    disputed.webhook("7")
    execute_run(mapping_changes.set_field(disputed.connection, "phone", ["gsm"]))
    run = Run.objects.filter(kind="remap").latest("id")
    assert run.state == RunState.COMPLETED
    conflict = Conflict.objects.get()
    assert (conflict.theirs, conflict.theirs_source, conflict.settled_at) == ("0475 12 34 56", "mapping", None)
