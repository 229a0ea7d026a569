"""Laws 3 and 5: a person's deletion is confirmed, sent once, and proven by a read."""

import pytest

from counterfoil.edits import activity, delete, edit
from counterfoil.edits.delete import DeletionQuestion
from counterfoil.errors import NotAllowed, NotPossibleNow
from counterfoil.mirror.models import (
    Change,
    Conflict,
    Customer,
    Decision,
    PendingDeletion,
    PendingEdit,
    Source,
    Write,
)
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


def confirm(edited: Edited, external_id: str = "7", user: object = None) -> PendingDeletion:
    row = edited.row(external_id)
    return delete.confirm_deletion(row, DeletionQuestion.about(row).mark, user)  # type: ignore[arg-type]


def reason_held(edited: Edited, external_id: str = "7") -> str:
    return PendingDeletion.objects.get(record_id=edited.row(external_id).pk).held


def deletions(edited: Edited) -> list[tuple[int, bool]]:
    """Return status and whether it was carried out of every DELETE that arrived."""
    writes = edited.sim.control.writes()
    return [(write["status"], write["carried_out"]) for write in writes if write["method"] == "DELETE"]


def test_a_confirmed_deletion_is_carried_out_by_the_next_push(edited: Edited) -> None:
    confirm(edited)
    assert edited.row("7").state == "present"
    run = edited.push()
    row = edited.row("7")
    assert (run.state, run.pushed, run.failed, run.note) == ("completed", 1, 0, "")
    assert (row.state, row.is_active, edited.writes()) == ("tombstone", False, ["done"])
    assert "7" not in edited.sim.control.ids()
    assert not PendingDeletion.objects.exists()


def test_law_5_a_deletion_is_on_record_before_it_is_sent(edited: Edited) -> None:
    confirm(edited)
    edited.sim.control.fault("dropped", method="DELETE", times=1, at="start")
    edited.push()
    write = Write.objects.get()
    assert (write.kind, write.requests[0][:2], write.state) == ("delete", ["DELETE", "clients/7"], "unknown")


def test_law_10_history_names_who_deleted(edited: Edited, django_user_model: type) -> None:
    anna = django_user_model.objects.create_user("anna")  # type: ignore[attr-defined]
    confirm(edited, user=anna)
    run = edited.push()
    change = Change.objects.get(field="state", after="tombstone")
    assert (change.source, change.reference, change.actor) == (Source.DELETION, run.pk, anna)


@pytest.mark.parametrize("answers_body", [False, True])
def test_law_3_only_a_read_proves_a_deletion(edited: Edited, answers_body: bool) -> None:
    edited.sim.control.switch(client_delete="kept", delete_answers_body=answers_body)
    confirm(edited)
    run = edited.push()
    assert (run.pushed, edited.row("7").state, edited.writes()) == (0, "present", ["unknown"])
    edited.push()
    assert "still returns it" in reason_held(edited)
    assert (edited.row("7").state, edited.writes(), len(deletions(edited))) == ("present", ["failed"], 1)


def test_law_3_an_unproven_deletion_stays_pending_with_its_reason(edited: Edited) -> None:
    confirm(edited)
    edited.sim.control.fault("html_error", method="GET", path="/clients/7", skip=1, times=10)
    run = edited.push()
    assert (run.pushed, edited.row("7").state) == (0, "present")
    write = Write.objects.get()
    assert (write.state, bool(write.error)) == ("unknown", True)
    edited.sim.control.clear_faults()
    edited.push()
    assert (edited.row("7").state, edited.writes(), len(deletions(edited))) == ("tombstone", ["done"], 1)


@pytest.mark.parametrize("arrived", [True, False])
def test_law_5_an_unknown_outcome_is_looked_up_before_it_is_sent_again(edited: Edited, arrived: bool) -> None:
    confirm(edited)
    edited.sim.control.fault("dropped", method="DELETE", times=1, after=arrived, at="start")
    edited.push()
    if not arrived:
        assert edited.row("7").state == "present"
        edited.push()
    assert edited.row("7").state == "tombstone"
    assert [carried_out for _, carried_out in deletions(edited)].count(True) == 1
    assert edited.writes()[-1] == "done"


