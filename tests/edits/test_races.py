"""Laws 4 and 5: no upstream locks records, so a change between our read and our write opens a conflict."""

import orjson
import pytest

from counterfoil.connectors.page import Resource, Shape
from counterfoil.connectors.robaws.record import identify
from counterfoil.edits import outbox
from counterfoil.ingest.commit import LostRace
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Conflict, Decision, Policy, Rule, Write
from counterfoil.webhooks.session import DeliverySession
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)

MEANWHILE = {"ids": ["7"], "fields": {"email": "meanwhile@example.com"}}


def test_a_late_observation_reveals_a_lost_update(edited: Edited) -> None:
    """The page that shows it arrives after our own write was read back."""
    base = edited.row("7").email
    edited.edit("7", email="ours@example.com")
    edited.sim.control.interject("change", MEANWHILE, method="PATCH", times=1)
    edited.push("7")
    assert edited.theirs("7")["email"] == "ours@example.com"
    late(edited, "meanwhile@example.com")
    assert edited.conflicts("7") == [
        ("overwritten", "email", base, "ours@example.com", "meanwhile@example.com", "")
    ]


def late(edited: Edited, email: str) -> None:
    """Ingest an observation of a moment between our read and our write."""
    write = Write.objects.get()
    assert write.modified is not None
    assert write.modified_after is not None
    between = write.modified + (write.modified_after - write.modified) / 2
    body = {**edited.theirs("7"), "email": email, "updatedAt": between.isoformat()}
    with DeliverySession(edited.connection, Resource.CUSTOMER) as session:
        observation = Observation(
            identify(orjson.dumps(body)), Origin.DELIVERY, Shape.DELIVERY, None, tickets.latest()
        )
        session.reading_pipeline(lambda: None).ingest([observation], session.source({"7": 1}))


def test_the_overwritten_value_can_be_restored(edited: Edited) -> None:
    edited.edit("7", email="ours@example.com")
    edited.sim.control.interject("change", MEANWHILE, method="PATCH", times=1)
    edited.push("7")
    late(edited, "meanwhile@example.com")
    edited.settle("7", Decision.THEIRS)
    edited.push("7")
    assert edited.theirs("7")["email"] == "meanwhile@example.com"
    assert edited.is_true()


def test_a_lost_update_seen_twice_opens_one_conflict(edited: Edited) -> None:
    edited.edit("7", email="ours@example.com")
    edited.sim.control.interject("change", MEANWHILE, method="PATCH", times=1)
    edited.push("7")
    late(edited, "meanwhile@example.com")
    edited.settle("7", Decision.OURS)
    late(edited, "meanwhile@example.com")
    assert [found[-1] for found in edited.conflicts("7")] == ["ours"]


def test_a_change_after_our_write_is_no_lost_update(edited: Edited) -> None:
    edited.edit("7", email="ours@example.com")
    edited.sim.control.interject("change", MEANWHILE, method="PATCH", times=1, after=True)
    edited.push("7")
    (conflict,) = Conflict.objects.all()
    assert (conflict.kind, conflict.theirs) == ("both", "meanwhile@example.com")
    assert edited.theirs("7")["email"] == "meanwhile@example.com"


