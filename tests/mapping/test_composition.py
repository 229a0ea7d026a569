"""A field may come from several columns: the first with a value, joined ones, the opposite of one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mapping.mapper import Mapped, MappingConfig
from counterfoil.mapping.mappers import mapper

NAME = ("Bedrijfsnaam", "Voornaam + Tussenvoegsel + Achternaam")
ACTIVE = ("Actief", "not Geblokkeerd", "Status")


def mapped(row: dict[str, Any], connector: str = "file", **sources: tuple[str, ...]) -> Mapped:
    return mapper(MappingConfig(connector, sources={"name": NAME, **sources}))("7", row)


def person(first: str, infix: str, last: str, company: str = "") -> dict[str, Any]:
    return {"Bedrijfsnaam": company, "Voornaam": first, "Tussenvoegsel": infix, "Achternaam": last}


@pytest.mark.parametrize("company", ["", " ", "NULL", "-", "n/a", "None", "leeg", "\u200b"])
def test_law_12_a_row_without_a_company_has_the_persons_name(company: str) -> None:
    found = mapped(person("Jan", "van den", "Berg", company))
    assert (found.values["name"], found.extra, found.invalid) == ("Jan van den Berg", {}, {})


def test_law_11_the_companys_name_wins_and_the_persons_stays_visible() -> None:
    found = mapped(person("Jan", "", "Peeters", "Bakker BV"))
    assert found.values["name"] == "Bakker BV"
    assert found.extra == {"Voornaam": "Jan", "Achternaam": "Peeters"}


def test_law_12_a_surname_that_looks_like_nothing_is_kept() -> None:
    assert mapped(person("Jan", "", "Null")).values["name"] == "Jan Null"
    assert mapped(person("An", "", "Leeg")).values["name"] == "An Leeg"
    assert mapped(person("Piet", "NULL", r"\N")).values["name"] == "Piet"


@pytest.mark.parametrize(
    "row", [person("NULL", "", "NULL"), person("None", "", "None"), person("-", "", ".", " ")]
)
def test_law_12_words_for_nothing_alone_are_no_name(row: dict[str, Any]) -> None:
    found = mapped(row)
    assert (found.values["name"], found.invalid) == ("", {"name": "no name given"})


def test_a_column_with_a_plus_in_its_name_is_one_column() -> None:
    row = {"Naam": "A", "Straat + nr": "Kaai 5"}
    for written in ("Straat + nr", '"Straat + nr"'):
        assert mapped(row, street=(written,)).values["street"] == "Kaai 5"


def test_an_alternative_that_was_not_used_stays_visible() -> None:
    row = {"Bedrijfsnaam": "A", "Werk": "03 234 56 78", "Thuis": "03 234 56 79"}
    found = mapped(row, phone=("Werk", "Thuis"))
    assert (found.values["phone"], found.extra) == ("03 234 56 78", {"Thuis": "03 234 56 79"})


def test_law_12_an_unknown_word_in_a_column_of_states_stays_visible_and_active() -> None:
    row = {"Bedrijfsnaam": "A", "Actief": "misschien", "Geblokkeerd": "levering", "Status": "0"}
    found = mapped(row, is_active=ACTIVE, status=("Status",))
    assert found.values["is_active"] is True
    assert found.extra == {"Actief": "misschien", "Geblokkeerd": "levering"}
    assert found.values["status"] == "0"


@pytest.mark.parametrize(
    "said",
    [
        *({"Actief": "nee"}, {"Actief": "Inactief"}, {"Geblokkeerd": "ja"}, {"Geblokkeerd": 1}),
        *({"Actief": "ja", "Geblokkeerd": "x"}, {"Status": "Gesloten"}, {"Geblokkeerd": "2021-03-12"}),
        *({"Geblokkeerd": "gesperrt"}, {"Geblokkeerd": True}, {"Actief": False}),
    ],
)
def test_any_column_alone_can_say_that_a_customer_is_not_active(said: dict[str, Any]) -> None:
    for written in (ACTIVE, (" | ".join(ACTIVE[:2]), "Status")):
        found = mapped({"Bedrijfsnaam": "A", **said}, is_active=written, status=("Status",))
        assert found.values["is_active"] is False


@pytest.mark.parametrize("said", [{}, {"Geblokkeerd": "nee"}, {"Geblokkeerd": "0"}, {"Status": "nee"}])
def test_what_says_no_such_thing_is_active(said: dict[str, Any]) -> None:
    found = mapped({"Bedrijfsnaam": "A", **said}, is_active=ACTIVE, status=("Status",))
    assert found.values["is_active"] is True


def test_law_11_a_day_in_a_column_of_yes_and_no_stays_visible() -> None:
    found = mapped({"Bedrijfsnaam": "A", "Actief": "2021-03-12"}, is_active=ACTIVE)
    assert (found.values["is_active"], found.extra) == (True, {"Actief": "2021-03-12"})


def test_law_12_words_for_nothing_depend_on_the_field() -> None:
    row = {"Bedrijfsnaam": "A", "Tel": "geen", "Stad": "Leer", "Land": "NA", "BTW": "n.v.t.", "Notitie": "NULL"}
    found = mapped(row, phone=("Tel",), city=("Stad",), country=("Land",), vat_number=("BTW",))
    read = {name: found.values[name] for name in ("phone", "city", "country_code", "vat_number")}
    assert read == {"phone": None, "city": "Leer", "country_code": "NA", "vat_number": None}
    assert (found.extra, found.invalid) == ({}, {})


def test_an_answer_of_an_api_has_no_words_for_nothing() -> None:
    found = mapper(MappingConfig("robaws"))("7", {"id": "7", "name": "Null", "tel": "-", "extraFields": {}})
    assert (found.values["name"], found.values["phone"]) == ("Null", "-")


def test_places_in_an_api_can_be_joined_too() -> None:
    sources = {"legal_form": ("address.city + name",)}
    found = mapper(MappingConfig("robaws", sources=sources))("7", {"name": "Acme", "address": {"city": "Gent"}})
    assert found.values["legal_form"] == "Gent Acme"


@given(st.dictionaries(st.sampled_from([*NAME[:1], "Voornaam", "Achternaam", "Actief"]), st.text()))
def test_no_text_is_lost(row: dict[str, str]) -> None:
    found = mapped({"Id": "1", **row}, is_active=ACTIVE)
    shown = " ".join([found.values["name"], *map(str, found.extra.values())])
    for column in ("Bedrijfsnaam", "Voornaam"):
        value = row.get(column, "").strip()
        assert not value.isalnum() or value in shown or len(value) < 6
