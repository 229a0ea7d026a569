"""Law 4: edits stand on a base, show at once, and are merged per field."""

import pytest

from counterfoil.errors import InvalidInput
from counterfoil.mirror.models import Change, PendingEdit
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_edit_shows_at_once_and_is_marked_as_unconfirmed(edited: Edited) -> None:
    before = edited.row("7").phone
    made = edited.edit("7", phone="+32 3 234 56 78")
    row, edits = edited.row("7"), edited.edits("7")
    assert made.pending == ["phone"]
    assert (row.phone, row.phone_e164) == ("+32 3 234 56 78", "+3232345678")
    assert (edits["phone"].base, edits["phone"].value) == (before, "+32 3 234 56 78")


def test_history_has_who_edited_what(edited: Edited) -> None:
    before = edited.row("7").city
    edited.edit("7", city="Gent")
    change = Change.objects.get(field="city")
    assert (change.source, change.before, change.after) == ("edit", before, "Gent")


def test_editing_back_to_the_base_removes_the_edit(edited: Edited) -> None:
    before = edited.row("7")
    edited.edit("7", city="Gent")
    made = edited.edit("7", city=before.city or "")
    assert made.undone == ["city"]
    assert edited.row("7").city == before.city
    assert not PendingEdit.objects.exists()


def test_clearing_a_field_is_an_edit(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"email": "someone@example.com"})
    edited.sync(full=True)
    edited.edit("7", email="")
    assert edited.row("7").email is None
    assert edited.edits("7")["email"].value is None


def test_a_sync_keeps_an_edit_and_updates_everything_else(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.change(["7"], fields={"email": "new@example.com"})
    edited.sync(full=True)
    row = edited.row("7")
    assert (row.city, row.email) == ("Gent", "new@example.com")
    assert edited.edits("7").keys() == {"city"}


def test_the_same_change_on_the_other_side_confirms_the_edit(edited: Edited) -> None:
    edited.edit("7", email="new@example.com")
    edited.sim.control.change(["7"], fields={"email": "new@example.com"})
    edited.sync(full=True)
    assert edited.edits("7") == {}
    assert edited.conflicts("7") == []


@pytest.mark.parametrize("typed", [{"name": " "}, {"nonsense": "x"}, {"is_active": "no"}, {"city": "x" * 1001}])
def test_an_impossible_edit_is_rejected_as_a_whole(edited: Edited, typed: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        edited.edit("7", phone="+3232345678", **typed)
    assert not PendingEdit.objects.exists()


def test_a_pass_in_which_nothing_changed_leaves_an_edited_row_alone(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    version = edited.row("7").version
    run = edited.sync(full=True)
    assert (run.updated, edited.row("7").version) == (0, version)
