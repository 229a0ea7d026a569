"""The list and Ctrl-K forgive typing mistakes in the same way, say so, and offer deleted customers."""

import re

import pytest
from django.test import Client

from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Connection, State
from tests.console import making
from tests.console.asking import page
from tests.console.people import belongs_to, logged_in, person

pytestmark = pytest.mark.django_db
LIST = "/customers/"


@pytest.fixture
def acme() -> Connection:
    """Make three customers and one who was deleted."""
    made = making.connection()
    making.customer(made, "Garage Peeters", city="Gent")
    making.customer(made, "Garage Zuid", city="Gent")
    making.customer(made, "Autohandel Noord", city="Antwerpen")
    making.customer(made, "Garage Weg", city="Lier", state=State.TOMBSTONE)
    making.vocabulary_of(made)
    return made


def listed(shown: str) -> list[str]:
    return re.findall(r'<span class="cf-two" title="([^"]*)"', shown)


def palette(client: Client, typed: str) -> tuple[list[str], list[str]]:
    """Return the headings and the titles of the hits."""
    shown = client.get("/search/", {"s": typed}).content.decode()
    return re.findall(r"<h3[^>]*>([^<]*)<", shown), re.findall(r'data-title="([^"]*)"', shown)


def test_the_list_says_what_was_probably_meant(boss: Client, acme: Connection) -> None:
    shown = page(boss, f"{LIST}?q=garagge+gnet")
    assert listed(shown) == ["Garage Peeters", "Garage Zuid"]
    assert "Nothing matches “garagge gnet” exactly" in shown
    address = re.search(r'Did you mean <a href="([^"]*)">garage gent</a>', shown)
    assert address is not None
    assert listed(page(boss, LIST + address[1])) == ["Garage Peeters", "Garage Zuid"]
    assert "Did you mean" not in page(boss, LIST + address[1])


def test_rows_that_were_probably_meant_are_not_selected_as_a_whole(boss: Client, acme: Connection) -> None:
    for at in range(60):
        making.customer(acme, f"Verstraeten {at}")
    making.vocabulary_of(acme)
    assert "data-pick-more" in page(boss, f"{LIST}?q=verstraeten")
    mistyped = page(boss, f"{LIST}?q=verstreaten")
    assert len(listed(mistyped)) == 50
    assert "data-pick-more" not in mistyped
    assert 'name="whole"' not in mistyped


def test_exact_matches_come_first_in_the_list(boss: Client, acme: Connection) -> None:
    making.customer(acme, "Zz Garagge")
    shown = page(boss, f"{LIST}?q=garagge")
    assert listed(shown) == ["Zz Garagge", "Garage Peeters", "Garage Zuid"]
    assert "Its customers follow the exact matches" in shown


def test_the_list_offers_deleted_customers_that_match(boss: Client, acme: Connection) -> None:
    shown = page(boss, f"{LIST}?q=garage")
    assert listed(shown) == ["Garage Peeters", "Garage Zuid"]
    address = re.search(r'Deleted customers match too. <a href="([^"]*)"', shown)
    assert address is not None
    with_deleted = page(boss, LIST + address[1].replace("&amp;", "&"))
    assert listed(with_deleted) == ["Garage Peeters", "Garage Weg", "Garage Zuid"]
    assert "Deleted included" in with_deleted
    assert "match too" not in with_deleted
    assert "match too" not in page(boss, f"{LIST}?q=noord")
    assert listed(page(boss, f"{LIST}?q=garage&state=tombstone")) == ["Garage Weg"]


def test_ctrl_k_says_what_was_probably_meant_and_offers_deleted_customers(boss: Client, acme: Connection) -> None:
    assert palette(boss, "garagge gnet") == (["Did you mean “garage gent”?"], ["Garage Peeters", "Garage Zuid"])
    headings, titles = palette(boss, "garage")
    assert headings == ["Customers"]
    assert titles == ["Garage Peeters", "Garage Zuid", "Deleted customers match too"]


def test_law_of_tenants_a_private_word_is_said_to_its_owner_only(boss: Client, acme: Connection) -> None:
    anna, bert = person(Role.CLERK, "anna"), person(Role.CLERK, "bert")
    private = making.connection("private")
    belongs_to(private, anna)
    making.customer(private, "Vandenbroucke")
    making.vocabulary_of(private)
    assert "vandenbroucke" in page(logged_in(anna), f"{LIST}?q=vandenbrouke")
    assert "vandenbroucke" not in page(logged_in(bert), f"{LIST}?q=vandenbrouke")
    assert palette(logged_in(bert), "vandenbrouke") == ([], [])
