"""A list in a mapped field: one value in the column, all of them on the page, none lost by an edit."""

import pytest

from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = ["info@x.example", "sales@x.example"]


def test_an_edit_replaces_the_value_shown_and_keeps_the_others(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"email": ADDRESSES})
    edited.sync(full=True)
    row = edited.row("7")
    assert (row.email, row.email_normalized, row.extra["email"]) == (ADDRESSES[0], ADDRESSES[0], ADDRESSES)
    edited.edit("7", email="new@x.example")
    before = [write["body"] for write in edited.sim.control.writes()]
    edited.push("7")
    (sent,) = [write["body"] for write in edited.sim.control.writes()][len(before) :]
    assert sent == {"email": ["new@x.example", ADDRESSES[1]]}


def test_a_second_value_that_changes_is_in_the_history(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"email": ADDRESSES})
    edited.sync(full=True)
    edited.sim.control.change(["7"], fields={"email": [ADDRESSES[0], "other@x.example"]})
    edited.sync(client_id="7")
    assert edited.history("7")[-1] == ("extra.email", ADDRESSES, [ADDRESSES[0], "other@x.example"])
