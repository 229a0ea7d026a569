"""Pages shorter than requested are followed by what came: no gap, and no second listing."""

from collections.abc import Iterator

import pytest

from counterfoil.mirror.models import ContactPerson, RunState
from counterfoil.sync.fetch import PagePlan
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

CAP = 10


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Simulate a Robaws that gives at most 10 records at once, however many are requested."""
    with RobawsSimulator(customers=45, seed=7, rate=None, max_size=CAP) as simulator:
        yield simulator


def test_an_upstream_that_caps_its_pages_is_listed_whole(mirror: Mirrored) -> None:
    run = mirror.sync()
    assert (run.state, run.attempt, run.created, run.api_calls) == (RunState.COMPLETED, 1, 45, 5)
    assert mirror.is_true()


def test_persons_of_capped_pages_are_listed_whole(mirror: Mirrored) -> None:
    runs = mirror.sync_all()
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    control = mirror.sim.control
    theirs = {person["id"] for client in control.ids() for person in control.contacts(client)}
    assert set(ContactPerson.objects.values_list("external_id", flat=True)) == theirs
    assert runs["contact_person"].attempt == 1


def test_many_changes_on_capped_pages_are_all_mirrored(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.clock_move(3600)
    mirror.sim.control.change(mirror.sim.control.ids()[:35], fields={"website": "https://new.example"})
    run = mirror.sync()
    assert (run.kind, run.state, run.attempt, run.updated) == ("incremental", RunState.COMPLETED, 1, 35)
    assert mirror.is_true()


def test_a_capped_listing_resumes_where_it_was(mirror: Mirrored) -> None:
    mirror.sim.control.fault("server_error", path="/clients", page=3)
    assert mirror.sync().state == RunState.FAILED
    mirror.sim.control.clear_faults()
    mirror.sim.control.reset_stats()
    run = mirror.sync()
    assert (run.state, run.attempt, run.created) == (RunState.COMPLETED, 1, 45)
    assert mirror.sim.control.stats()["requests"] < 5
    assert mirror.is_true()


def test_a_short_first_page_sets_the_size_of_those_that_follow() -> None:
    plan = PagePlan(100)
    plan.mark_requested(0)
    plan.mark_fetched(0, 50, 120, last=None, rows=50)
    assert (plan.page_count, plan.windows.window(1), plan.windows.window(2)) == (3, (1, 50), (2, 50))
    assert PagePlan(100, {0}, 120, first_entries=50).page_count == 3


def test_a_short_first_page_that_is_the_only_one_sets_nothing() -> None:
    plan = PagePlan(100)
    plan.mark_requested(0)
    plan.mark_fetched(0, 50, 50, last=None, rows=50)
    assert plan.done
    assert plan.windows.size == 100


def test_empty_pages_that_promise_more_end_the_listing() -> None:
    plan = PagePlan(200)
    for number, entries in enumerate((200, 0, 50, 0, 0)):
        assert plan.next_page() == number
        plan.mark_requested(number)
        plan.mark_fetched(number, entries, None, last=False, rows=entries)
    assert plan.next_page() is None
    assert plan.done
