"""Law 9: when failed reads are those of their records, and when everything fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import (
    CounterfoilError,
    InvalidResponse,
    NotAllowed,
    ReadRefused,
    Unavailable,
    WrongAddress,
)
from counterfoil.ingest.failure_streak import SEVERAL, FailureStreak, error_of_all
from counterfoil.ingest.failure_watch import FailureWatch


def refusal(status: int) -> ReadRefused:
    return ReadRefused(f"status {status}", of_resource=NotAllowed("all of them"))


OUTCOMES = st.sampled_from(
    [None, refusal(403), refusal(400), Unavailable("500"), Unavailable("timeout"), InvalidResponse("cut off")]
)


def streak_of(outcomes: list[CounterfoilError | None]) -> FailureStreak:
    streak = FailureStreak()
    for number, error in enumerate(outcomes):
        streak = streak.after(str(number), error)
    return streak


@given(st.lists(OUTCOMES))
def test_only_several_records_in_a_row_that_fail_alike_are_suspicious(
    outcomes: list[CounterfoilError | None],
) -> None:
    tail = outcomes[-SEVERAL:]
    kinds = {error and (error.message if isinstance(error, ReadRefused) else "temporary") for error in tail}
    alike = len(tail) == SEVERAL and len(kinds) == 1 and None not in kinds
    assert streak_of(outcomes).suspicious == alike


@given(st.lists(st.sampled_from("abcd"), max_size=50))
def test_the_same_record_again_does_not_count_twice(records: list[str]) -> None:
    streak = FailureStreak()
    for record in records:
        streak = streak.after(record, Unavailable("500"))
    assert not streak.suspicious
    assert streak.records == frozenset(records)


@given(st.integers(1, 2000))
def test_hidden_records_are_doubted_ever_later_and_a_sick_system_as_soon_as_before(count: int) -> None:
    doubts = {"refused": 0, "temporary": 0}
    for name, error in (("refused", refusal(403)), ("temporary", Unavailable("500"))):
        streak = FailureStreak()
        for number in range(count):
            streak = streak.after(str(number), error)
            if streak.suspicious:
                doubts[name] += 1
                streak = streak.excused()
    assert doubts["temporary"] == count // SEVERAL
    assert doubts["refused"] == (count // SEVERAL + 1).bit_length() - 1


def test_a_refusal_of_all_records_is_the_resources_error() -> None:
    wrong = WrongAddress("no API here")
    assert error_of_all(ReadRefused("status 400", of_resource=wrong)) is wrong
    down = Unavailable("500")
    assert error_of_all(down) is down


def test_a_watch_asks_once_for_several_failures_and_ends_what_answers_nothing() -> None:
    asked: list[frozenset[str]] = []

    def is_answered(records: frozenset[str]) -> bool:
        asked.append(records)
        return len(asked) == 1

    watch = FailureWatch(is_answered)
    for number in range(SEVERAL):
        watch.note(str(number), Unavailable("500"))
    assert len(asked) == 1
    watch.note("x", Unavailable("500"))
    watch.check()
    assert len(asked) == 1, "one alone is its own"
    watch.note("y", refusal(403))
    watch.note("z", refusal(403))
    with pytest.raises(NotAllowed, match="all of them"):
        watch.check()
    assert asked[1] == {"y", "z"}
