"""Law 4, an edit stands on its base, as a pure decision about what somebody types."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.edits.edit import CurrentEdit, EditDecision, decide_edit

values = st.sampled_from([None, "a", "b", "c", "d", True, False])
edits = st.none() | st.builds(CurrentEdit, values, st.booleans(), st.booleans(), values)


@given(values, values, edits, st.booleans())
def test_a_value_that_differs_from_the_upstreams_is_an_edit(
    value: Any, now: Any, held: CurrentEdit | None, in_flight: bool
) -> None:
    assume(value != now)
    assume(held is None or value not in (held.base, held.theirs))
    assert decide_edit(value, now, held, in_flight=in_flight) == EditDecision.EDITED


@given(values, edits, st.booleans())
def test_typing_the_current_value_changes_nothing(now: Any, held: CurrentEdit | None, in_flight: bool) -> None:
    assume(held is None or not held.refused)
    assert decide_edit(now, now, held, in_flight=in_flight) == EditDecision.UNCHANGED


@given(values, values)
def test_a_rejected_value_can_be_sent_again_unchanged(value: Any, base: Any) -> None:
    assume(value != base)
    held = CurrentEdit(base, refused=True)
    assert decide_edit(value, value, held, in_flight=False) == EditDecision.EDITED


@given(values, values, st.booleans())
def test_an_edit_back_to_the_base_ends_unless_a_write_is_in_flight(base: Any, now: Any, in_flight: bool) -> None:
    assume(base != now)
    expected = EditDecision.EDITED if in_flight else EditDecision.UNDONE
    assert decide_edit(base, now, CurrentEdit(base), in_flight=in_flight) == expected


@given(values, values, values, st.booleans())
def test_in_a_conflict_typing_base_or_theirs_ends_the_edit(
    base: Any, theirs: Any, now: Any, in_flight: bool
) -> None:
    held = CurrentEdit(base, in_conflict=True, theirs=theirs)
    for value in (base, theirs):
        assert value == now or decide_edit(value, now, held, in_flight=in_flight) == EditDecision.UNDONE