def test_a_customer_that_is_gone_already_is_done(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    confirm(edited)
    edited.sim.control.delete(["7"])
    run = edited.push()
    assert (run.state, edited.row("7").state, deletions(edited)) == ("completed", "tombstone", [])
    assert (PendingDeletion.objects.count(), PendingEdit.objects.count()) == (0, 0)
    assert not Conflict.objects.exists(), "the person has decided"
    assert Change.objects.get(field="state", after="tombstone").source == Source.PUSH, "it was not ours"


def test_a_customer_changed_since_the_confirmation_asks_again(edited: Edited) -> None:
    confirm(edited)
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    run = edited.push()
    assert (run.pushed, deletions(edited)) == (0, [])
    assert ("E-mail" in reason_held(edited), "decision" in run.note) == (True, True)
    assert edited.push().expected == 0
    confirm(edited)
    edited.push()
    assert edited.row("7").state == "tombstone"


def test_a_question_that_was_overtaken_is_not_confirmed(edited: Edited) -> None:
    seen = DeletionQuestion.about(edited.row("7")).mark
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    with pytest.raises(NotPossibleNow, match="changed since"):
        delete.confirm_deletion(edited.row("7"), seen)


@pytest.mark.parametrize("order", ["edit confirm theirs", "edit theirs confirm", "theirs edit confirm"])
def test_law_4_a_change_of_theirs_hidden_by_an_edit_of_ours_asks_again(edited: Edited, order: str) -> None:
    """The row shows our value, so nobody has seen theirs when the deletion was confirmed."""
    for step in order.split():
        if step == "edit":
            edited.edit("7", city="Ours")
        elif step == "theirs":
            edited.sim.control.change(["7"], fields={"address": {"city": "Theirs"}})
        else:
            confirm(edited)
    edited.push()
    assert (edited.row("7").state, deletions(edited)) == ("present", [])
    assert "Changed since the deletion was confirmed: City." in reason_held(edited)
    confirm(edited)
    edited.push()
    assert edited.row("7").state == "tombstone"
    assert Conflict.objects.get().decision == Decision.DROP


@pytest.mark.parametrize(
    ("switch", "words"), [("refused", "sales invoices"), ("forbidden", "may not delete"), ("405", "405")]
)
def test_law_9_a_refused_deletion_waits_and_the_others_go_out(edited: Edited, switch: str, words: str) -> None:
    edited.sim.control.switch(client_delete=switch)
    confirm(edited)
    edited.edit("8", city="Gent")
    run = edited.push()
    assert (run.state, run.pushed, run.failed) == ("completed", 1, 1)
    assert words in reason_held(edited)
    assert edited.theirs("8")["address"]["city"] == "Gent"
    assert edited.push().expected == 0, "not sent again before a person confirms it again"


def test_a_deletion_can_be_undone_while_it_waits(edited: Edited) -> None:
    confirm(edited)
    assert delete.undo_deletion(edited.row("7")) is True
    assert delete.undo_deletion(edited.row("7")) is False
    edited.push()
    assert (edited.row("7").state, deletions(edited)) == ("present", [])


def test_a_deletion_without_a_known_outcome_cannot_be_undone(edited: Edited) -> None:
    confirm(edited)
    edited.sim.control.fault("dropped", method="DELETE", times=1, at="start")
    edited.push()
    with pytest.raises(NotPossibleNow, match="not known yet"):
        delete.undo_deletion(edited.row("7"))


def test_a_customer_about_to_be_deleted_is_not_edited_and_its_edits_wait(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.switch(client_delete="refused")
    confirm(edited)
    with pytest.raises(NotPossibleNow, match="about to be deleted"):
        edited.edit("7", city="Brugge")
    edited.push()
    assert edited.theirs("7")["address"]["city"] != "Gent"
    delete.undo_deletion(edited.row("7"))
    edited.push()
    assert edited.theirs("7")["address"]["city"] == "Gent"


def test_law_4_a_deletion_ends_the_edits_and_conflicts_that_were_shown(edited: Edited) -> None:
    edited.edit("7", email="ours@example.com", city="Gent")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    question = DeletionQuestion.about(edited.row("7"))
    assert (question.dependents.edits, question.dependents.conflicts) == (2, 1)
    confirm(edited)
    edited.push()
    row = edited.row("7")
    assert (row.state, row.email) == ("tombstone", "theirs@example.com"), "what Robaws held last"
    assert not PendingEdit.objects.exists()
    assert Conflict.objects.get().decision == Decision.DROP


def test_an_unfinished_update_is_looked_up_before_the_deletion(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.fault("dropped", method="PATCH", times=1, after=True)
    edited.sim.control.fault("html_error", method="GET", path="/clients/7", times=10, skip=1)
    edited.push("7")
    edited.sim.control.clear_faults()
    assert edited.writes() == ["unknown"]
    confirm(edited)
    edited.push()
    assert Write.objects.filter(kind="update", state="unknown").count() == 0


def test_the_echo_of_a_deletion_is_recognised_in_a_pass(edited: Edited) -> None:
    """The process dies after the answer; the next full pass misses the customer before any push looks it up."""
    confirm(edited)
    edited.sim.control.fault("html_error", status=502, method="GET", path="/clients/7", skip=1, times=10)
    edited.push()
    edited.sim.control.clear_faults()
    edited.sync(full=True)
    assert (edited.row("7").state, edited.writes()) == ("tombstone", ["done"])
    assert Change.objects.get(field="state", after="tombstone").source == Source.DELETION
    assert edited.push().expected == 0


def test_a_deleted_customer_is_not_asked_about_again(edited: Edited) -> None:
    confirm(edited)
    edited.push()
    with pytest.raises(NotPossibleNow):
        DeletionQuestion.about(edited.row("7"))


def test_nothing_is_deleted_on_a_read_only_connection(edited: Edited) -> None:
    edited.connection.settings["read_only"] = True
    edited.connection.save()
    with pytest.raises(NotAllowed, match="read-only"):
        DeletionQuestion.about(edited.row("7"))


def test_a_customer_that_was_never_sent_is_discarded_instead(edited: Edited) -> None:
    made: Customer = edited.create(name="Nieuwe Klant BV")
    with pytest.raises(NotPossibleNow, match="never created"):
        DeletionQuestion.about(made)


def test_an_undo_of_an_edit_waits_for_the_deletion_too(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    confirm(edited)
    with pytest.raises(NotPossibleNow):
        edit.undo_edit(edited.edits("7")["city"])


def test_robaws_has_no_way_to_deactivate_and_that_is_said(edited: Edited) -> None:
    with pytest.raises(NotAllowed, match="does not deactivate customers in Robaws"):
        activity.set_active(edited.row("7"), active=False)
