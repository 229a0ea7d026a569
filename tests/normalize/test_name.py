"""Company names as keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.name import name_key

ANY_TEXT = st.text(st.characters())
PLAIN_NAMES = st.lists(
    st.sampled_from(["garage", "jansen", "acme", "cars", "2000", "muller"]), min_size=1, max_size=4
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Garage Müller B.V.B.A.", "garage muller"),
        ("garage muller bvba", "garage muller"),
        ("BVBA Janssens", "janssens"),
        ("NV Acme", "acme"),
        ("SA Dupont", "dupont"),
        ("A.B.C. Cars", "abc cars"),
        ("A B C Cars NV", "abc cars"),
        ("J & J Cars", "jj cars"),
        ("J en J Cars", "jj cars"),
        ("De Smet en Zonen", "de smet zonen"),
        ("De Smet & Zonen", "de smet zonen"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme Sp. z o.o.", "acme"),
        ("Acme Sp z o o", "acme"),
        ("Acme d.o.o.", "acme"),
        ("Acme S.p.A.", "acme"),
        ("Acme A/S", "acme"),
        ("Acme S.à r.l.", "acme"),
        ("Acme spol. s r.o.", "acme"),
        ("Acme S.A. de C.V.", "acme"),
        ("Peeters Comm. V.", "peeters"),
        ("Peeters Comm.V", "peeters"),
        ("Acme Co., Ltd.", "acme"),
        ("Acme FZ-LLC", "acme"),
        ("Acme FZCO", "acme"),
        ("Cars A B.V.", "cars a"),
        ("McDonald's", "mcdonalds"),
        ("L’Oréal S.A.", "loreal"),
        ("J.Janssens", "j janssens"),
        ("3M NV", "3m"),
        ("Dock 5 6", "dock 5 6"),
        ("Salvation Army\n- Temple", "salvation army temple"),
        ("株式会社トヨタ", "株式会社トヨタ"),
    ],
)
def test_spellings_of_one_company_share_a_key(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [("NV", "nv"), ("S.A.", "sa"), ("SA & Co", "sa co"), ("En", "en"), ("🚗🚗", "🚗🚗"), ("---", "---")],
)
def test_a_name_made_of_nothing_but_legal_forms_or_signs_keeps_them(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("one", "other"), [("E.N. Cars", "Cars"), ("Spa Wellness", "Wellness"), ("Nva Cars", "Cars")]
)
def test_a_word_that_only_looks_like_a_legal_form_stays(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("name", [None, "", "  ", "\x00\u200b"])
def test_an_empty_name_has_an_empty_key(name: str | None) -> None:
    assert name_key(name) == ""


@given(
    PLAIN_NAMES,
    st.sampled_from(["BV", "b.v.", "N.V.", "GmbH & Co. KG", "S.A.R.L.", "Ltd", "s.r.l.", "Oy", "Kft."]),
)
def test_a_legal_form_at_the_end_makes_no_difference(name: list[str], form: str) -> None:
    assert name_key(f"{' '.join(name)} {form}") == name_key(" ".join(name))


@given(ANY_TEXT)
def test_only_an_empty_name_has_an_empty_key(text: str) -> None:
    key = name_key(text)
    assert key == key.strip()
    assert bool(key) or not any(c.isalnum() for c in text)
