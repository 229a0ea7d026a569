"""Law 3, guards: the changes that a pass may make without approval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.ingest import guards
from counterfoil.ingest.guards import ChangeGate, TrippedGuard


@pytest.mark.parametrize(
    ("total", "may_go"), [(0, 0), (1, 0), (2, 1), (10, 5), (39, 19), (40, 20), (400, 20), (401, 20), (4017, 200)]
)
def test_five_percent_may_go_but_at_least_twenty_rows_or_half_of_them(total: int, may_go: int) -> None:
    assert guards.allowed_count(total) == may_go
    assert guards.guard_deletions(may_go, total) is None
    assert guards.guard_deletions(may_go + 1, total) is not None


@given(st.integers(1, 10_000_000), st.floats(0.0, 1.0))
def test_everything_vanishing_always_asks_unless_all_was_allowed(total: int, share: float) -> None:
    tripped = guards.guard_deletions(total, total, share)
    assert (tripped is None) == (share * total >= total)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000), st.booleans())
def test_the_early_sign_never_fires_where_the_final_guard_would_not(
    known: int, renamed: int, others: int, full: bool
) -> None:
    """A full pass lists all rows, a pass of changes some of them."""
    renamed = min(renamed, known)
    rows = known if full else known + others
    if guards.looks_like_another_tenant(renamed, known, guards.rename_limit(rows, guards.SHARE, full=full)):
        assert guards.guard_renames(renamed, rows) is not None


def test_a_pass_of_a_few_changes_may_rename_all_of_them() -> None:
    assert not guards.looks_like_another_tenant(10, 12, guards.rename_limit(4_000, guards.SHARE, full=False))


def test_a_gate_closes_on_another_tenants_data_and_stays_open_for_a_few_renames() -> None:
    gate = ChangeGate(lambda: guards.rename_limit(1100, guards.SHARE, full=True))
    gate.count(known=100, renamed=3)
    assert not gate.closed
    gate.count(known=1000, renamed=1000)
    assert gate.closed


def test_the_sentence_says_how_many_of_how_many() -> None:
    tripped = guards.guard_deletions(1648, 3297)
    assert tripped is not None
    assert tripped.sentence("customer") == (
        "1,648 of 3,297 customers (50%) would be marked as not found; the limit is 164."
    )
    assert TrippedGuard("rename", 40, 80, 20).sentence("invoice") == (
        "40 of 80 invoices (50%) would get another number; the limit is 20."
    )


def test_invoices_that_were_paid_are_no_danger_but_an_empty_answer_is() -> None:
    assert guards.guard_settled(40, 100) is None
    assert guards.guard_settled(20, 20) is None, "few are simply read"
    tripped = guards.guard_settled(100, 100)
    assert tripped is not None
    assert tripped.sentence("invoice") == (
        "100 of 100 unpaid invoices (100%) are not listed as unpaid any more; the limit is 50."
    )
