"""Law 4, an edit stands on its base, as a pure decision about what somebody types."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.edits.edit import Becoming, Held, becoming

values = st.sampled_from([None, "a", "b", "c", "d", True, False])
edits = st.none() | st.builds(Held, values, st.booleans(), st.booleans(), values)


@given(values, values, edits, st.booleans())
def test_what_differs_from_what_the_upstream_says_is_an_edit(
    value: Any, now: Any, held: Held | None, on_its_way: bool
) -> None:
    assume(value != now)
    assume(held is None or value not in (held.base, held.theirs))
    assert becoming(value, now, held, on_its_way=on_its_way) == Becoming.EDITED


@given(values, edits, st.booleans())
def test_what_is_typed_as_it_stands_changes_nothing(now: Any, held: Held | None, on_its_way: bool) -> None:
    assume(held is None or not held.refused)
    assert becoming(now, now, held, on_its_way=on_its_way) == Becoming.UNCHANGED


@given(values, values)
def test_what_was_refused_can_be_sent_again_as_it_is(value: Any, base: Any) -> None:
    assume(value != base)
    held = Held(base, refused=True)
    assert becoming(value, value, held, on_its_way=False) == Becoming.EDITED


@given(values, values, st.booleans())
def test_back_to_the_base_nothing_is_left_to_be_said_unless_a_value_of_ours_may_still_arrive(
    base: Any, now: Any, on_its_way: bool
) -> None:
    assume(base != now)
    expected = Becoming.EDITED if on_its_way else Becoming.TAKEN_BACK
    assert becoming(base, now, Held(base), on_its_way=on_its_way) == expected


@given(values, values, values, st.booleans())
def test_in_a_conflict_base_and_theirs_both_leave_it_to_them(
    base: Any, theirs: Any, now: Any, on_its_way: bool
) -> None:
    held = Held(base, in_conflict=True, theirs=theirs)
    for value in (base, theirs):
        assert value == now or becoming(value, now, held, on_its_way=on_its_way) == Becoming.TAKEN_BACK
