"""How to reach a customer: the documented order, and only numbers that can be dialled."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.best_contact import Reachable, best_email, best_phone
from counterfoil.normalize.phone import phone

NUMBERS = st.sampled_from(
    [None, "", "0475 12 34 56", "+32 2 555 12 12", "03 555 12 12", "0496/11.22.33", "n/a", "12"]
)
PERSONS = st.lists(st.builds(Reachable, NUMBERS, NUMBERS, st.booleans()), max_size=4)


def in_order(persons: list[Reachable], own: Reachable) -> list[tuple[str | None, int | None]]:
    """List the documented order: each number and its owner."""
    primary = [at for at, person in enumerate(persons) if person.is_primary][:1]
    first = [at for at, _ in enumerate(persons)][:1]
    theirs = [(number, at) for at in (*primary, *first) for number in persons[at][:2]]
    return [*theirs, (own.mobile, None), (own.phone, None)]


def number(persons: list[Reachable], own: Reachable) -> str | None:
    """Return the number alone."""
    found = best_phone(persons, own, "BE")
    return found.value if found else None


@given(PERSONS, st.builds(Reachable, NUMBERS, NUMBERS))
def test_the_best_phone_is_the_first_valid_number_in_order(persons: list[Reachable], own: Reachable) -> None:
    valid = [(e164, whose) for told, whose in in_order(persons, own) if (e164 := phone(told, "BE").value)]
    assert best_phone(persons, own, "BE") == (valid[0] if valid else None)


@given(PERSONS, st.builds(Reachable, NUMBERS, NUMBERS))
def test_the_best_phone_is_valid_or_absent(persons: list[Reachable], own: Reachable) -> None:
    found = number(persons, own)
    assert found is None or phone(found, None).value == found


@given(PERSONS, st.builds(Reachable, NUMBERS, NUMBERS))
def test_numbers_in_e164_give_the_same_result(persons: list[Reachable], own: Reachable) -> None:
    def normal(who: Reachable) -> Reachable:
        return Reachable(phone(who.mobile, "BE").value, phone(who.phone, "BE").value, who.is_primary)

    assert best_phone([normal(who) for who in persons], normal(own), None) == best_phone(persons, own, "BE")


ONES = {
    "primary mobile": "+32475000001",
    "primary phone": "+3225550002",
    "first mobile": "+32475000003",
    "first phone": "+3225550004",
    "own mobile": "+32475000005",
    "own phone": "+3225550006",
}


@pytest.mark.parametrize("missing", range(7))
def test_the_order_of_numbers_is_followed_step_by_step(missing: int) -> None:
    """Each number counts once those before it are missing, or cannot be dialled."""
    for nothing in (None, "", "ask for Jan", "0475 12"):
        told = [nothing if at < missing else number for at, number in enumerate(ONES.values())]
        first, primary = Reachable(told[2], told[3]), Reachable(told[0], told[1], is_primary=True)
        expected = None if missing == 6 else list(ONES.values())[missing]
        assert number([first, primary], Reachable(told[4], told[5])) == expected


def test_only_the_primary_and_the_first_person_are_considered() -> None:
    others = [Reachable(None, None), Reachable("+32475000009", None)]
    assert number(others, Reachable(None, None)) is None
    assert all(
        number(list(some), Reachable(None, "+3225550006")) in {"+3225550006", "+32475000009"}
        for some in permutations(others)
    )


@pytest.mark.parametrize("missing", range(4))
def test_the_order_of_addresses_is_followed_step_by_step(missing: int) -> None:
    """Each address counts once those before it are missing."""
    ones = [None if at < missing else f"{who}@acme.example" for at, who in enumerate(("primary", "first", "own"))]
    persons = [Reachable(None, None, email=ones[1]), Reachable(None, None, is_primary=True, email=ones[0])]
    found = best_email(persons, Reachable(None, None, email=ones[2]))
    expected = [("primary@acme.example", 1), ("first@acme.example", 0), ("own@acme.example", None), None]
    assert found == expected[missing]
