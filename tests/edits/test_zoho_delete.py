"""Deleting and deactivating at Zoho Books, and rights that a login lacks."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from counterfoil.connectors.zoho_books.oauth import READING, WRITING
from counterfoil.edits import activity, delete, edit, prefetch, request_push
from counterfoil.edits.delete import DeletionQuestion
from counterfoil.errors import NotAllowed, NotPossibleNow
from counterfoil.mirror.models import Change, Customer, PendingDeletion, PendingEdit, Run, Source, Token, Write
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


NEW = "Nieuwe Klant BV"


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """20 customers with their persons, some with invoices, and one without any."""
    with at_noon(), ZohoBooksSimulator(organizations=1, contacts=20, seed=5, rate=None) as simulator:
        simulator.control.add_contact(1, {"contact_name": NEW})
        yield simulator


@dataclass
class Deleted(Books):
    """With the verbs of deletion."""

    def confirm(self, customer: Customer) -> None:
        prefetch.fetch_details(customer)
        delete.confirm_deletion(customer, DeletionQuestion.about(customer).mark)

    def push(self) -> Run:
        run = execute_run(request_push.request_push(self.connection)).run
        run.refresh_from_db()
        return run

    def any_customer(self, *, with_invoices: bool = False) -> Customer:
        rows = Customer.objects.filter(connection=self.connection, state="present", is_active=True)
        return rows.filter(invoices__isnull=False).order_by("pk")[0] if with_invoices else rows.get(name=NEW)


@pytest.fixture
def books(sim: ZohoBooksSimulator) -> Deleted:
    return synced(sim)


def synced(sim: ZohoBooksSimulator, scopes: list[str] | None = None) -> Deleted:
    """Connect with these scopes, by default all, and sync."""
    if scopes is not None:
        sim.refresh_token = sim.control.grant(scopes)
    found = Books.connect(sim)
    found.sync(full=True)
    return Deleted(found.sim, found.connection)


def deletions(sim: ZohoBooksSimulator) -> list[bool]:
    return [write["carried_out"] for write in sim.control.writes() if write["method"] == "DELETE"]


def test_law_3_a_deletion_is_proven_by_code_1002(books: Deleted) -> None:
    customer = books.any_customer()
    books.confirm(customer)
    run = books.push()
    customer.refresh_from_db()
    assert (run.pushed, run.failed, customer.state) == (1, 0, "tombstone")
    assert Change.objects.get(field="state", after="tombstone").source == Source.DELETION
    assert deletions(books.sim) == [True]


def test_law_3_a_deletion_that_was_answered_and_not_done_is_no_tombstone(books: Deleted) -> None:
    books.sim.control.switch(contact_delete="kept")
    customer = books.any_customer()
    books.confirm(customer)
    books.push()
    books.push()
    customer.refresh_from_db()
    assert customer.state == "present"
    assert "still returns it" in PendingDeletion.objects.get().held


def test_a_customer_whose_details_were_not_shown_asks_again(books: Deleted) -> None:
    customer = books.any_customer()
    delete.confirm_deletion(customer, DeletionQuestion.about(customer).mark)
    books.push()
    assert ("Changed" in PendingDeletion.objects.get().held, deletions(books.sim)) == (True, [])


def test_a_customer_with_invoices_is_kept_and_zoho_says_why(books: Deleted) -> None:
    customer = books.any_customer(with_invoices=True)
    question = DeletionQuestion.about(customer)
    assert question.dependents.invoices > 0
    books.confirm(customer)
    run = books.push()
    customer.refresh_from_db()
    assert (run.failed, customer.state) == (1, "present")
    assert "has transactions" in PendingDeletion.objects.get().held


@pytest.mark.parametrize("arrived", [True, False])
def test_law_5_an_unanswered_deletion_is_looked_up(books: Deleted, arrived: bool) -> None:
    customer = books.any_customer()
    books.confirm(customer)
    books.sim.control.fault("dropped", method="DELETE", times=1, after=arrived, at="start")
    books.push()
    books.push()
    customer.refresh_from_db()
    assert customer.state == "tombstone"
    assert deletions(books.sim).count(True) == 1


def test_deactivating_is_an_edit_that_is_sent_and_confirmed(books: Deleted) -> None:
    customer = books.any_customer()
    assert activity.set_active(customer, active=False).pending == ["is_active"]
    customer.refresh_from_db()
    assert customer.is_active is False
    run = books.push()
    customer.refresh_from_db()
    assert (run.pushed, customer.is_active, PendingEdit.objects.count()) == (1, False, 0)
    assert books.sim.control.contact(str(customer.external_id))["status"] == "inactive"
    activity.set_active(customer, active=True)
    books.push()
    assert books.sim.control.contact(str(customer.external_id))["status"] == "active"


def test_other_edits_go_out_with_a_deactivation(books: Deleted) -> None:
    customer = books.any_customer()
    edit.edit_customer(customer, {"website": "https://www.example.com"})
    activity.set_active(customer, active=False)
    books.push()
    contact = books.sim.control.contact(str(customer.external_id))
    assert (contact["status"], contact["website"]) == ("inactive", "https://www.example.com")


def test_a_deactivation_can_be_undone_while_it_waits(books: Deleted) -> None:
    customer = books.any_customer()
    activity.set_active(customer, active=False)
    assert activity.set_active(customer, active=True).undone == ["is_active"]
    assert books.push().expected == 0


def test_law_4_a_customer_deactivated_on_both_sides_is_no_conflict(books: Deleted) -> None:
    customer = books.any_customer()
    activity.set_active(customer, active=False)
    books.sim.control.deactivate([str(customer.external_id)])
    run = books.push()
    assert (run.conflicts, PendingEdit.objects.count()) == (0, 0)
    assert not Write.objects.exists()


def test_a_consent_without_the_right_says_so_before_anything_is_sent(sim: ZohoBooksSimulator) -> None:
    books = synced(sim, [*READING, *WRITING])
    with pytest.raises(NotAllowed, match=r"ZohoBooks\.contacts\.DELETE") as raised:
        books.confirm(books.any_customer())
    assert "Log in again" in raised.value.advice
    assert deletions(sim) == []


def test_a_consent_that_names_no_scopes_is_known_after_the_first_refusal(sim: ZohoBooksSimulator) -> None:
    sim.control.switch(token_names_scopes=False)
    books = synced(sim, [*READING, *WRITING])
    first = books.any_customer()
    books.confirm(first)
    edit.edit_customer(books.any_customer(with_invoices=True), {"website": "https://www.example.com"})
    run = books.push()
    assert (run.state, run.failed, run.pushed) == ("completed", 1, 1), "the others go out"
    assert "ZohoBooks.contacts.DELETE" in PendingDeletion.objects.get().held
    with pytest.raises(NotAllowed, match="lacks the right"):
        books.confirm(first)


def test_a_new_login_with_the_right_can_delete(sim: ZohoBooksSimulator) -> None:
    sim.control.switch(token_names_scopes=False)
    books = synced(sim, [*READING, *WRITING])
    books.confirm(books.any_customer())
    books.push()
    sim.refresh_token = sim.control.grant()
    Books.connect(sim)
    assert Token.objects.get().refused == []
    customer = books.any_customer()
    books.confirm(customer)
    books.push()
    assert deletions(sim).count(True) == 1


def test_deactivating_needs_a_way_and_a_right(sim: ZohoBooksSimulator) -> None:
    books = synced(sim, [*READING, "ZohoBooks.contacts.UPDATE"])
    with pytest.raises(NotAllowed, match=r"ZohoBooks\.contacts\.CREATE"):
        activity.set_active(books.any_customer(), active=False)
    missing = books.any_customer()
    Customer.objects.filter(pk=missing.pk).update(state="missing")
    missing.refresh_from_db()
    with pytest.raises(NotPossibleNow):
        activity.set_active(missing, active=False)
