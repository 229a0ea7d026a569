"""Law 4: what both sides changed is put in front of a person, unless a policy decides."""

import pytest

from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Conflict, Decision, PendingEdit, Policy, Rule
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clash(edited: Edited) -> Edited:
    """Both sides have changed the e-mail of 7; the base is old@example.com."""
    edited.sim.control.change(["7"], fields={"email": "old@example.com"})
    edited.sync(full=True)
    edited.edit("7", email="ours@example.com")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    return edited


def test_our_value_is_pushed_once_it_was_chosen(clash: Edited) -> None:
    clash.sync(full=True)
    clash.push()
    assert clash.theirs("7")["email"] == "theirs@example.com"
    clash.settle("7", Decision.OURS)
    clash.push()
    assert clash.theirs("7")["email"] == "ours@example.com"
    assert (clash.edits("7"), clash.is_true()) == ({}, True)


def test_their_value_shows_at_once_when_it_was_chosen(clash: Edited) -> None:
    clash.sync(full=True)
    clash.settle("7", Decision.THEIRS)
    assert (clash.row("7").email, clash.edits("7")) == ("theirs@example.com", {})


def test_a_conflict_is_settled_once(clash: Edited) -> None:
    clash.sync(full=True)
    conflict = Conflict.objects.get()
    clash.settle("7", Decision.THEIRS)
    from counterfoil.edits import resolve_conflict

    with pytest.raises(NotPossibleNow, match="already settled"):
        resolve_conflict.resolve(conflict, Decision.OURS)


def test_an_open_conflict_follows_the_upstreams_value(clash: Edited) -> None:
    clash.sync(full=True)
    clash.sim.control.change(["7"], fields={"email": "later@example.com"})
    clash.sync(full=True)
    assert [(theirs, decision) for *_, theirs, decision in clash.conflicts("7")] == [("later@example.com", "")]


@pytest.mark.parametrize(
    ("email", "decision", "waits"), [("old@example.com", "withdrawn", True), ("ours@example.com", "agreed", False)]
)
def test_a_conflict_closes_once_both_sides_agree(clash: Edited, email: str, decision: str, waits: bool) -> None:
    clash.sync(full=True)
    clash.sim.control.change(["7"], fields={"email": email})
    clash.sync(full=True)
    assert [found[-1] for found in clash.conflicts("7")] == [decision]
    assert bool(clash.edits("7")) == waits


@pytest.mark.parametrize(
    ("rule", "upstream", "wins", "decision"),
    [
        (Rule.UPSTREAM, "theirs@example.com", "theirs@example.com", "theirs"),
        (Rule.OURS, "theirs@example.com", "ours@example.com", "ours"),
        (Rule.FILL, "theirs@example.com", "theirs@example.com", "theirs"),
        (Rule.FILL, "", "ours@example.com", "ours"),
    ],
)
def test_a_policy_decides_and_its_decision_is_recorded(
    clash: Edited, rule: Rule, upstream: str, wins: str, decision: str
) -> None:
    Policy.objects.create(connection=clash.connection, field="email", rule=rule)
    clash.sim.control.change(["7"], fields={"email": upstream})
    clash.push("7")
    assert clash.theirs("7")["email"] == wins
    assert clash.row("7").email == wins
    (found,) = Conflict.objects.all()
    assert (found.decision, found.by_policy, found.ours) == (decision, True, "ours@example.com")
    assert not PendingEdit.objects.exists()


def test_typing_the_upstreams_value_ends_the_conflict(clash: Edited) -> None:
    clash.sync(full=True)
    clash.edit("7", email="theirs@example.com")
    assert clash.edits("7") == {}
    assert [found[-1] for found in clash.conflicts("7")] == ["theirs"]
    assert clash.push().expected == 0


def test_a_default_policy_leaves_fields_with_their_own_policy_alone(clash: Edited) -> None:
    Policy.objects.create(connection=clash.connection, field="", rule=Rule.OURS)
    Policy.objects.create(connection=clash.connection, field="email", rule=Rule.ASK)
    clash.push("7")
    assert [found[-1] for found in clash.conflicts("7")] == [""]


def test_the_edits_of_a_deleted_customer_can_be_dropped(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.delete(["7"])
    edited.push("7")
    edited.settle("7", Decision.DROP)
    assert (edited.edits("7"), edited.row("7").state) == ({}, "tombstone")
    assert edited.row("7").city != "Gent"


def test_a_deleted_customer_with_edits_can_be_created_again(edited: Edited) -> None:
    name = edited.row("7").name
    edited.edit("7", city="Gent")
    edited.sim.control.delete(["7"])
    edited.push("7")
    again = edited.settle("7", Decision.RECREATE)
    run = edited.push()
    again.refresh_from_db()
    assert (run.created, again.state, again.name, again.city) == (1, "present", name, "Gent")
    assert edited.theirs(str(again.external_id))["address"]["city"] == "Gent"
    assert edited.row("7").state == "tombstone"
    assert edited.is_true()


def test_a_deleted_record_that_is_back_closes_its_conflict(edited: Edited) -> None:
    edited.sim.control.snapshot("before")
    edited.edit("7", city="Gent")
    edited.sim.control.delete(["7"])
    edited.push("7")
    edited.sim.control.restore("before")
    edited.sync(client_id="7")
    assert [found[-1] for found in edited.conflicts("7")] == ["withdrawn"]
    edited.push()
    assert edited.theirs("7")["address"]["city"] == "Gent"


def observe(edited: Edited, way: str) -> None:
    """See customer 7 as it is upstream now."""
    if way == "webhook":
        edited.webhook("7")
    elif way == "push":
        edited.push("7")
    else:
        edited.sync(**({"full": True} if way == "page" else {"client_id": "7"}))


@pytest.mark.parametrize("way", ["page", "read", "webhook", "push"])
def test_law_4_one_value_in_two_spellings_settles_by_itself(edited: Edited, way: str) -> None:
    edited.sim.control.change(["7"], fields={"address": {"country": "België"}})
    edited.sync(full=True)
    edited.edit("7", phone="03 234 56 78", website="https://www.acme.example/", name="Acme B.V.")
    theirs = {"tel": "+32 3 234.56.78", "website": "acme.example", "name": "ACME  bv"}
    edited.sim.control.change(["7"], fields=theirs)
    observe(edited, way)
    row = edited.row("7")
    assert (edited.conflicts("7"), edited.edits("7")) == ([], {})
    assert (row.phone, row.website, row.name) == ("+32 3 234.56.78", "acme.example", "ACME  bv")
    edited.push()
    assert edited.sim.control.writes() == []


def test_the_country_of_the_customer_decides_what_is_the_same_number(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"address": {"country": "Nederland"}})
    edited.sync(full=True)
    edited.edit("7", phone="020 123 4567")
    edited.sim.control.change(["7"], fields={"tel": "+31 20 1234567"})
    edited.sync(full=True)
    assert (edited.conflicts("7"), edited.edits("7")) == ([], {})


def test_a_spelling_corrected_here_is_sent_although_the_number_is_the_same(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"tel": "03/2345678"})
    edited.sync(full=True)
    edited.edit("7", phone="03 234 56 78")
    assert edited.push("7").pushed == 1
    assert edited.theirs("7")["tel"] == "03 234 56 78"


def test_a_value_that_says_more_than_theirs_is_still_a_conflict(edited: Edited) -> None:
    edited.edit("7", email="info@acme.example; jan@acme.example")
    edited.sim.control.change(["7"], fields={"email": "info@acme.example"})
    edited.push("7")
    assert [found[0] for found in edited.conflicts("7")] == ["both"]
