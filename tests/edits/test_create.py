"""Law 5: a local customer is created upstream once, whatever happens on the way."""

from typing import Any

import pytest

from counterfoil.edits import create, delete, edit, request_push, resolve_conflict
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.mirror.models import Conflict, Customer, Decision, PendingDeletion, PendingEdit, Write
from counterfoil.worker.handlers import execute_run
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_local_customer_shows_at_once_and_is_upstream_after_a_push(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com", phone="03 234 56 78")
    assert (made.state, made.external_id, made.phone_e164) == ("local", None, "+3232345678")
    run = edited.push()
    made.refresh_from_db()
    client = edited.theirs(str(made.external_id))
    assert (run.created, made.state) == (1, "present")
    assert (client["name"], client["email"], client["tel"]) == (
        "Nieuwe Klant BV",
        "nieuw@example.com",
        "03 234 56 78",
    )
    assert not PendingEdit.objects.exists()
    assert edited.is_true()


def test_a_customer_can_be_created_while_the_upstream_is_down(edited: Edited) -> None:
    edited.sim.stop()
    made = edited.create(name="Nieuwe Klant BV")
    assert edited.push().state == "failed"
    edited.sim.start()
    edited.push()
    made.refresh_from_db()
    assert made.state == "present"


def test_later_edits_wait_until_the_record_has_come_back(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", email="first@example.com")
    edited.sim.control.fault("dropped", method="POST", times=1, after=True)
    edited.push()
    edit.edit_customer(made, {"email": "second@example.com"})
    edited.push()
    edited.push()
    made.refresh_from_db()
    assert edited.theirs(str(made.external_id))["email"] == "second@example.com"
    assert not PendingEdit.objects.exists()


def test_a_page_that_has_the_new_record_first_updates_the_local_row(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    before = edited.sim.control.count()
    edited.sim.control.fault("dropped", method="POST", times=1, after=True)
    edited.push()
    assert edited.sim.control.count() in (before, before + 1)
    edited.sync(full=True)
    edited.push()
    made.refresh_from_db()
    assert edited.sim.control.count() == before + 1
    assert Customer.objects.filter(name="Nieuwe Klant BV").exclude(state="merged").count() == 1
    assert made.state == "present"


def test_a_deletion_confirmed_for_the_row_of_a_page_goes_over_to_the_local_row(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.fault("dropped", method="POST", times=1, after=True, at="start")
    edited.push()
    edited.sim.control.clear_faults()
    edited.sync(full=True)
    twin = Customer.objects.get(name="Nieuwe Klant BV", state="present")
    delete.confirm_deletion(twin, delete.DeletionQuestion.about(twin).mark)
    execute_run(request_push.request_push(edited.connection, records=[made.pk]))
    twin.refresh_from_db()
    assert (twin.state, twin.merged_into) == ("merged", made)
    assert PendingDeletion.objects.get().record_id == made.pk
    edited.push()
    made.refresh_from_db()
    assert (made.state, PendingDeletion.objects.count()) == ("tombstone", 0)
    assert made.external_id not in edited.sim.control.ids()


def test_a_new_customer_needs_a_name(edited: Edited) -> None:
    with pytest.raises(InvalidInput):
        edited.create(email="nieuw@example.com")
    assert not Customer.objects.filter(state="local").exists()


def test_a_rejected_creation_is_shown_and_sent_again_once_corrected(edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    made = edited.create(name="Nieuwe Klant BV", upstream_role="NO SUCH ROLE")
    assert edited.push().failed == 1
    assert "not an option" in PendingEdit.objects.get(field="upstream_role").refused
    edit.edit_customer(made, {"upstream_role": "FORWARDER"})
    assert edited.push().created == 1


def test_a_pass_leaves_local_customers_alone(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV")
    edited.sync(full=True)
    made.refresh_from_db()
    assert made.state == "local"


def test_a_lookalike_that_appeared_meanwhile_opens_a_conflict(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.fault("html_error", method="POST", times=1)
    edited.push()
    edited.sim.control.add(1, {"name": "Nieuwe Klant", "email": "nieuw@example.com"})
    edited.push()
    conflict = Conflict.objects.get(kind="created")
    other = resolve_conflict.resolve(conflict, Decision.SAME)
    made.refresh_from_db()
    assert (made.state, made.merged_into_id) == ("merged", other.pk)
    assert Write.objects.get().state == "done"


@pytest.mark.parametrize("kind", ["html_error", "dropped"])
def test_law_5_an_equal_record_that_may_be_a_colleagues_asks(edited: Edited, kind: str) -> None:
    """Our request never arrived, and a colleague has created the same customer meanwhile."""
    values = {"name": "Nieuwe Klant BV", "email": "nieuw@example.com"}
    made = edited.create(**values)
    edited.sim.control.fault(kind, method="POST", times=1, at="start")
    edited.push()
    (theirs,) = edited.sim.control.add(1, values)
    assert edited.push().conflicts == 1
    made.refresh_from_db()
    conflict = Conflict.objects.get(kind="created")
    assert [candidate["external_id"] for candidate in conflict.theirs or ()] == [theirs]
    assert (made.state, edited.row(theirs).state) == ("local", "present")
    assert [write["method"] for write in edited.sim.control.writes() if write["carried_out"]] == []
    resolve_conflict.resolve(conflict, Decision.NEW)
    assert edited.push().created == 1
    made.refresh_from_db()
    assert (made.state, made.external_id == theirs) == ("present", False)
    assert edited.is_true()


def test_law_5_the_answer_to_its_key_tells_our_record_from_a_colleagues(edited: Edited) -> None:
    values = {"name": "Nieuwe Klant BV", "email": "nieuw@example.com"}
    made = edited.create(**values)
    edited.sim.control.fault("dropped", method="POST", times=1, after=True, at="start")
    edited.push()
    edited.sim.control.add(1, values)
    edited.sync(full=True)
    assert edited.push().created == 1
    made.refresh_from_db()
    ours = min(int(client["id"]) for client in edited.sim.control.clients() if client["name"] == made.name)
    assert (made.state, made.external_id) == ("present", str(ours))
    assert not Conflict.objects.exists()
    assert edited.is_true()


def test_a_namesake_that_appeared_before_the_first_push_asks(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", phone="03 234 56 78")
    (theirs,) = edited.sim.control.add(1, {"name": "NIEUWE KLANT B.V.", "tel": "03 999 99 99"})
    edited.sync(full=True)
    assert edited.push().conflicts == 1
    assert edited.sim.control.writes() == []
    other = resolve_conflict.resolve(Conflict.objects.get(kind="created"), Decision.SAME)
    made.refresh_from_db()
    assert (other.external_id, made.state, made.merged_into) == (theirs, "merged", other)


def test_a_discarded_customer_leaves_no_question_open(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV")
    edited.sim.control.add(1, {"name": "Nieuwe Klant BV"})
    edited.sync(full=True)
    edited.push()
    create.discard_customer(made)
    assert [conflict.decision for conflict in Conflict.objects.all()] == ["withdrawn"]


def test_a_deleted_lookalike_is_created_again_only_by_decision(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com", city="Gent")
    edited.sim.control.fault("html_error", method="POST", times=1)
    edited.push()
    (there,) = edited.sim.control.add(1, {"name": "Nieuwe Klant", "email": "nieuw@example.com"})
    edited.push()
    edited.sim.control.delete([there])
    edited.sync(full=True)
    edited.sync(client_id=there)
    other = resolve_conflict.resolve(Conflict.objects.get(kind="created"), Decision.SAME)
    made.refresh_from_db()
    assert (made.state, other.external_id, edited.row(there).state) == ("merged", there, "tombstone")
    edited.push()
    assert "Nieuwe Klant BV" not in {client["name"] for client in edited.sim.control.clients()}
    gone = Conflict.objects.get(kind="deleted")
    assert (gone.theirs_source, gone.theirs_at) == ("run", edited.row(there).state_at)
    again = resolve_conflict.resolve(gone, Decision.RECREATE)
    assert (again.name, again.city) == ("Nieuwe Klant BV", "Gent")
    assert edited.push().created == 1
    assert edited.is_true()


def test_a_discarded_local_customer_stays_as_a_tombstone(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV")
    create.discard_customer(made)
    made.refresh_from_db()
    assert (made.state, made.name) == ("tombstone", "Nieuwe Klant BV")
    assert (edited.push().expected, edited.sim.control.writes()) == (0, [])


def test_a_customer_that_may_exist_upstream_cannot_be_discarded(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV")
    edited.sim.control.fault("dropped", method="POST", times=1, after=True, at="start")
    edited.push()
    with pytest.raises(NotPossibleNow, match="not known yet"):
        create.discard_customer(made)


def test_a_record_deleted_before_read_back_is_created_again_only_by_decision(
    edited: Edited,
) -> None:
    made = edited.create(name="Nieuwe Klant BV")
    edited.sim.control.fault("html_error", method="GET", path="/clients/*", times=20)
    edited.push()
    edited.sim.control.clear_faults()
    (new,) = (str(client["id"]) for client in edited.sim.control.clients() if client["name"] == "Nieuwe Klant BV")
    edited.sim.control.delete([new])
    edited.push()
    made.refresh_from_db()
    assert (made.state, made.external_id) == ("tombstone", new)
    edited.push()
    assert len(edited.sim.control.writes()) == 1
    assert edited.conflicts(new)[0][0] == "deleted"


def test_a_created_value_missing_on_read_back_waits_for_a_person(edited: Edited) -> None:
    """Nobody can tell whether the upstream did not keep it, or somebody cleared it before the read."""
    edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.fault("html_error", method="GET", path="/clients/*", times=20)
    edited.push()
    edited.sim.control.clear_faults()
    (new,) = (str(client["id"]) for client in edited.sim.control.clients() if client["name"] == "Nieuwe Klant BV")
    edited.sim.control.change([new], fields={"email": None})
    edited.push()
    refused = edited.edits(new)["email"]
    assert (edited.row(new).email, refused.base) == ("nieuw@example.com", None)
    assert "not kept, or was cleared since" in refused.refused
    edited.push()
    assert edited.theirs(new).get("email") is None, "not sent again by itself"
    edit.undo_edit(refused)
    assert edited.is_true()


def test_a_creation_that_may_still_arrive_keeps_its_key(edited: Edited) -> None:
    """The first request got no answer and the second was rejected: the first may still arrive."""
    edited.create(name="Nieuwe Klant BV")
    edited.sim.control.fault("dropped", method="POST", times=1, at="start")
    edited.push()
    edited.sim.control.fault("forbidden", method="POST", times=1)
    edited.push()
    assert edited.writes() == ["unknown"]
    assert edited.push().created == 1
    assert edited.writes() == ["done"]


def came_in_beyond_recognition(edited: Edited) -> tuple[Customer, str]:
    """Create a customer without an answer; rename it upstream, so that a sync cannot match it."""
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.fault("dropped", method="POST", times=1, after=True, at="start")
    edited.push()
    (new,) = (str(client["id"]) for client in edited.sim.control.clients() if client["name"] == "Nieuwe Klant BV")
    edited.sim.control.change([new], fields={"name": "Heel Anders NV", "email": None})
    edited.sync(full=True)
    return made, new


def test_a_changed_record_is_recognized_by_the_answer_to_its_key(edited: Edited) -> None:
    made, new = came_in_beyond_recognition(edited)
    edit.edit_customer(made, {"phone": "03 234 56 78"})
    before = edited.sim.control.count()
    assert edited.push().created == 1
    made.refresh_from_db()
    assert (made.state, made.merged_into) == ("merged", edited.row(new))
    assert edited.edits(new).keys() == {"phone"}, "what they changed since is theirs"
    edited.push()
    assert edited.theirs(new)["tel"] == "03 234 56 78"
    assert edited.sim.control.count() == before
    assert edited.is_true()


def test_a_recognized_record_deleted_since_opens_a_conflict(edited: Edited) -> None:
    made, new = came_in_beyond_recognition(edited)
    edited.sim.control.delete([new])
    assert edited.push().conflicts == 1
    made.refresh_from_db()
    assert (made.state, edited.row(new).state) == ("merged", "tombstone")
    assert [(found[0], found[-1]) for found in edited.conflicts(new)] == [("deleted", "")]


def test_a_lookalike_that_appeared_and_was_deleted_opens_a_conflict(edited: Edited) -> None:
    edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.fault("dropped", method="POST", times=1, after=True, at="start")
    edited.push()
    (new,) = (str(client["id"]) for client in edited.sim.control.clients() if client["name"] == "Nieuwe Klant BV")
    edited.sim.control.change([new], fields={"email": None})
    edited.sync(full=True)
    edited.sim.control.delete([new])
    edited.sync(client_id=new)
    assert edited.row(new).state == "tombstone"
    edited.push()
    theirs: Any = Conflict.objects.get(kind="created").theirs
    assert [candidate["external_id"] for candidate in theirs] == [new]
    assert len(edited.sim.control.writes()) == 1


def test_an_unfinished_write_ends_with_its_record(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.fault("dropped", method="PATCH", times=1, after=True, at="start")
    edited.sim.control.fault("html_error", method="GET", path="/clients/7", times=20, skip=1)
    edited.push()
    edited.sim.control.clear_faults()
    edited.sim.control.delete(["7"])
    edited.sync(client_id="7")
    edited.push()
    assert edited.writes() == ["failed"]
