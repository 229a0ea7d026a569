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
def test_a_write_whose_values_are_there_was_carried_out(write: dict[str, tuple[Any, Any]]) -> None:
    assert judged(write, {field: value for field, (_, value) in write.items()}) == WriteOutcome.CARRIED_OUT


@given(writes)
def test_a_write_is_not_carried_out_if_everything_is_unchanged(write: dict[str, tuple[Any, Any]]) -> None:
    assert judged(write, {field: base for field, (base, _) in write.items()}) == WriteOutcome.NOT_CARRIED_OUT


@given(writes, st.data())
def test_one_field_that_arrived_proves_the_write_whatever_others_wrote(
    write: dict[str, tuple[Any, Any]], data: st.DataObject
) -> None:
    now = {field: data.draw(values) for field in write}
    chosen = data.draw(st.sampled_from(sorted(write)))
    assert judged(write, {**now, chosen: write[chosen][1]}) == WriteOutcome.CARRIED_OUT


@given(writes, st.data())
def test_the_outcome_is_unclear_if_others_changed_every_field(
    write: dict[str, tuple[Any, Any]], data: st.DataObject
) -> None:
    now = {field: data.draw(values) for field in write}
    assume(all(now[field] not in both for field, both in write.items()))
    assert judged(write, now) == WriteOutcome.UNCLEAR


def test_a_value_that_the_upstream_reformatted_was_carried_out() -> None:
    assert judged({"phone": (None, "03 234 56 78")}, {"phone": "+32 3 234 56 78"}) == WriteOutcome.CARRIED_OUT


def test_an_edit_of_spelling_alone_is_not_confirmed_by_the_old_spelling() -> None:
    assert judged({"name": ("acme NV", "ACME nv")}, {"name": "acme NV"}) == WriteOutcome.NOT_CARRIED_OUT
