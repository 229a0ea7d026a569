"""Law 4, edits are merged per field, as a pure decision: no edit is lost, on either side."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.ingest.edit_values import likeness
from counterfoil.ingest.three_way_merge import EditedField, MergeOutcome, apply_policy, merge
from counterfoil.mirror.enums import Rule

values = st.sampled_from([None, "a", "b", "c", "d", True, False])
rules = st.sampled_from(Rule)
edits = st.builds(EditedField, values, values, st.lists(values, max_size=3), st.booleans())


def same(one: Any, other: Any) -> bool:
    """Nothing is alike but what is equal."""
    return bool(one == other)


@given(edits, rules)
def test_where_the_upstream_says_what_it_said_the_edit_stays(edited: EditedField, rule: Rule) -> None:
    assert merge(edited, edited.base, rule, same) == MergeOutcome.KEEP


@given(edits, values, rules)
def test_what_is_kept_here_only_outlives_whatever_comes(edited: EditedField, theirs: Any, rule: Rule) -> None:
    assume(edited.here_only)
    assert merge(edited, theirs, rule, same) in (MergeOutcome.KEEP, MergeOutcome.REBASE)


@given(edits, values, rules)
def test_only_what_both_sides_changed_is_decided_by_a_rule(edited: EditedField, theirs: Any, rule: Rule) -> None:
    changed_by_both = (
        not edited.here_only
        and edited.ours != edited.base
        and theirs not in (edited.base, edited.ours, *edited.sent)
    )
    assert apply_policy(edited, theirs, rule, same) == (changed_by_both and rule != Rule.ASK)
    assert (merge(edited, theirs, Rule.ASK, same) == MergeOutcome.ASK) == changed_by_both


@given(edits, values, rules)
def test_an_edit_ends_only_where_the_upstream_agrees_or_a_rule_says_so(
    edited: EditedField, theirs: Any, rule: Rule
) -> None:
    verdict = merge(edited, theirs, rule, same)
    if verdict == MergeOutcome.CONFIRMED:
        assert edited.ours in (theirs, edited.base)
    if verdict == MergeOutcome.YIELD:
        assert apply_policy(edited, theirs, rule, same)
        assert rule == Rule.UPSTREAM or (rule == Rule.FILL and theirs is not None)


@given(edits, rules)
def test_a_value_that_we_sent_is_our_echo_and_never_their_edit(edited: EditedField, rule: Rule) -> None:
    for sent in edited.sent:
        assert merge(edited, sent, rule, same) in (MergeOutcome.KEEP, MergeOutcome.REBASE, MergeOutcome.CONFIRMED)
        assert not apply_policy(edited, sent, rule, same)


@given(values, values, values)
def test_what_was_taken_back_stands_against_nothing_but_our_own_echo(base: Any, sent: Any, theirs: Any) -> None:
    assume(theirs not in (base, sent) and sent != base)
    taken_back = EditedField(base, base, [sent])
    assert merge(taken_back, theirs, Rule.ASK, same) == MergeOutcome.CONFIRMED
    assert merge(taken_back, sent, Rule.ASK, same) == MergeOutcome.REBASE


def test_another_spelling_of_what_was_sent_is_the_edit_that_arrived() -> None:
    alike = likeness("phone", "BE")
    edited = EditedField("09 223 44 55", "03 234 56 78", ["03 234 56 78"])
    assert merge(edited, "+3232345678", Rule.ASK, alike) == MergeOutcome.CONFIRMED
    assert merge(edited, "+3292234455", Rule.ASK, alike) == MergeOutcome.REBASE
    assert merge(edited, "+3255566677", Rule.ASK, alike) == MergeOutcome.ASK


def test_another_spelling_that_nobody_has_sent_confirms_nothing() -> None:
    """Who corrects how a number is written wants it written so."""
    alike = likeness("phone", "BE")
    edited = EditedField("09/2234455", "03 234 56 78")
    assert merge(edited, "+3232345678", Rule.ASK, alike) == MergeOutcome.ASK
