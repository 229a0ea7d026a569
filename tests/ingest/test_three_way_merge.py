"""Law 4, edits are merged per field, as a pure decision: no edit is lost on either side."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.ingest.edit_values import likeness, sameness
from counterfoil.ingest.three_way_merge import EditedField, MergeOutcome, decided_by_policy, merge
from counterfoil.mirror.enums import Rule

values = st.sampled_from([None, "a", "b", "c", "d", True, False])
rules = st.sampled_from(Rule)
edits = st.builds(EditedField, values, values, st.lists(values, max_size=3), st.booleans())


def same(one: Any, other: Any) -> bool:
    """Treat only equal values as the same."""
    return bool(one == other)


@given(edits, rules)
def test_the_edit_stays_pending_where_the_upstream_has_not_changed(edited: EditedField, rule: Rule) -> None:
    assert merge(edited, edited.base, rule, same) == MergeOutcome.KEEP


@given(edits, values, rules)
def test_an_edit_kept_only_here_outlives_every_observation(edited: EditedField, theirs: Any, rule: Rule) -> None:
    assume(edited.here_only)
    assert merge(edited, theirs, rule, same) in (MergeOutcome.KEEP, MergeOutcome.REBASE)


@given(edits, values, rules)
def test_a_rule_decides_only_where_both_sides_changed_the_field(
    edited: EditedField, theirs: Any, rule: Rule
) -> None:
    changed_by_both = (
        not edited.here_only
        and edited.ours != edited.base
        and theirs not in (edited.base, edited.ours, *edited.sent)
    )
    assert decided_by_policy(edited, theirs, rule, same) == (changed_by_both and rule != Rule.ASK)
    assert (merge(edited, theirs, Rule.ASK, same) == MergeOutcome.CONFLICT) == changed_by_both


@given(edits, values, rules)
def test_an_edit_ends_only_where_the_upstream_agrees_or_a_rule_decides(
    edited: EditedField, theirs: Any, rule: Rule
) -> None:
    outcome = merge(edited, theirs, rule, same)
    if outcome == MergeOutcome.CONFIRMED:
        assert edited.ours in (theirs, edited.base)
    if outcome == MergeOutcome.THEIRS:
        assert decided_by_policy(edited, theirs, rule, same)
        assert rule == Rule.UPSTREAM or (rule == Rule.FILL and theirs is not None)


@given(edits, rules)
def test_a_value_that_we_sent_is_our_echo_and_never_their_edit(edited: EditedField, rule: Rule) -> None:
    for sent in edited.sent:
        assert merge(edited, sent, rule, same) in (MergeOutcome.KEEP, MergeOutcome.REBASE, MergeOutcome.CONFIRMED)
        assert not decided_by_policy(edited, sent, rule, same)


@given(values, values, values)
def test_an_undone_edit_stays_pending_only_against_our_own_echo(base: Any, sent: Any, theirs: Any) -> None:
    assume(theirs not in (base, sent) and sent != base)
    undone = EditedField(base, base, [sent])
    assert merge(undone, theirs, Rule.ASK, same) == MergeOutcome.CONFIRMED
    assert merge(undone, sent, Rule.ASK, same) == MergeOutcome.REBASE


def test_another_spelling_of_a_sent_value_confirms_the_edit() -> None:
    alike = likeness("phone", "BE")
    edited = EditedField("09 223 44 55", "03 234 56 78", ["03 234 56 78"])
    assert merge(edited, "+3232345678", Rule.ASK, alike) == MergeOutcome.CONFIRMED
    assert merge(edited, "+3292234455", Rule.ASK, alike) == MergeOutcome.REBASE
    assert merge(edited, "+3255566677", Rule.ASK, alike) == MergeOutcome.CONFLICT


def test_law_4_what_both_sides_typed_in_other_spellings_settles_by_itself() -> None:
    alike = likeness("phone", "BE")
    edited = EditedField("09/2234455", "03 234 56 78")
    for rule in Rule:
        assert merge(edited, "+3232345678", rule, alike) == MergeOutcome.CONFIRMED
        assert not decided_by_policy(edited, "+3232345678", rule, alike)


def test_a_spelling_typed_on_purpose_stays_to_be_sent() -> None:
    """The upstream has the same value in a third spelling: the user who corrects it wants it sent."""
    alike = likeness("phone", "BE")
    edited = EditedField("03/2345678", "03 234 56 78")
    assert merge(edited, "03/2345678", Rule.ASK, alike) == MergeOutcome.KEEP
    assert merge(edited, "+3232345678", Rule.ASK, alike) == MergeOutcome.REBASE


def test_a_value_that_says_more_is_no_spelling_of_the_other() -> None:
    alike, typed_by_both = likeness("phone", "BE"), sameness("phone", "BE")
    edited = EditedField(None, "03 234 56 78 (Jan)")
    assert merge(edited, "+3232345678", Rule.ASK, alike, typed_by_both) == MergeOutcome.CONFLICT
    sent = EditedField(None, "03 234 56 78 (Jan)", ["03 234 56 78 (Jan)"])
    assert merge(sent, "+3232345678", Rule.ASK, alike, typed_by_both) == MergeOutcome.CONFIRMED
