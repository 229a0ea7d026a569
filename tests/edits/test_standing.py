"""Every edit stands in one way, and whoever counts them counts the same."""

import pytest

from counterfoil.mirror import edit_status
from counterfoil.mirror import edit_status as counted
from counterfoil.mirror.edit_status import EditState
from counterfoil.mirror.models import PendingEdit
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def one_of_each(edited: Edited) -> Edited:
    """In conflict, of a record that was deleted there, refused, kept here only, and one that waits."""
    edited.sim.control.switch(strict_select=True)
    in_conflict, deleted, refused, other = edited.sim.control.ids()[:4]
    for client in (in_conflict, deleted):
        edited.edit(client, email=f"ours{client}@example.com")
    edited.edit(refused, upstream_role="NOBODY")
    edited.sim.control.change([in_conflict], fields={"email": "theirs@example.com"})
    edited.sim.control.delete([deleted])
    edited.push(in_conflict, deleted, refused)
    edited.edit(other, city="Gent", phone="+32 3 234 56 78")
    PendingEdit.objects.filter(field="phone").update(here_only=True)
    return edited


def test_every_edit_is_counted_as_it_is_shown(one_of_each: Edited) -> None:
    connection = one_of_each.connection
    shown = [line.state for line in edit_status.edit_lines(connection)]
    counts = counted.count_by_connection([connection.pk])[connection.pk]
    both = [EditState.CONFLICT, EditState.CONFLICT]
    assert sorted(shown) == [*both, EditState.HERE_ONLY, EditState.REFUSED, EditState.WAITS]
    assert (counts.waiting, counts.customers, counts.refused, counts.held_back, counts.kept) == (1, 1, 1, 2, 1)
    assert counts.conflicts == 2
