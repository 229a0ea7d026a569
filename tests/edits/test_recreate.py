"""Laws 3 and 5: before a deleted customer is created again, the upstream is asked for it once more."""

from collections.abc import Iterator

import pytest

from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Conflict, Customer, Decision
from counterfoil_simulators.robaws import RobawsSimulator
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start 12 clients."""
    with RobawsSimulator(customers=12, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def mistaken(edited: Edited) -> Edited:
    """Push an edit of client 7 while the upstream denies it."""
    edited.sim.control.fault("not_found", form="own", path="/clients/7")
    edited.edit("7", city="Gent")
    edited.push("7")
    assert edited.row("7").state == "tombstone"
    return edited


def test_law_3_a_customer_that_answers_again_is_revived_and_not_created(mistaken: Edited) -> None:
    mistaken.sim.control.clear_faults()
    row = mistaken.settle("7", Decision.RECREATE)
    assert (row.external_id, row.state, mistaken.conflicts("7")[0][-1]) == ("7", "present", "withdrawn")
    mistaken.push()
    assert mistaken.theirs("7")["address"]["city"] == "Gent"
    assert mistaken.sim.control.count() == 12
    assert Customer.objects.count() == 12


def test_law_5_the_push_asks_again_before_it_creates(mistaken: Edited) -> None:
    """The decision was made while the outage lasted; the push comes after it."""
    new = mistaken.settle("7", Decision.RECREATE)
    mistaken.sim.control.clear_faults()
    mistaken.push()
    new.refresh_from_db()
    assert (new.state, new.merged_into_id) == ("merged", mistaken.row("7").pk)
    assert (mistaken.row("7").state, mistaken.theirs("7")["address"]["city"]) == ("present", "Gent")
    assert mistaken.sim.control.count() == 12
    assert mistaken.is_true()


def test_law_3_nothing_is_created_where_the_upstream_cannot_be_asked(mistaken: Edited) -> None:
    mistaken.sim.control.clear_faults()
    mistaken.sim.control.fault("server_error", path="/clients/7")
    with pytest.raises(NotPossibleNow, match="asked for it once more"):
        mistaken.settle("7", Decision.RECREATE)
    assert Conflict.objects.get().settled_at is None
    assert Customer.objects.filter(state="local").count() == 0


def test_law_5_a_creation_that_cannot_be_found_again_waits_for_the_next_push(mistaken: Edited) -> None:
    mistaken.settle("7", Decision.RECREATE)
    mistaken.sim.control.clear_faults()
    mistaken.sim.control.fault("not_found", form="html", path="/clients/7")
    mistaken.push()
    assert mistaken.sim.control.count() == 12
    assert Customer.objects.filter(state="local").count() == 1


@pytest.mark.parametrize("form", ["empty", "json", "html"])
def test_law_5_another_systems_404_to_a_write_is_looked_up(edited: Edited, form: str) -> None:
    edited.sim.control.fault("not_found", form=form, path="/clients/7", method="PATCH", times=1)
    edited.edit("7", city="Gent")
    run = edited.push("7")
    assert (run.state, edited.row("7").state, set(edited.edits("7"))) == ("completed", "present", {"city"})
    assert edited.push("7").pushed == 1
    assert edited.theirs("7")["address"]["city"] == "Gent"


@pytest.mark.parametrize("form", ["empty", "json", "html"])
def test_law_5_a_write_carried_out_behind_a_404_is_recognised(edited: Edited, form: str) -> None:
    edited.sim.control.fault("not_found", form=form, path="/clients/7", method="PATCH", times=1, after=True)
    edited.edit("7", city="Gent")
    run = edited.push("7")
    assert (run.pushed, edited.edits("7"), edited.writes()) == (1, {}, ["done"])


@pytest.mark.parametrize("form", ["empty", "json", "html"])
def test_law_3_a_pushs_own_read_is_controlled_too(edited: Edited, form: str) -> None:
    edited.sim.control.fault("not_found", form=form, path="/clients/7", method="GET")
    edited.edit("7", city="Gent")
    edited.push("7")
    assert (edited.row("7").state, edited.conflicts("7"), set(edited.edits("7"))) == ("present", [], {"city"})


def test_law_3_a_creation_denied_by_its_read_waits_within_the_guard(edited: Edited) -> None:
    """Each is denied when it is read back; half as many may go as there were and are."""
    edited.sim.control.fault("not_found", form="own", path="/clients/*", method="GET")
    for number in range(14):
        edited.create(name=f"New customer {number}")
    edited.push()
    states = list(Customer.objects.filter(first_source="edit").values_list("state", flat=True))
    assert sorted(states) == ["missing"] * 2 + ["tombstone"] * 12
    assert Conflict.objects.filter(kind="deleted").count() == 12
