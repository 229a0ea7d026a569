"""Countries from free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize import country_aliases, country_names
from counterfoil.normalize.country import country, country_name
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.text import fold

NAMED = [
    (line[:2], name)
    for line in country_names.TABLE.splitlines()
    for name in [line[:2], line[3:6], *filter(None, line[7:].split("|"))]
]
ALIASES = [(line[:2], name) for line in country_aliases.TABLE.splitlines() for name in line[3:].split("|")]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("België", "BE"),
        ("BELGIE", "BE"),
        ("belgique", "BE"),
        ("Belgium (BE)", "BE"),
        ("BE - België", "BE"),
        ("BE-België", "BE"),
        ("België / Belgique", "BE"),
        ("Antwerpen, België", "BE"),
        ("B", "BE"),
        ("F", "FR"),
        ("D", "DE"),
        ("L", "LU"),
        ("A", "AT"),
        ("I", "IT"),
        ("E", "ES"),
        ("FL", "LI"),
        ("Guinée Conakry", "GN"),
        ("Guinea-Conakry", "GN"),
        ("Guinée (Conakry)", "GN"),
        ("Burkina", "BF"),
        ("Haute-Volta", "BF"),
        ("Centrafrique", "CF"),
        ("Congo Brazza", "CG"),
        ("Rép. Dém. Congo", "CD"),
        ("Côte Ivoire", "CI"),
        ("Ile Maurice", "MU"),
        ("Guinée Eq.", "GQ"),
        ("Países Bajos", "NL"),
        ("Reino Unido", "GB"),
        ("EE.UU.", "US"),
        ("Suiza", "CH"),
        ("nl", "NL"),
        ("DEU", "DE"),
        ("Holland", "NL"),
        ("The Netherlands", "NL"),
        ("Pays Bas", "NL"),
        ("Kingdom of the Netherlands", "NL"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Verenigd Koninkrijk", "GB"),
        ("U.A.E.", "AE"),
        ("Etats-Unis", "US"),
        ("U.S.A.", "US"),
        ("DRC", "CD"),
        ("Congo, Democratic Republic of the", "CD"),
        ("Congo (Kinshasa)", "CD"),
        ("Ivory Coast", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Turkey", "TR"),
        ("TÜRKİYE", "TR"),
        ("Korea, North", "KP"),
        ("Korea, Republic of", "KR"),
        ("Republic of China", "TW"),
        ("Saint Lucia", "LC"),
        ("Trinidad en Tobago", "TT"),
        ("Hong Kong", "HK"),
        ("\u200bBelgi\u0065\u0308\x00 ", "BE"),
    ],
)
def test_a_country_is_recognised_by_the_names_people_use(written: str, code: str) -> None:
    assert country(written) == Normalized(code, None)


def test_every_country_is_recognised_by_codes_and_names_in_four_languages() -> None:
    assert len(country_names.TABLE.splitlines()) == 250
    unknown = [(code, name) for code, name in NAMED if country(name).value != code]
    assert unknown == []


def test_capitals_and_accents_make_no_difference_to_any_name() -> None:
    wrong = [
        (code, name)
        for code, name in NAMED
        if not country(fold(name)).value == country(name.upper()).value == code
    ]
    assert wrong == []


def test_every_alias_leads_to_its_country() -> None:
    assert [(code, alias) for code, alias in ALIASES if country(alias).value != code] == []


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Congo", "could be more than one country"),
        ("Georgia, USA", "could be more than one country"),
        ("Denver, CO", "not a country that is known"),
        ("Atlantis", "not a country that is known"),
        ("N", "not a country that is known"),
        ("S", "not a country that is known"),
        ("P", "not a country that is known"),
        ("2000", "not a country that is known"),
        ("n/a", "no country in it"),
        ("-", "no country in it"),
    ],
)
def test_an_ambiguous_country_is_not_guessed(written: str, reason: str) -> None:
    assert country(written) == Normalized(None, reason)


@pytest.mark.parametrize("written", [None, "", " ", "\n\x00"])
def test_empty_text_is_no_country_and_no_error(written: str | None) -> None:
    assert country(written) == EMPTY


def test_a_code_has_a_name_for_use_in_a_sentence() -> None:
    assert country_name("BE") == "Belgium"
    assert country_name("NL") == "the Netherlands"
    assert country_name("GB") == "the United Kingdom"
    assert country_name("QQ") is None


@given(st.text(st.characters()))
def test_normalising_a_country_twice_changes_nothing(text: str) -> None:
    found = country(text)
    if found.value:
        assert country(found.value) == found
