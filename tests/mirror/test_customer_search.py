"""A search forgives typing mistakes, says so, keeps exact matches first, and leaves deleted customers out."""

import pytest

from counterfoil.mirror import search
from counterfoil.mirror.customer_search import CustomerSearch
from counterfoil.mirror.models import Connection, Customer, State
from counterfoil.mirror.selection import Selection
from tests.console import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Connection:
    """Make customers of one connection, with their vocabulary."""
    made = making.connection()
    for name, city in (
        ("Garage Peeters", "Gent"),
        ("Garage Zuid", "Gent"),
        ("Garages Janssens", "Gent"),
        ("Garage Noord", "Antwerpen"),
        ("Autohandel Verstraeten", "Genk"),
    ):
        making.customer(made, name, city=city)
    making.vocabulary_of(made)
    return made


def searched(acme: Connection, text: str, *others: Connection, deleted: bool = False) -> CustomerSearch:
    return CustomerSearch(Customer.objects.all(), text, [acme.pk, *(one.pk for one in others)], deleted)


def names(rows: object) -> list[str]:
    return [row.name for row in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize("few", [search.FEW, 2])
@pytest.mark.parametrize(
    ("typed", "meant", "found"),
    [
        ("garagge gnet", "garage gent", ["Garage Peeters", "Garage Zuid", "Garages Janssens"]),
        ("garage gnet", "garage gent", ["Garage Peeters", "Garage Zuid", "Garages Janssens"]),
        ("gnet garagge zuid", "gent garage zuid", ["Garage Zuid"]),
        ("verstreaten", "verstraeten", ["Autohandel Verstraeten"]),
        ("atohandel verstraten", "autohandel verstraeten", ["Autohandel Verstraeten"]),
        ("jansens", "janssens", ["Garages Janssens"]),
    ],
)
def test_mistyped_words_find_what_was_meant_and_it_is_said(
    acme: Connection, typed: str, meant: str, found: list[str], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    hits = searched(acme, typed).hits(10)
    assert hits.correction == meant
    assert sorted(names(hits.similar)) == found
    assert not hits.exact


def test_exact_matches_come_first_and_are_not_repeated(acme: Connection) -> None:
    making.customer(acme, "Garagge Fout")
    hits = searched(acme, "garagge").hits(10)
    assert names(hits.exact) == ["Garagge Fout"]
    assert hits.correction == "garage"
    assert names(hits.similar)[:2] == ["Garage Noord", "Garage Peeters"]
    assert "Garagge Fout" not in names(hits.similar)
    assert names(searched(acme, "garagge").hits(2)) == ["Garagge Fout", "Garage Noord"]


@pytest.mark.parametrize("typed", ["garage", "gara", "garage gent", "2001", "gnt", "qqqqqq", "", "be0404616495"])
def test_nothing_is_corrected_where_enough_matches_or_nothing_is_near(acme: Connection, typed: str) -> None:
    assert searched(acme, typed).correction is None


def test_a_correction_always_has_a_customer(acme: Connection) -> None:
    assert searched(acme, "verstreaten gnet").correction is None, "she is in Genk"
    assert searched(acme, "verstreaten").hits(1).correction == "verstraeten"


def test_a_number_beside_a_mistyped_word_is_not_corrected(acme: Connection) -> None:
    making.customer(acme, "Garage 2000", external_id="77")
    making.customer(acme, "Garage 3000")
    assert names(searched(acme, "garagge 2000").hits(5)) == ["Garage 2000"]


def test_law_of_tenants_no_word_of_a_connection_that_is_not_seen_is_said(acme: Connection) -> None:
    other = making.connection("other")
    making.customer(other, "Vandenbroucke", city="Gemt")
    making.vocabulary_of(other)
    mine = Customer.objects.filter(connection=acme)
    assert CustomerSearch(mine, "vandenbrouke", [acme.pk]).correction is None
    assert CustomerSearch(mine, "vandenbrouke", [acme.pk, other.pk]).correction is None, (
        "no customer of mine has it"
    )
    assert searched(acme, "vandenbrouke", other).hits(5).correction == "vandenbroucke"
    assert CustomerSearch(mine, "vandenbrouke", []).correction is None


def test_deleted_customers_are_found_on_request_only(acme: Connection) -> None:
    making.customer(acme, "Garage Weg", state=State.TOMBSTONE)
    found = searched(acme, "garage weg")
    assert not found.hits(5)
    assert found.deleted_match
    asked = searched(acme, "garage weg", deleted=True)
    assert names(asked.hits(5)) == ["Garage Weg"]
    assert not asked.deleted_match
    assert not searched(acme, "garage zuid").deleted_match


@pytest.mark.parametrize(
    ("parameters", "count"),
    [({}, 0), ({"deleted": "yes"}, 1), ({"state": "tombstone"}, 1), ({"state": "present"}, 0)],
)
def test_a_selection_means_the_rows_of_the_list(acme: Connection, parameters: dict[str, str], count: int) -> None:
    made = making.customer(acme, "Garage Weg", state=State.TOMBSTONE)
    chosen = Selection.from_parameters({"q": "garage weg", **parameters})
    assert chosen.rows(made.updated_at).count() == count


def test_a_mistyped_word_that_only_a_deleted_customer_has_is_not_corrected(acme: Connection) -> None:
    making.customer(acme, "Wegenbouw", state=State.TOMBSTONE)
    making.vocabulary_of(acme)
    assert searched(acme, "wegenbow").correction is None
    assert searched(acme, "wegenbow", deleted=True).hits(2).correction == "wegenbouw"
