"""Law 12: the forms that one id is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.id_form import LONGEST_PADDED, other_forms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7", "7.0"),
        ("7", "7,00"),
        ("7", "007"),
        ("7", "'7"),
        ("1234", "1.234"),
        ("1234", "1,234"),
        ("1234567", "1 234 567"),
        ("0012", "12.0"),
        ("a@x.example", "A@X.example".upper()),
        ("32475123456", "3.2475123456E+10"),
    ],
)
def test_two_forms_of_one_id_lead_to_each_other(one: str, other: str) -> None:
    assert one in other_forms(other)
    if "E" not in other:
        assert other in other_forms(one)


@pytest.mark.parametrize("lost", ["4.6E+17", "4,7e+17"])
def test_law_12_digits_that_are_lost_are_not_made_up(lost: str) -> None:
    assert not any(form.isdigit() for form in other_forms(lost))


@given(st.text(max_size=40))
def test_no_id_is_another_form_of_itself(external_id: str) -> None:
    assert external_id not in other_forms(external_id)
    assert len(other_forms(external_id)) < 60


@given(st.integers(min_value=0, max_value=10**LONGEST_PADDED - 1), st.integers(min_value=0, max_value=10**12 - 1))
def test_another_number_is_no_form(one: int, other: int) -> None:
    if one != other:
        assert not other_forms(str(one)) & {str(other), f"{other}.0", f"{other:06}"}
