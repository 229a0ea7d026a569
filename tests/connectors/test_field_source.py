"""What is written for a field is read the same by everybody: alternatives, joined parts, the opposite."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.field_source import OR, SourcePart, alternatives, is_plain, joined, paths, quoted, read

columns = st.text(min_size=1).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Naam", (SourcePart(("Naam",)),)),
        ("Bedrijf | Voornaam + Achternaam", (SourcePart(("Bedrijf",)), SourcePart(("Voornaam", "Achternaam")))),
        ("not Geblokkeerd", (SourcePart(("Geblokkeerd",), opposite=True),)),
        ('not "not X"', (SourcePart(("not X",), opposite=True),)),
        ('"Straat + nr" + Bus', (SourcePart(("Straat + nr", "Bus")),)),
        ('"Naam | Nom"', (SourcePart(("Naam | Nom",)),)),
        ("a+b|c", (SourcePart(("a+b|c",)),)),
    ],
)
def test_alternatives_parts_and_opposites_are_read(written: str, parts: tuple[SourcePart, ...]) -> None:
    assert read(written) == parts


def test_a_column_that_has_the_signs_in_its_name_is_meant_where_it_is_there() -> None:
    assert paths("Straat + nr", ["Straat + nr"]) == ("Straat + nr",)
    assert paths("Straat + nr", ["Straat", "nr"]) == ("Straat", "nr")


@given(st.lists(columns, min_size=2, max_size=4))
def test_any_columns_can_be_joined(names: list[str]) -> None:
    assert read(joined(names)) == (SourcePart(tuple(names)),)


@given(st.lists(columns, min_size=1, max_size=4))
def test_any_columns_can_be_alternatives(names: list[str]) -> None:
    written = OR.join(map(quoted, names))
    assert read(written) == tuple(SourcePart((name,)) for name in names)
    assert alternatives(written) == tuple(map(quoted, names))


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(part.paths for part in read(text))
    assert is_plain(quoted(text)) == is_plain(text)
