"""Search means the same on both databases."""

import pytest

from counterfoil.mirror import search
from counterfoil.mirror.customer_search import CustomerSearch
from counterfoil.mirror.models import Customer
from tests.support.mirrored import Mirrored

FIRMS = [
    ("Garage Müller NV", "info@mueller-cars.example", "Gent"),
    ("Muller Logistics", "x@y.example", "Antwerpen"),
    ("Côte d'Azur Motors", "cote@azur.example", "Nice"),
    ("De Smet & Zonen", "desmet@garage.example", "Brugge"),
    ("ACME Cars", "hello@acme-cars.example", "Gent"),
    ("A.B.C. Cars N.V.", "info@peeters-claes.example", "Lokeren"),
    ('O\'Brien "Quotes" (UK) Ltd', "ob@quotes.example", "London"),
]


@pytest.fixture
def firms(mirror: Mirrored) -> Mirrored:
    mirror.sim.control.delete(ids=mirror.sim.control.ids())
    for name, email, city in FIRMS:
        address = {"city": city, "addressLine1": "Zuiderlaan 12 bus 34", "postalCode": "9000"}
        fields = {"name": name, "email": email, "address": address, "tel": "0475 12 34 56"}
        fields["extraFields"] = {"Dealer": {"type": "TEXT", "group": None, "stringValue": "Werkplaats Oost"}}
        mirror.sim.control.add(1, fields={**fields, "vatIdNumber": "BE 0404.616.494"})
    mirror.sync()
    return mirror


def found(text: str, limit: int = 20) -> list[str]:
    return [customer.name for customer in CustomerSearch(Customer.objects.all(), text).hits(limit)]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("muller", ["Garage Müller NV", "Muller Logistics"]),
        ("MÜLL", ["Garage Müller NV", "Muller Logistics"]),
        ("gar mul", ["Garage Müller NV"]),
        ("cote azur", ["Côte d'Azur Motors"]),
        ("acme-cars", ["ACME Cars"]),
        ("hello@acme", ["ACME Cars"]),
        ("antw", ["Muller Logistics"]),
        ("quotes", ['O\'Brien "Quotes" (UK) Ltd']),
        ("zzz", []),
        ("", []),
        ("'\"*:&|!()", []),
        ("uller", []),
        ("abc cars", ["A.B.C. Cars N.V."]),
        ("a.b.c.", ["A.B.C. Cars N.V."]),
        ("nv abc", ["A.B.C. Cars N.V."]),
        ("peetersclaes", ["A.B.C. Cars N.V."]),
        ("info@peeters", ["A.B.C. Cars N.V."]),
        ("obrien", ['O\'Brien "Quotes" (UK) Ltd']),
    ],
)
def test_every_typed_word_begins_a_word_of_the_record(firms: Mirrored, typed: str, names: list[str]) -> None:
    assert found(typed) == names


def test_name_matches_come_first(firms: Mirrored) -> None:
    assert found("garage") == ["Garage Müller NV", "De Smet & Zonen"]


@pytest.mark.parametrize(
    "typed",
    [
        *("0404616494", "BE0404616494", "be 0404", "BE 0404.616.494", "0404.616.494", "0475123456", "32475"),
        *("0475", "0475 12 34", "+32 (0)475/12.34.56", "0475/12", "123456", "3456", "34.56", "9000"),
        *("zuiderlaan 12 34", "werkplaats oost", "zuiderlaan 0475/123456"),
    ],
)
def test_numbers_streets_and_extra_fields_are_found_as_they_are_written(firms: Mirrored, typed: str) -> None:
    assert len(found(typed)) == len(FIRMS)


@pytest.mark.parametrize("typed", ["0475 12 35", "+32 3 12 34 56", "123457", "BE 0404.616.495", "zuiderlaan 13"])
def test_another_number_finds_nobody(firms: Mirrored, typed: str) -> None:
    assert not found(typed)


def test_an_end_of_a_number_comes_after_its_beginnings(firms: Mirrored) -> None:
    key = firms.sim.control.ids()[-1]
    firms.sim.control.change(ids=[key], fields={"name": "Zomer 3456"}, rename=True)
    firms.sync()
    assert found("3456")[0] == "Zomer 3456"
    assert len(found("3456")) == len(FIRMS)


def test_a_changed_name_is_found_by_the_new_name_only(firms: Mirrored) -> None:
    first = firms.sim.control.ids()[0]
    firms.sim.control.change(ids=[first], fields={"name": "Autohuis Janssens"}, rename=True)
    firms.sync()
    assert found("janssens") == ["Autohuis Janssens"]
    assert found("muller") == ["Muller Logistics"]


def test_a_limit_keeps_the_best_matches(firms: Mirrored) -> None:
    assert found("g", limit=1) == ["Garage Müller NV"]


@pytest.mark.parametrize("few", [1_000, 1])
def test_a_filtered_search_finds_the_same_for_few_and_many_rows(
    firms: Mirrored, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    in_gent = Customer.objects.filter(city="Gent")
    assert {customer.name for customer in CustomerSearch(in_gent, "car").hits(20)} == {
        "ACME Cars",
        "Garage Müller NV",
    }
    assert [customer.name for customer in CustomerSearch(in_gent, "muller").hits(20)] == ["Garage Müller NV"]
    assert not list(CustomerSearch(in_gent, "azur").hits(20))
