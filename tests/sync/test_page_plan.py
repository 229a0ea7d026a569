"""Law 8: only the pages not yet fetched are requested, each once, in any order of arrival."""

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.sync.fetch import EMPTY_PAGES_OF_TOTAL, GROWTH, PagePlan
from counterfoil.sync.windows import Windows


@given(st.integers(0, 2500), st.sampled_from([1, 7, 100]), st.sets(st.integers(0, 24)), st.randoms())
def test_every_page_is_requested_once_and_none_that_was_fetched_before(
    total: int, size: int, fetched: set[int], random: object
) -> None:
    pages = total // size + 1  # a full last page is followed by one more
    fetched = {number for number in fetched if number < pages}
    plan = PagePlan(size, fetched, total if fetched else None)
    in_flight: list[int] = []
    requested: list[int] = []
    while True:
        number = plan.next_page()
        if number is not None and len(in_flight) < 5:
            plan.mark_requested(number)
            in_flight.append(number)
            requested.append(number)
            continue
        if not in_flight:
            break
        arrived = in_flight.pop(random.randrange(len(in_flight)))  # type: ignore[attr-defined]
        plan.mark_fetched(arrived, size, total, last=None, rows=max(0, min(size, total - arrived * size)))
    assert sorted(requested) == sorted(set(range(pages)) - fetched)
    assert plan.done


def test_the_first_page_is_requested_alone_while_the_total_is_unknown() -> None:
    plan = PagePlan(100)
    plan.mark_requested(0)
    assert plan.next_page() is None


def test_a_total_that_grows_adds_pages() -> None:
    plan = PagePlan(100)
    plan.mark_requested(0)
    plan.mark_fetched(0, 90, 90, last=None, rows=90)
    assert plan.done
    plan.mark_fetched(0, 100, 101, last=None, rows=100)
    assert plan.next_page() == 1


def test_full_pages_are_followed_whatever_the_total_says() -> None:
    plan = PagePlan(100)
    requested = []
    while (number := plan.next_page()) is not None:
        plan.mark_requested(number)
        requested.append(number)
        plan.mark_fetched(number, 100, 190, last=None, rows=100 if number < 3 else 40)
    assert requested == [0, 1, 2, 3]


def test_after_an_interruption_a_full_last_page_is_still_followed_by_one_more() -> None:
    assert PagePlan(100, {0, 1}, 200).next_page() == 2
    assert PagePlan(100, {0, 1}, 199).next_page() is None


def test_without_a_total_pages_follow_each_other_until_the_last() -> None:
    plan = PagePlan(500)
    for number in range(3):
        assert plan.next_page() == number
        plan.mark_requested(number)
        plan.mark_fetched(number, 500, None, last=number == 2)
    assert plan.next_page() is None
    assert plan.done


def test_a_listing_in_parts_continues_at_the_page_that_follows() -> None:
    plan = PagePlan(200)
    for number, following in ((0, None), (1, 1_000_000), (1_000_000, None)):
        assert plan.next_page() == number
        plan.mark_requested(number)
        plan.mark_fetched(number, 200, None, last=False, following=following)
    assert plan.next_page() == 1_000_001


def test_an_interrupted_listing_in_parts_continues_after_the_highest_page() -> None:
    assert PagePlan(200, {0, 1, 2}).next_page() == 3
    assert PagePlan(200, {0, 1, 2, 1_000_000}).next_page() == 1_000_001


def test_no_more_pages_are_requested_than_the_limit() -> None:
    plan = PagePlan(100, total=4017, max_pages=2)
    plan.mark_requested(0)
    plan.mark_requested(1)
    assert plan.next_page() is None
    assert PagePlan(100, {0, 1_000_000}, max_pages=2).next_page() is None


@given(st.integers(0, 10**4), st.lists(st.integers(1, 10**12), max_size=20), st.booleans())
def test_no_total_makes_more_pages_than_the_first_and_its_growth(
    first: int, later: list[int], overlapping: bool
) -> None:
    plan = PagePlan(100, overlapping=overlapping)
    for number, total in enumerate([first, *later]):
        plan.mark_requested(number)
        plan.mark_fetched(number, 100, total, last=None, rows=100)
    assert plan.page_count is not None
    assert plan.page_count <= Windows(100, overlapping=overlapping).count(first + max(GROWTH, first // 2))


def test_empty_pages_end_a_listing_whose_total_promises_more() -> None:
    plan = PagePlan(100)
    requested = 0
    while (number := plan.next_page()) is not None:
        plan.mark_requested(number)
        plan.mark_fetched(number, 0, 10**12, last=None, rows=0)
        requested += 1
    assert requested == EMPTY_PAGES_OF_TOTAL
    assert plan.done
