"""Law 3, guards: what a pass may do without asking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.ingest import guards
from counterfoil.ingest.guards import Gate


@pytest.mark.parametrize(
    ("total", "may_go"), [(0, 0), (1, 0), (2, 1), (10, 5), (39, 19), (40, 20), (400, 20), (401, 20), (4017, 200)]
)
def test_five_percent_may_go_but_at_least_twenty_rows_or_half_of_them(total: int, may_go: int) -> None:
    assert guards.allowed(total) == may_go
    assert guards.vanish(may_go, total) is None
    assert guards.vanish(may_go + 1, total) is not None


@given(st.integers(1, 10_000_000), st.floats(0.0, 1.0))
def test_everything_vanishing_always_asks_unless_all_was_allowed(total: int, share: float) -> None:
    tripped = guards.vanish(total, total, share)
    assert (tripped is None) == (share * total >= total)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000), st.booleans())
def test_the_early_sign_never_fires_where_the_final_guard_would_not(
    known: int, renamed: int, others: int, full: bool
) -> None:
    """A full pass lists all rows there are; one of changes some of them."""
    renamed = min(renamed, known)
    rows = known if full else known + others
    if guards.suspicious(renamed, known, guards.at_once(rows, guards.SHARE, full=full)):
        assert guards.rename(renamed, rows) is not None


def test_a_pass_of_a_few_changes_may_rename_all_of_them() -> None:
    assert not guards.suspicious(10, 12, guards.at_once(4_000, guards.SHARE, full=False))


def test_a_gate_closes_at_once_on_another_tenants_data_and_stays_open_for_a_few_new_names() -> None:
    gate = Gate(lambda: guards.at_once(1100, guards.SHARE, full=True))
    gate.count(known=100, renamed=3)
    assert not gate.closed
    gate.count(known=1000, renamed=1000)
    assert gate.closed


def test_the_sentence_says_how_many_of_how_many() -> None:
    tripped = guards.vanish(1648, 3297)
    assert tripped is not None
    assert tripped.sentence() == (
        "1,648 of 3,297 customers (50%) would be marked as missing in one pass; 164 may without asking."
    )
