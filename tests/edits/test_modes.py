"""A connection made read-only keeps every edit as an override of ours; written to again, it sends them."""

import pytest
from django.contrib.auth.models import User

from counterfoil.edits import read_only as write_mode
from counterfoil.mirror.models import Conflict, PendingEdit
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


def switch(edited: Edited, read_only: bool, user: User | None = None) -> int:
    return write_mode.set_read_only(edited.connection, read_only, user)


def test_pending_edits_become_overrides_that_outlive_every_sync(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    assert switch(edited, True) == 1
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    row = edited.row("7")
    assert (row.city, row.email) == ("Gent", "theirs@example.com")
    assert edited.edits("7")["city"].here_only
    assert edited.connection.settings["read_only"] is True


def test_overrides_become_pending_once_the_connection_is_writable(edited: Edited) -> None:
    switch(edited, True)
    edited.edit("7", city="Gent")
    assert edited.edits("7")["city"].here_only
    assert switch(edited, False) == 1
    assert "read_only" not in edited.connection.settings
    edited.push()
    assert edited.theirs("7")["address"]["city"] == "Gent"
    assert edited.edits("7") == {}
    assert edited.is_true()


def test_a_field_the_upstream_lacks_stays_here(edited: Edited) -> None:
    edited.connection.field_map.create(field="gl_account", source="somewhere.else")
    edited.edit("7", gl_account="400000", city="Gent")
    switch(edited, True)
    assert switch(edited, False) == 1
    assert {name: edit.here_only for name, edit in edited.edits("7").items()} == {
        "gl_account": True,
        "city": False,
    }


def test_switching_to_read_only_decides_open_conflicts_for_our_value(edited: Edited) -> None:
    anna = User.objects.create_user("anna")
    edited.edit("7", email="ours@example.com")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    switch(edited, True, anna)
    conflict = Conflict.objects.get()
    assert (conflict.decision, conflict.settled_by) == ("ours", anna)
    edit = edited.edits("7")["email"]
    assert (edit.base, edit.value, edit.conflict) == ("theirs@example.com", "ours@example.com", None)
    assert edited.row("7").email == "ours@example.com"
    edited.sync(full=True)
    assert Conflict.objects.count() == 1
    switch(edited, False)
    edited.push()
    assert edited.theirs("7")["email"] == "ours@example.com"


def test_an_override_that_the_upstream_agrees_with_ends(edited: Edited) -> None:
    switch(edited, True)
    edited.edit("7", email="same@example.com")
    edited.sim.control.change(["7"], fields={"email": "same@example.com"})
    edited.sync(full=True)
    switch(edited, False)
    assert not PendingEdit.objects.exists()
    assert edited.row("7").email == "same@example.com"


def test_a_rejection_is_cleared_and_the_edit_is_sent_again(edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    edited.edit("7", upstream_role="NO SUCH ROLE")
    edited.push()
    switch(edited, True)
    assert edited.edits("7")["upstream_role"].refused == ""
    switch(edited, False)
    assert edited.push().failed == 1


def test_a_local_customer_waits_while_the_connection_is_read_only(edited: Edited) -> None:
    made = edited.create(name="Nieuwe Klant BV", city="Gent")
    switch(edited, True)
    switch(edited, False)
    assert edited.push().created == 1
    made.refresh_from_db()
    assert edited.theirs(str(made.external_id))["address"]["city"] == "Gent"


def test_switching_to_the_current_mode_changes_nothing(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    version = edited.row("7").version
    assert switch(edited, False) == 0
    assert edited.row("7").version == version
