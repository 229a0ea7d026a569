"""Laws 4 and 5: what the upstream makes of a value that we sent is our echo, and people are told."""

from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.edits import create
from counterfoil.edits.echo import is_newest_change
from counterfoil.mirror.models import Conflict, PendingEdit, Policy, Rule, Write
from tests.edits.conftest import Edited
from tests.support.background import in_background

LONG = "Garage Peeters en Zonen, Carrosserie"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("switches", "typed", "kept"),
    [
        ({"cut_texts_at": 20}, {"name": LONG}, "Garage Peeters en Zo"),
        ({"tidy_texts": "html"}, {"name": "De Smet & Zonen"}, "De Smet &amp; Zonen"),
        ({"tidy_texts": "html", "cut_texts_at": 11}, {"name": "De Smet & Zonen"}, "De Smet &am"),
        ({"tidy_texts": "spelling"}, {"email": "Info@Peeters.example"}, "info@peeters.example"),
        ({"tidy_texts": "spelling"}, {"phone": "+32 475 12 34 56 (Jan)"}, "+32475123456"),
    ],
)
@pytest.mark.parametrize("rule", [Rule.ASK, Rule.OURS, Rule.UPSTREAM])
def test_law_4_a_value_that_was_cut_off_or_tidied_is_our_echo(
    edited: Edited, switches: dict[str, object], typed: dict[str, str], kept: str, rule: Rule
) -> None:
    Policy.objects.create(connection=edited.connection, field="", rule=rule)
    edited.sim.control.switch(**switches)
    edited.edit("7", **typed)
    run = edited.push("7")
    ((field, sent),) = typed.items()
    assert (run.pushed, run.failed, run.conflicts) == (1, 0, 0)
    assert (edited.edits("7"), edited.conflicts("7")) == ({}, [])
    assert getattr(edited.row("7"), field) == kept
    assert Write.objects.get().fields[field]["kept"] == kept
    assert edited.history("7")[-1][:3] == (field, sent, kept)
    edited.push()
    edited.sync(full=True)
    assert len(edited.sim.control.writes()) == 1, "sent once, not for ever"
    assert not Conflict.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_law_5_a_new_customer_whose_name_was_cut_off_is_ours(edited: Edited) -> None:
    edited.sim.control.switch(cut_texts_at=20)
    made = create.create_customer(edited.connection, {"name": LONG, "city": "Gent"})
    assert edited.push().created == 1
    made.refresh_from_db()
    assert (made.state, made.name, made.city) == ("present", LONG[:20], "Gent")
    assert not PendingEdit.objects.exists()
    assert not Conflict.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_webhook_of_a_value_cut_off_that_comes_before_the_answer_settles(edited: Edited) -> None:
    edited.sim.control.switch(cut_texts_at=20)
    edited.edit("7", name=LONG)
    edited.sim.control.hold(method="PATCH", times=1)
    pushing = in_background(lambda: edited.push("7"))
    assert edited.sim.control.wait_held(1)
    edited.webhook("7")
    edited.sim.control.release()
    pushing.join()
    assert [found[-1] for found in edited.conflicts("7")] == ["agreed"]
    assert (edited.edits("7"), edited.row("7").name) == ({}, LONG[:20])


@pytest.mark.django_db(transaction=True)
def test_a_colleague_who_shortens_the_value_after_our_write_is_no_echo(edited: Edited) -> None:
    edited.edit("7", name=LONG)
    change = {"ids": ["7"], "fields": {"name": LONG[:20]}, "updated_at": "2099-01-01T00:00:00Z"}
    edited.sim.control.interject("change", change, method="PATCH", after=True)
    edited.push("7")
    assert [(found[0], found[4]) for found in edited.conflicts("7")] == [("both", LONG[:20])]


@pytest.mark.parametrize(
    ("modified", "answered_at", "ours"),
    [
        (NOON, NOON, True),
        (NOON + timedelta(milliseconds=999), NOON, True),
        (NOON + timedelta(seconds=1), NOON, False),
        (NOON - timedelta(hours=1), NOON, True),
        (None, NOON, True),
        (NOON, None, True),
    ],
)
def test_the_newest_change_is_ours_until_the_second_of_the_answer_is_over(
    modified: datetime | None, answered_at: datetime | None, ours: bool
) -> None:
    assert is_newest_change(modified, answered_at) == ours
