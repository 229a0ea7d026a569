"""Near words are all words within a typing mistake or two, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.spelling import MOST_NEAR, deletions, near_words, reach, spelled, typed_deletions

WORDS = st.text("abcd", min_size=3, max_size=12)


def distance(one: str, other: str) -> int:
    """Compute the optimal string alignment by its definition."""
    table = [[max(i, j) if 0 in (i, j) else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            changed = table[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, changed)
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@st.composite
def mistyped(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a word, and what somebody types in its place."""
    word = draw(WORDS)
    letters = list(word)
    for _ in range(draw(st.integers(0, 3))):
        at, letter = draw(st.integers(0, len(letters) - 1)), draw(st.sampled_from("abcdx"))
        way = draw(st.sampled_from(["insert", "delete", "replace", "swap"]))
        if way == "insert":
            letters.insert(at, letter)
        elif way == "replace":
            letters[at] = letter
        elif way == "delete" and len(letters) > 1:
            del letters[at]
        else:
            letters[at : at + 2] = letters[at : at + 2][::-1]
    return word, "".join(letters)


@given(mistyped())
def test_a_word_within_reach_has_a_deletion_in_common_with_what_was_typed(pair: tuple[str, str]) -> None:
    word, typed = pair
    if reach(typed) and distance(typed, word) <= reach(typed):
        assert deletions(word) & typed_deletions(typed)


@given(mistyped(), st.lists(WORDS, max_size=30))
def test_near_words_are_those_within_reach_nearest_first(pair: tuple[str, str], others: list[str]) -> None:
    word, typed = pair
    vocabulary = {word, *others}
    near = {one: distance(typed, one) for one in vocabulary if not one.startswith(typed)}
    expected = sorted(apart for apart in near.values() if apart <= reach(typed)) if reach(typed) else []
    found = near_words(typed, vocabulary)
    assert [apart for apart, _ in found] == expected[:MOST_NEAR]
    assert all(near[one] == apart for apart, one in found)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("garagge", "garage"),
        ("gnet", "gent"),
        ("jansens", "janssens"),
        ("carosserrie", "carrosserie"),
        ("müler", "müller"),
    ],
)
def test_a_usual_mistake_is_within_reach(typed: str, word: str) -> None:
    assert [found.text for found in near_words(typed, [word, "elsewhere"])] == [word]


@pytest.mark.parametrize(
    ("typed", "word"), [("gen", "gent"), ("1234", "1235"), ("gaarg", "garage"), ("a1b2", "a1b3")]
)
def test_short_words_numbers_and_distant_words_are_left_as_typed(typed: str, word: str) -> None:
    assert not near_words(typed, [word])
    assert not (typed_deletions(typed) and reach(typed) == 0)


def test_a_vocabulary_holds_words_of_letters_only() -> None:
    assert spelled(["gent", "be0404616494", "0475", "a", "x" * 25, "müller"]) == ["gent", "müller"]