def test_other_fields_changed_upstream_meanwhile_keep_their_values(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.interject("change", MEANWHILE, method="PATCH", times=1)
    edited.push("7")
    assert (edited.theirs("7")["email"], edited.theirs("7")["address"]["city"]) == (
        "meanwhile@example.com",
        "Gent",
    )
    assert edited.row("7").email == "meanwhile@example.com"
    assert edited.conflicts("7") == []


def test_a_value_replaced_because_of_a_rule_is_recorded(edited: Edited) -> None:
    Policy.objects.create(connection=edited.connection, field="", rule=Rule.OURS)
    edited.edit("7", email="ours@example.com")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.push("7")
    assert [(found[4], found[5]) for found in edited.conflicts("7")] == [("theirs@example.com", "ours")]


def test_a_lost_answer_is_looked_up_and_never_sent_again(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.fault("dropped", method="PATCH", times=1, after=True, at="start")
    run = edited.push("7")
    assert (run.pushed, edited.writes()) == (1, ["done"])
    assert len([write for write in edited.sim.control.writes() if write["method"] == "PATCH"]) == 1
    assert edited.edits("7") == {}


def test_a_write_that_was_not_carried_out_is_sent_by_the_next_push(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.fault("dropped", method="PATCH", times=1, at="start")
    assert edited.push("7").pushed == 0
    assert edited.push("7").pushed == 1
    assert edited.theirs("7")["address"]["city"] == "Gent"
    assert edited.writes() == ["failed", "done"]


def test_a_value_sent_without_an_answer_is_our_echo_and_not_their_edit(edited: Edited) -> None:
    """Edited again before anybody knew whether the first value had arrived: it had."""
    edited.edit("7", city="Gent")
    edited.sim.control.fault("dropped", method="PATCH", times=1, after=True, at="start")
    edited.sim.control.fault("html_error", method="GET", path="/clients/7", times=10, skip=1)
    edited.push("7")
    edited.edit("7", city="Brugge")
    edited.sim.control.clear_faults()
    edited.push("7")
    assert edited.conflicts("7") == []
    assert edited.theirs("7")["address"]["city"] == "Brugge"
    assert edited.edits("7") == {}


def test_an_edit_undone_while_its_outcome_is_unknown_is_sent_back(edited: Edited) -> None:
    before = edited.row("7").city or ""
    edited.edit("7", city="Gent")
    edited.sim.control.fault("dropped", method="PATCH", times=1, after=True, at="start")
    edited.sim.control.fault("html_error", method="GET", path="/clients/7", times=10, skip=1)
    edited.push("7")
    edited.edit("7", city=before)
    edited.sim.control.clear_faults()
    edited.push("7")
    assert (edited.theirs("7")["address"]["city"] or "") == before
    assert edited.edits("7") == {}
    assert edited.is_true()


def of_unknown_outcome(edited: Edited, **typed: str) -> None:
    """Sent, and neither answered nor read back."""
    edited.edit("7", **typed)
    edited.sim.control.fault("dropped", method="PATCH", times=1, at="start")
    edited.sim.control.fault("html_error", method="GET", path="/clients/7", times=10, skip=1)
    edited.push("7")
    edited.sim.control.clear_faults()


def test_the_outcome_is_unclear_if_others_changed_the_field_since(edited: Edited) -> None:
    of_unknown_outcome(edited, email="ours@example.com")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    run = edited.push("7")
    write = Write.objects.get()
    assert (run.pushed, write.state) == (0, "failed")
    assert "Others have changed these fields" in write.error
    assert [(found[0], found[4], found[5]) for found in edited.conflicts("7")] == [
        ("both", "theirs@example.com", "")
    ]


def test_an_undo_in_a_conflict_takes_their_value_despite_a_write_in_flight(edited: Edited) -> None:
    before = edited.row("7").email or ""
    of_unknown_outcome(edited, email="ours@example.com")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    assert edited.edit("7", email=before).undone == ["email"]
    assert edited.row("7").email == "theirs@example.com"
    assert [found[-1] for found in edited.conflicts("7")] == ["theirs"]
    edited.push("7")
    assert edited.writes() == ["failed"]
    assert edited.is_true()


def test_an_observation_merged_with_an_edit_that_has_ended_is_ingested_again(
    edited: Edited,
) -> None:
    """Ours was taken back, looked up in vain and given up; then it arrives after all, compared before that."""
    before = edited.row("7").city or ""
    of_unknown_outcome(edited, city="Gent")
    edited.edit("7", city=before)
    body = {**edited.theirs("7"), "address": {"city": "Gent"}, "updatedAt": "2099-01-01T00:00:00Z"}
    observation = Observation(
        identify(orjson.dumps(body)), Origin.DELIVERY, Shape.DELIVERY, None, tickets.latest()
    )
    with DeliverySession(edited.connection, Resource.CUSTOMER) as session:
        pipeline = session.reading_pipeline(lambda: None)
        batch = pipeline.resolve(pipeline.prepare([observation]))
        outbox.mark_unsent(Write.objects.get())
        assert edited.edits("7") == {}
        with pytest.raises(LostRace):
            pipeline.write(batch, session.source({"7": 1}))
        pipeline.ingest([observation], session.source({"7": 1}))
    assert edited.row("7").city == "Gent", "what the upstream says, and not what stood before it"


def test_a_new_edit_recognizes_an_older_value_that_arrives_late(edited: Edited) -> None:
    """In a conflict ours was taken back, and then somebody edits again."""
    of_unknown_outcome(edited, email="ours@example.com")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    edited.edit("7", email="theirs@example.com")
    edited.edit("7", email="again@example.com")
    assert edited.edits("7")["email"].sent == ["ours@example.com"]
    edited.sim.control.change(["7"], fields={"email": "ours@example.com"})
    edited.push("7")
    assert edited.theirs("7")["email"] == "again@example.com"
    assert [found[-1] for found in edited.conflicts("7")] == ["theirs"]


def test_a_late_observation_of_an_unchanged_value_is_no_lost_update(edited: Edited) -> None:
    """Somebody wrote after us, and the webhook of it comes when it was read already."""
    edited.edit("7", email="ours@example.com")
    edited.sim.control.interject("change", MEANWHILE, method="PATCH", times=1, after=True)
    edited.push("7")
    body = orjson.dumps(edited.theirs("7"))
    observation = Observation(identify(body), Origin.DELIVERY, Shape.DELIVERY, None, tickets.latest())
    with DeliverySession(edited.connection, Resource.CUSTOMER) as session:
        session.reading_pipeline(lambda: None).ingest([observation], session.source({"7": 1}))
    assert [found[0] for found in edited.conflicts("7")] == ["both"]
