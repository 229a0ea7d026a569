"""Law 5, what became of a write that was never answered, as a pure decision about what is there."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.edits.outbox import WriteOutcome, judge_outcome
from counterfoil.ingest.edit_values import likeness

values = st.sampled_from([None, "a", "b", "c", "d"])
fields = st.sampled_from(["name", "city", "email"])
writes = st.dictionaries(fields, st.tuples(values, values).filter(lambda both: both[0] != both[1]), min_size=1)


def judged(write: dict[str, tuple[Any, Any]], now: dict[str, Any]) -> WriteOutcome:
    sent = {field: {"base": base, "value": value} for field, (base, value) in write.items()}
    return judge_outcome(sent, now, lambda field: likeness(field, "BE"))


@given(writes)
def test_what_is_there_was_carried_out(write: dict[str, tuple[Any, Any]]) -> None:
    assert judged(write, {field: value for field, (_, value) in write.items()}) == WriteOutcome.CARRIED_OUT


@given(writes)
def test_where_everything_is_as_it_was_it_was_not(write: dict[str, tuple[Any, Any]]) -> None:
    assert judged(write, {field: base for field, (base, _) in write.items()}) == WriteOutcome.NOT_CARRIED_OUT


@given(writes, st.data())
def test_one_field_that_is_there_is_enough_whatever_others_wrote(
    write: dict[str, tuple[Any, Any]], data: st.DataObject
) -> None:
    now = {field: data.draw(values) for field in write}
    chosen = data.draw(st.sampled_from(sorted(write)))
    assert judged(write, {**now, chosen: write[chosen][1]}) == WriteOutcome.CARRIED_OUT


@given(writes, st.data())
def test_nobody_can_tell_where_others_wrote_all_of_it(
    write: dict[str, tuple[Any, Any]], data: st.DataObject
) -> None:
    now = {field: data.draw(values) for field in write}
    assume(all(now[field] not in both for field, both in write.items()))
    assert judged(write, now) == WriteOutcome.UNCLEAR


def test_a_value_that_the_upstream_tidied_up_is_there() -> None:
    assert judged({"phone": (None, "03 234 56 78")}, {"phone": "+32 3 234 56 78"}) == WriteOutcome.CARRIED_OUT


def test_where_only_the_spelling_was_edited_the_old_one_is_not_taken_for_it() -> None:
    assert judged({"name": ("acme NV", "ACME nv")}, {"name": "acme NV"}) == WriteOutcome.NOT_CARRIED_OUT
