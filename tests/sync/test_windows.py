"""Lists of changes that move while they are read: pages that overlap leave no gap, whatever happens in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mirror import coverage
from counterfoil.mirror.models import RunState
from counterfoil.sync.fetch import PagePlan
from counterfoil.sync.windows import LARGE, REPEATED, Held, Windows, share_edges
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("size", [2, 3, 5, 10, 11, *range(LARGE, 201, 7), 100, 200])
def test_each_window_begins_in_the_one_before_and_reaches_farther(size: int) -> None:
    windows = Windows(size, overlapping=True)
    made = [windows.window(number) for number in range(windows.count(20 * size) + 1)]
    assert made[0] == (0, size)
    for before, after in pairwise(made):
        assert after.size <= size
        assert after.page * after.size <= before.end - (REPEATED if size >= LARGE else 0)
        assert after.end > before.end


def test_plain_windows_are_the_pages() -> None:
    assert [Windows(100).window(number) for number in (0, 1, 1_000_000)] == [(0, 100), (1, 100), (1_000_000, 100)]
    assert [Windows(100).count(total) for total in (0, 100, 101)] == [1, 1, 2]


class MovingList:
    """An upstream's list of changes, by id. Anything may happen before each request."""

    def __init__(self, count: int, random: Random, cap: int) -> None:
        self.now = START
        self.modified = dict.fromkeys(range(0, 3 * count, 3), self.now)
        self.random = random
        self.cap = cap
        self.busy = True

    def happen(self) -> None:
        """Change, delete or add some records."""
        for _ in range(self.random.choice((0, 1, 12)) if self.busy else 0):
            self.now += timedelta(seconds=self.random.randrange(3))
            keys = sorted(self.modified)
            if self.random.randrange(3):
                del self.modified[keys[self.random.randrange((len(keys) + 1) // 2)]]  # mostly on pages read before
            self.modified[self.random.randrange(300)] = self.now

    def page(self, number: int, size: int, since: datetime) -> tuple[dict[int, datetime], int]:
        """Answer one page and the total, after whatever happened before."""
        self.happen()
        listed = sorted(key for key, moment in self.modified.items() if moment >= since)
        size = min(size, self.cap)
        return {key: self.modified[key] for key in listed[number * size : (number + 1) * size]}, len(listed)


def list_changes(upstream: MovingList, since: datetime, size: int) -> tuple[dict[int, datetime], datetime, bool]:
    """List as a run does, pages in any order. Return what came, the first Date, and whether edges overlap."""
    plan = PagePlan(size, overlapping=True)
    pages: dict[int, dict[int, datetime]] = {}
    date, in_flight = upstream.now, list[int]()
    while True:
        number = plan.next_page()
        if number is not None and len(in_flight) < 3:
            plan.mark_requested(number)
            in_flight.append(number)
            continue
        if not in_flight:
            break
        arrived = in_flight.pop(upstream.random.randrange(len(in_flight)))
        window = plan.windows.window(arrived)
        pages[arrived], total = upstream.page(window.page, window.size, since)
        date = date if len(pages) > 1 else upstream.now
        rows = len(pages[arrived])
        plan.mark_fetched(arrived, rows, total, last=None, rows=rows)
    ordered = [pages[number] for number in sorted(pages)]
    sizes = [plan.windows.window(number).size for number in sorted(pages)]
    held = [Held({*map(str, page)}, len(page) >= size) for page, size in zip(ordered, sizes, strict=True)]
    return {key: at for page in ordered for key, at in page.items()}, date, share_edges(held)


@given(st.integers(1, 90), st.integers(LARGE, 30), st.sampled_from([LARGE, 25, 1000]), st.randoms())
def test_law_1_no_record_is_skipped_where_pages_overlap(count: int, size: int, cap: int, random: Random) -> None:
    upstream = MovingList(count, random, cap)
    before = dict(upstream.modified)
    listed, _, proven = list_changes(upstream, START, size)
    stayed = {key for key, at in before.items() if upstream.modified.get(key) == at}
    assert not proven or stayed <= listed.keys()


@given(st.integers(30, 90), st.integers(LARGE, 30), st.integers(1, 5), st.randoms())
def test_law_1_no_change_is_lost_for_good(count: int, size: int, passes: int, random: Random) -> None:
    """Whatever happens between any two requests: this pass finds a change, or the next one does."""
    upstream = MovingList(count, random, 1000)
    mark: datetime | None = START
    seen: dict[int, datetime] = {}
    for turn in range(passes + 1):
        upstream.busy = turn < passes
        upstream.happen()
        assert mark is not None
        listed, date, proven = list_changes(upstream, mark, size)
        seen |= listed
        if proven:
            mark = coverage.advance(mark, max(listed.values(), default=None), date)
    assert {key: seen.get(key) for key in upstream.modified} == upstream.modified


@given(st.integers(30, 90), st.randoms())
def test_a_list_that_stands_still_is_proven_at_once(count: int, random: Random) -> None:
    upstream = MovingList(count, random, 1000)
    upstream.busy = False
    listed, _, proven = list_changes(upstream, START, LARGE)
    assert proven
    assert listed == upstream.modified


class TestOverHttp:
    """The same with a simulated Robaws."""

    @pytest.fixture
    def sim(self) -> Iterator[RobawsSimulator]:
        with RobawsSimulator(customers=70, seed=7, rate=None) as simulator:
            yield simulator

    def test_law_1_a_change_pulled_over_a_page_edge_is_mirrored(self, mirror: Mirrored) -> None:
        """One record leaves the list, one enters it: the total stays the same, and so does the number listed."""
        mirror.sync()
        control = mirror.sim.control
        control.clock_move(3600)
        changed = control.ids()[:45]
        for external_id in changed:
            control.change([external_id], fields={"email": f"{external_id}@changed.example"})
        left, entered = changed[2:6], control.ids()[-4:]
        control.interject("delete", {"ids": left}, path="/clients", after=True)
        fields = {"email": "entered@changed.example"}
        control.interject("change", {"ids": entered, "fields": fields}, path="/clients", after=True)
        run = mirror.sync(page_size=LARGE)
        assert (run.kind, run.state, run.attempt) == ("incremental", RunState.COMPLETED, 2)
        here = {external_id: mirror.row(external_id).email for external_id in changed if external_id not in left}
        assert here == {external_id: f"{external_id}@changed.example" for external_id in here}

    def test_many_changes_that_stand_still_take_no_second_listing(self, mirror: Mirrored) -> None:
        mirror.sync()
        mirror.sim.control.clock_move(3600)
        mirror.sim.control.change(mirror.sim.control.ids()[:45], fields={"website": "https://new.example"})
        run = mirror.sync(page_size=LARGE)
        assert (run.state, run.attempt, run.updated, run.api_calls) == (RunState.COMPLETED, 1, 45, 4)
        assert (run.fetched, run.unchanged) == (46, 1), "each once, and the newest of the pass before (law 11)"
        assert mirror.is_true()
