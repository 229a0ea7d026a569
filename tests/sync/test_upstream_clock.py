"""A clock of the upstream that is put back: what changes meanwhile is found by the next pass, and it is said."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mirror import coverage
from counterfoil.mirror.models import ContactPerson, Coverage, RunState
from counterfoil.sync import status
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import Mirrored

HOUR = 3600


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Simulate a small Robaws."""
    with RobawsSimulator(customers=5, seed=7, rate=None) as simulator:
        yield simulator


def let_time_pass(mirror: Mirrored, seconds: int) -> None:
    """Move the upstream's clock, and our last passes as far back."""
    mirror.sim.control.clock_move(seconds)
    for reach in Coverage.objects.exclude(seen_at=None):
        assert reach.seen_at is not None
        reach.seen_at -= timedelta(seconds=seconds)
        reach.save()


def change(mirror: Mirrored, at: int) -> str:
    (changed,) = mirror.sim.control.change([mirror.sim.control.ids()[at]], fields={"email": f"{at}@new.example"})
    return changed


def test_law_1_a_change_after_the_clock_was_put_back_is_mirrored_at_once(mirror: Mirrored) -> None:
    mirror.sync()
    change(mirror, 0)
    mirror.sync()
    mirror.sim.control.clock_move(-HOUR)
    change(mirror, 1)
    run = mirror.sync()
    assert (run.state, run.kind) == (RunState.COMPLETED, "incremental")
    assert mirror.is_true()
    assert "The clock of Robaws was put back" in run.note


def test_law_1_the_passes_that_follow_a_clock_put_back_lose_nothing_either(mirror: Mirrored) -> None:
    """Also once the clock has passed the time at which it was put back."""
    mirror.sync()
    change(mirror, 0)
    mirror.sync()
    mirror.sim.control.clock_move(-HOUR)
    for at, pause in ((1, 600), (2, 600), (3, 2 * HOUR), (4, 600)):
        change(mirror, at)
        let_time_pass(mirror, pause)
        assert mirror.sync().state == RunState.COMPLETED
        assert mirror.is_true(), at


def test_law_1_a_clock_put_back_long_before_the_next_pass_is_noticed(mirror: Mirrored) -> None:
    """Its Date lies after the watermark again, and yet what changed meanwhile lies before it."""
    mirror.sync()
    change(mirror, 0)
    mirror.sync()
    mirror.sim.control.clock_move(-HOUR)
    change(mirror, 1)
    let_time_pass(mirror, 24 * HOUR)
    run = mirror.sync()
    assert mirror.is_true()
    assert "was put back" in run.note


def test_a_clock_put_back_is_said_on_the_connection_until_a_full_pass(mirror: Mirrored) -> None:
    mirror.sync()
    change(mirror, 0)
    mirror.sync()
    mirror.sim.control.clock_move(-HOUR)
    change(mirror, 1)
    mirror.sync()
    mirror.sync()
    (warning,) = status.about(mirror.connection)["warnings"]
    assert "was put back" in warning
    mirror.sync(full=True)
    assert status.about(mirror.connection)["warnings"] == []


def test_a_clock_that_goes_on_takes_no_second_call(mirror: Mirrored) -> None:
    mirror.sync()
    for pause in (0, 60, HOUR, 24 * HOUR):
        change(mirror, 0)
        let_time_pass(mirror, pause)
        run = mirror.sync()
        assert (run.api_calls, run.note) == (1, "")


def test_law_1_persons_of_contacts_changed_on_a_clock_put_back_are_read(transactional_db: None) -> None:
    with at_noon(), ZohoBooksSimulator(contacts=5, persons=8, invoices=5, vendors=0, seed=5, rate=None) as sim:
        books = Books.connect(sim, window_days=1_100)
        control = sim.control
        owner = control.contact_ids()[0]
        control.change_contact([owner], fields={"website": "https://a.example"})
        books.sync()
        control.clock_move(-HOUR)
        person = control.add_person(owner, {"first_name": "Ann"})
        control.change_contact([owner], fields={"website": "https://b.example"})
        (invoice,) = control.add_invoice(owner)
        books.sync()
        assert books.customer(owner).website == "https://b.example"
        assert books.invoice(invoice).customer is not None
        assert ContactPerson.objects.filter(external_id=person).exists()


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(), timedelta(days=30))


@given(moments, spans, spans, spans)
def test_law_1_the_start_lies_before_all_that_changed_since_the_last_pass(
    began: datetime, quiet: timedelta, elapsed: timedelta, back: timedelta
) -> None:
    """The last pass began at `began` upstream; since then `elapsed` went by, and the clock was put back."""
    since = coverage.incremental_start(began - quiet)
    date = began + elapsed - back
    start = coverage.earlier_start(since, date, elapsed) or since
    assert start <= max(began - back, since)
    assert start == since or start <= began - back - coverage.OVERLAP
    if not back:
        assert coverage.earlier_start(since, date, elapsed) is None


def test_without_an_earlier_pass_the_date_alone_tells() -> None:
    since = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert coverage.earlier_start(since, since, None) is None
    assert coverage.earlier_start(since, since - timedelta(hours=1), None) == since - timedelta(hours=1, minutes=5)
