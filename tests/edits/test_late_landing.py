"""Laws 4 and 5: a write that timed out may land late, also over what a colleague has changed meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from counterfoil.edits.outbox import LOOK_UP_AFTER, look_up_time
from counterfoil.errors import OutcomeUnknown
from counterfoil.mirror.models import Decision, Policy, Rule, Write
from tests.edits.conftest import Edited

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def late(edited: Edited) -> Edited:
    """Edit the e-mail of 7 and push it: a gateway answers 504 while Robaws still works on it."""
    edited.edit("7", email="ours@example.com")
    edited.sim.control.fault("late", method="PATCH", times=1)
    edited.push("7")
    return edited


def changed_by_a_colleague(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})


def later(edited: Edited) -> None:
    """Push once a look proves something."""
    with time_machine.travel(datetime.now(UTC) + LOOK_UP_AFTER, tick=True):
        edited.push("7")


def lost(edited: Edited) -> list[tuple[str, object, object]]:
    return [(found[1], found[3], found[4]) for found in edited.conflicts("7") if found[0] == "overwritten"]


@pytest.mark.parametrize("may_land", [True, False])
def test_a_timeout_is_looked_up_late_enough(may_land: bool) -> None:
    waited = look_up_time(OutcomeUnknown("no answer", may_land=may_land), NOON) - NOON
    assert (waited >= timedelta(minutes=1)) == may_land


@pytest.mark.django_db(transaction=True)
def test_law_5_a_write_that_timed_out_is_not_sent_again_before_it_can_be_looked_up(late: Edited) -> None:
    run = late.connection.runs.order_by("-id")[0]
    assert (run.state, run.parked_until) == ("parked", Write.objects.get().look_up_at)
    late.push("7")
    assert (late.writes(), len(late.sim.control.writes())) == (["unknown"], 1)
    assert late.sim.control.land() == 1
    later(late)
    assert (late.writes(), late.edits("7"), len(late.sim.control.writes())) == (["done"], {}, 1)
    assert late.conflicts("7") == []
    assert late.is_true()


@pytest.mark.django_db(transaction=True)
def test_a_write_that_timed_out_and_never_lands_is_sent_by_the_next_push(late: Edited) -> None:
    later(late)
    assert late.writes() == ["failed", "done"]
    assert late.theirs("7")["email"] == "ours@example.com"


@pytest.mark.django_db(transaction=True)
def test_a_write_that_timed_out_but_has_landed_already_is_done_at_once(edited: Edited) -> None:
    edited.edit("7", email="ours@example.com")
    edited.sim.control.fault("late", method="PATCH", times=1)
    edited.sim.control.interject("land", method="GET", path="/clients/7", times=2)
    assert edited.push("7").pushed == 1
    assert edited.writes() == ["done"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["page", "read", "webhook", "push"])
@pytest.mark.parametrize("rule", [Rule.ASK, Rule.UPSTREAM])
def test_law_4_a_late_landing_over_a_colleagues_change_is_a_lost_update(
    late: Edited, way: str, rule: Rule
) -> None:
    Policy.objects.create(connection=late.connection, field="", rule=rule)
    changed_by_a_colleague(late)
    late.sync(full=True)
    late.sim.control.land()
    if way == "webhook":
        late.webhook("7")
    elif way != "push":
        late.sync(**({"full": True} if way == "page" else {"client_id": "7"}))
    later(late)
    assert lost(late) == [("email", "ours@example.com", "theirs@example.com")]
    late.settle("7", Decision.THEIRS)
    later(late)
    assert late.theirs("7")["email"] == "theirs@example.com"
    assert late.is_true()


@pytest.mark.django_db(transaction=True)
def test_law_4_a_landing_after_it_was_given_up_is_a_lost_update_too(late: Edited) -> None:
    """Looked up, not there, sent again, changed by a colleague: and then the first one lands."""
    later(late)
    changed_by_a_colleague(late)
    late.sync(full=True)
    late.sim.control.land()
    late.sync(full=True)
    assert late.row("7").email == "ours@example.com"
    assert lost(late) == [("email", "ours@example.com", "theirs@example.com")]
    late.sync(full=True)
    assert len(lost(late)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_landing_of_an_edit_that_was_undone_meanwhile_is_shown(late: Edited) -> None:
    before = late.theirs("7")["email"]
    late.edit("7", email=before or "")
    later(late)
    assert late.edits("7") == {}
    late.sim.control.land()
    late.sync(full=True)
    assert lost(late) == [("email", "ours@example.com", before)]


@pytest.mark.django_db(transaction=True)
def test_a_late_value_of_ours_is_no_conflict_with_our_newer_one(late: Edited) -> None:
    late.sim.control.fault("forbidden", method="PATCH", times=1)
    later(late)
    assert late.writes() == ["failed", "failed"]
    late.edit("7", email="newer@example.com")
    late.sim.control.land()
    later(late)
    assert late.conflicts("7") == []
    assert late.theirs("7")["email"] == "newer@example.com"
