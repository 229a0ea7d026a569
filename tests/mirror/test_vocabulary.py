"""The vocabulary of a connection: filled as records come, forgiving typing mistakes, never another tenant's."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.edits import edit
from counterfoil.mirror import vocabulary
from counterfoil.mirror.models import Customer, Removal, RunKind, SearchWord
from counterfoil.runs import lifecycle, mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.worker import queue, removal
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored, fingerprints


def near(typed: str, *connections: Mirrored) -> list[str]:
    return [found.text for found in vocabulary.near([one.connection.pk for one in connections], typed)]


def words_of(one: Mirrored) -> set[str]:
    return set(SearchWord.objects.filter(connection=one.connection).values_list("word", flat=True))


@pytest.fixture
def acme(mirror: Mirrored) -> Mirrored:
    """Mirror one customer, whose words are found by near ones."""
    mirror.sim.control.delete(ids=mirror.sim.control.ids())
    address = {"city": "Gent", "addressLine1": "Zuiderlaan 12"}
    mirror.sim.control.add(
        1, fields={"name": "Garage Peeters-Claes 2000", "email": "x@mail.example", "address": address}
    )
    mirror.sync()
    return mirror


def rename(acme: Mirrored, name: str) -> None:
    edit.edit_customer(Customer.objects.get(connection=acme.connection), {"name": name})


@pytest.mark.parametrize(
    ("typed", "word"),
    [("garagge", "garage"), ("gnet", "gent"), ("petersclaes", "peetersclaes"), ("zuyderlaan", "zuiderlaan")],
)
def test_a_mistyped_word_is_near_one_of_the_connection(acme: Mirrored, typed: str, word: str) -> None:
    assert near(typed, acme) == [word]


@pytest.mark.parametrize("typed", ["garage", "gara", "2001", "exmaple", "gaarrrge", "gen"])
def test_nothing_is_near_right_words_numbers_addresses_and_distant_words(acme: Mirrored, typed: str) -> None:
    assert near(typed, acme) == []


def test_words_of_persons_are_near_too(acme: Mirrored) -> None:
    acme.sim.control.add_contact(acme.sim.control.ids()[0], {"firstName": "Annelies", "name": "Verstraeten"})
    acme.sync_all(full=True)
    assert near("verstreaten", acme) == ["verstraeten"]


def test_a_word_of_another_tenant_is_never_near(acme: Mirrored) -> None:
    with RobawsSimulator(0, seed=8, rate=None) as theirs:
        theirs.control.add(1, fields={"name": "Vandenbroucke Geheim", "address": {"city": "Gemt"}})
        other = Mirrored.connect(theirs, "other")
        other.sync()
        assert near("vandenbrouke", other) == ["vandenbroucke"]
        assert near("vandenbrouke", acme) == []
        assert near("gemmt", acme) == []
        assert near("gent", acme, other) == ["gemt"]
        assert near("gent", acme) == []


def test_an_edit_and_a_new_name_add_words(acme: Mirrored) -> None:
    edit.edit_customer(Customer.objects.get(), {"city": "Lokeren"})
    rename(acme, "Autohuis Janssens")
    vocabulary.index_new()
    assert near("lokern", acme) == ["lokeren"]
    assert near("jansens", acme) == ["janssens"]


def test_law_2_a_pass_in_which_nothing_changed_adds_no_word(acme: Mirrored) -> None:
    before = list(SearchWord.objects.values_list())
    acme.sync(full=True)
    assert list(SearchWord.objects.values_list()) == before


def test_words_that_no_record_has_any_more_are_forgotten_after_a_day(acme: Mirrored) -> None:
    rename(acme, "Autohuis Gent")
    assert vocabulary.tidy() == 0, "new words are trusted"
    age_words()
    assert vocabulary.tidy() == 4
    assert words_of(acme) == {"autohuis", "gent", "zuiderlaan"}
    assert near("garagge", acme) == []
    assert near("gnet", acme) == ["gent"]
    age_words()
    assert vocabulary.tidy() == 0


def test_a_word_that_only_another_tenant_has_is_forgotten(acme: Mirrored) -> None:
    with RobawsSimulator(0, seed=8, rate=None) as theirs:
        theirs.control.add(1, fields={"name": "Garage"})
        other = Mirrored.connect(theirs, "other")
        other.sync()
        rename(acme, "Autohuis")
        age_words()
        vocabulary.tidy()
        assert "garage" not in words_of(acme)
        assert "garage" in words_of(other)


def test_a_removed_connection_leaves_no_word(acme: Mirrored) -> None:
    removal.remove(acme.connection, Removal.KEEP)
    assert near("garagge", acme) == ["garage"], "its records are still searched"
    removal.delete_kept(acme.connection)
    assert removal.delete_records(acme.connection)
    assert not SearchWord.objects.exists()
    if database.vendor == "sqlite":
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM counterfoil_search_deletion WHERE connection_id = %s", [acme.connection.pk]
            )
            assert cursor.fetchone() == (0,)


def test_an_older_install_is_indexed_again_without_an_api_call_or_a_new_version(acme: Mirrored) -> None:
    """As the migration leaves it: old words, no vocabulary, a run that waits."""
    SearchWord.objects.all().delete()
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("UPDATE counterfoil_customer_search SET name_words = 'old', other_words = 'old'")
        else:
            cursor.execute("UPDATE counterfoil_customer SET search = array_to_tsvector(ARRAY['=old', '@person'])")
    version = Customer.objects.get().version
    lifecycle.request_run(acme.connection, RunKind.REMAP, RunOptions(), resource=Resource.CUSTOMER)
    acme.sim.control.reset_stats()
    queue.execute_due_runs()
    assert Customer.objects.get().version == version
    assert near("garagge", acme) == ["garage"]
    assert words_in_index() >= {"garage", "peetersclaes", "zuiderlaan"} | (
        {"person"} if database.vendor == "postgresql" else set()
    )
    assert "old" not in words_in_index()
    assert not acme.sim.control.requests()


def test_law_2_indexing_again_rewrites_no_row_that_has_its_words(acme: Mirrored) -> None:
    before = fingerprints()
    mapping_changes.request_remap(acme.connection)
    queue.execute_due_runs()
    assert fingerprints() == before


def words_in_index() -> set[str]:
    from counterfoil.mirror.store import current_dialect

    return current_dialect().search_index.words_of(Customer.objects.get().pk)


def age_words() -> None:
    SearchWord.objects.update(checked_at=timezone.now() - 2 * timedelta(days=1))
