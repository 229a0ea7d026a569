"""Law 5: what is pushed is read again, merged, sent once and read back."""

import pytest

from counterfoil.mirror.models import Change, PendingEdit, Write
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_what_differs_is_sent_and_read_back(edited: Edited) -> None:
    before = edited.theirs("7")
    edited.edit("7", city="Gent", email="new@example.com")
    run = edited.push("7")
    after = edited.theirs("7")
    assert (run.state, run.pushed, run.failed) == ("completed", 1, 0)
    assert (after["address"]["city"], after["email"]) == ("Gent", "new@example.com")
    assert {**after, "address": before["address"], "email": before["email"], "updatedAt": 0} == {
        **before,
        "updatedAt": 0,
    }
    assert (edited.edits("7"), edited.writes(), edited.is_true()) == ({}, ["done"], True)


def test_clearing_is_pushed(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"email": "someone@example.com"})
    edited.sync(full=True)
    edited.edit("7", email="")
    edited.push("7")
    assert edited.theirs("7").get("email") is None
    assert edited.edits("7") == {}


def test_a_role_is_written_to_its_extra_field(edited: Edited) -> None:
    edited.edit("7", upstream_role="forwarder")
    edited.push("7")
    assert edited.theirs("7")["extraFields"]["Role"]["stringValue"] == "FORWARDER"


def test_edits_of_one_record_join_into_one_write(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.edit("7", email="new@example.com")
    edited.edit("7", city="Brugge")
    edited.push()
    (write,) = Write.objects.all()
    assert {field: said["value"] for field, said in write.fields.items()} == {
        "city": "Brugge",
        "email": "new@example.com",
    }


def test_changes_upstream_in_other_fields_stay(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.push("7")
    row = edited.row("7")
    assert (row.city, row.email) == ("Gent", "theirs@example.com")
    assert edited.is_true()


def test_the_echo_of_our_own_write_changes_nothing(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.push("7")
    row, lines = edited.row("7"), Change.objects.count()
    run = edited.sync(full=True)
    assert (run.updated, edited.row("7").version, Change.objects.count()) == (0, row.version, lines)


def test_a_field_changed_on_both_sides_is_not_pushed(edited: Edited) -> None:
    base = edited.row("7").email
    edited.edit("7", email="ours@example.com", city="Gent")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    run = edited.push("7")
    assert edited.conflicts("7") == [("both", "email", base, "ours@example.com", "theirs@example.com", "")]
    assert (edited.theirs("7")["email"], edited.theirs("7")["address"]["city"]) == ("theirs@example.com", "Gent")
    assert (run.state, run.pushed, run.conflicts) == ("completed", 1, 1)
    assert edited.row("7").email == "ours@example.com"


def test_a_rejected_record_does_not_stop_the_others(edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    edited.edit("7", upstream_role="NO SUCH ROLE")
    edited.edit("8", city="Gent")
    run = edited.push()
    assert (run.pushed, run.failed) == (1, 1)
    assert "not an option" in edited.edits("7")["upstream_role"].refused
    assert edited.theirs("8")["address"]["city"] == "Gent"


def test_a_rejected_field_does_not_hold_back_the_others(edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    edited.edit("7", upstream_role="NO SUCH ROLE", city="Gent")
    run = edited.push("7")
    assert (run.pushed, run.failed) == (1, 1)
    assert edited.theirs("7")["address"]["city"] == "Gent"
    assert edited.edits("7").keys() == {"upstream_role"}


def test_a_rejected_value_is_not_sent_again_before_it_is_changed(edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    edited.edit("7", upstream_role="NO SUCH ROLE")
    edited.push()
    assert edited.push().expected == 0
    edited.edit("7", upstream_role="FORWARDER")
    assert edited.push().pushed == 1
    assert not PendingEdit.objects.exists()


def test_a_customer_edited_here_and_deleted_upstream_is_a_conflict(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.delete(["7"])
    assert edited.push("7").conflicts == 1
    (conflict,) = edited.conflicts("7")
    assert (conflict[0], conflict[3]) == ("deleted", {"city": "Gent"})
    assert edited.row("7").state == "tombstone"
