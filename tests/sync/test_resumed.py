"""Law 11: what a resumed sync had read before its interruption is older than the command, and it says so."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from counterfoil.mirror import coverage
from counterfoil.mirror.models import ContactPerson, Run, RunState
from counterfoil.runs import report
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import Mirrored

PAGE = 2


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start six customers: three pages."""
    with RobawsSimulator(6, seed=7, rate=None) as simulator:
        yield simulator


def interrupt(mirror: Mirrored, page: int, **options: Any) -> Run:
    """Let a full sync fail at a page, so that the next one resumes it."""
    mirror.sim.control.fault("server_error", path="/clients", page=page)
    run = mirror.sync(full=True, page_size=PAGE, **options)
    assert (run.state, run.resumable) == (RunState.FAILED, True)
    mirror.sim.control.clear_faults()
    return run


def test_law_11_a_resumed_full_sync_says_as_of_when(mirror: Mirrored) -> None:
    run = interrupt(mirror, page=2)
    assert report.report(run)["resumed_as_of"] is None, "it has not been resumed yet"
    began = run.started_at
    resumed = mirror.sync(full=True, page_size=PAGE)
    assert (resumed.pk, resumed.state) == (run.pk, RunState.COMPLETED)
    assert report.report(resumed)["resumed_as_of"] == began
    assert coverage.load(mirror.connection.pk).complete_pass_at == began
    fresh = mirror.sync(full=True, page_size=PAGE)
    assert report.report(fresh)["resumed_as_of"] is None
    assert report.sum_reports([report.report(fresh), report.report(resumed)])["resumed_as_of"] == began


def test_the_pass_after_a_resumed_one_sees_what_changed_on_the_pages_read_before(mirror: Mirrored) -> None:
    mirror.sim.control.clock_freeze()
    first_answer = datetime.fromisoformat(mirror.sim.control.now()).replace(microsecond=0)
    interrupt(mirror, page=2)
    mirror.sim.control.clock_move(3600)
    mirror.sim.control.change([mirror.sim.control.ids()[0]], fields={"tel": "03 234 56 78"})
    mirror.sim.control.clock_move(3600)
    mirror.sim.control.change([mirror.sim.control.ids()[5]], fields={"tel": "03 234 56 79"})
    assert mirror.sync(full=True, page_size=PAGE).state == RunState.COMPLETED
    watermark = coverage.load(mirror.connection.pk).watermark
    assert watermark is not None
    assert watermark <= first_answer.astimezone(UTC)
    assert not mirror.is_true(), "the first page was not read again"
    assert mirror.sync().kind == "incremental"
    assert mirror.is_true()


def test_the_pass_after_resumed_persons_reads_customers_that_changed_meanwhile(
    transactional_db: None,
) -> None:
    with at_noon(), ZohoBooksSimulator(contacts=6, seed=5, rate=None) as sim:
        books, control = Books.connect(sim), sim.control
        books.sync()
        books.a_day_goes_by()
        control.fault("server_error", path="/contacts/contactpersons", page=2)
        assert books.sync(full=True, page_size=PAGE)["contact_person"].state == RunState.FAILED
        control.clear_faults()
        changed = list(dict(ContactPerson.objects.values_list("customer_external_id", "external_id")).values())
        for person in changed:
            control.clock_move(3600)
            control.change_person(str(person), {"last_name": f"Renamed {person}"})
        resumed = books.sync(page_size=PAGE)["contact_person"]
        assert (resumed.state, resumed.as_of) == (RunState.COMPLETED, resumed.started_at)
        books.sync(page_size=PAGE)
        rows = ContactPerson.objects.filter(external_id__in=changed)
    assert set(rows.values_list("last_name", flat=True)) == {f"Renamed {person}" for person in changed}
