"""A status says that a customer is not active, or it says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.activity import is_inactive


@pytest.mark.parametrize(
    "status",
    [
        *("Inactief", "INACTIVE", "Inactif", "inaktiv", "Inactivo", "Non actif", "non-actief", "niet actief"),
        *(
            "gesloten",
            "Closed",
            "fermé",
            "clôturé",
            "Geschlossen",
            "cerrado",
            "archived",
            "Gearchiveerd",
            "Archivé",
        ),
        *("deleted", "verwijderd", "supprimé", "gelöscht", "geblokkeerd", "gesperrt", "bloqué", "uit dienst"),
        *("ex-klant", "Ex klant", "oud-klant", "ancien client", "Gesloten sinds 2019", "Inactief (verhuisd)"),
        *("no_longer_active", "stopgezet", "opgeheven", "Closed: 12/03/2021"),
    ],
)
def test_words_for_not_active_are_known_in_five_languages(status: str) -> None:
    assert is_inactive(status)


@pytest.mark.parametrize(
    "status",
    [
        *("Actief", "active", "klant", "prospect", "lead", "nieuw", "open", "0", "nee", "", "B", "niet betaald"),
        *("slapend", "on hold", "Inactief?", "bijna gesloten", "not closed", None, 0, False),
    ],
)
def test_law_12_an_unknown_word_says_nothing(status: object) -> None:
    assert not is_inactive(status)


@given(st.text())
def test_any_text_can_be_a_status(text: str) -> None:
    assert is_inactive(text) in {True, False}
