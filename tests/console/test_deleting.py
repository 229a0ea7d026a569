"""Deleting a customer in the console: the question, what depends on it, the confirmation, and who may."""

from collections.abc import Iterator

import pytest
from django.test import Client

from counterfoil.connectors.zoho_books.oauth import READING, WRITING
from counterfoil.console.site.permissions import Role
from counterfoil.edits import delete
from counterfoil.edits.delete import DeletionQuestion
from counterfoil.mirror.models import Customer, PendingDeletion, Run, RunKind
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.console.asking import fields, notice, page
from tests.console.edited import at, plain
from tests.console.people import logged_in, only_for, person
from tests.edits.conftest import Edited
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def otto(transactional_db: None) -> Client:
    """Log in as an operator."""
    return logged_in(person(Role.OPERATOR, "otto"))


def question(client: Client, edited: Edited, external_id: str = "7") -> str:
    return page(client, at(edited.row(external_id), "deletion"))


def confirm(client: Client, edited: Edited, external_id: str = "7") -> str:
    """Open the question, press the button and return the page that follows."""
    address = at(edited.row(external_id), "deletion")
    return notice(client, address, fields(client, address))


def test_a_customer_is_deleted_after_a_question_that_shows_what_depends_on_it(
    otto: Client, edited: Edited
) -> None:
    edited.sync_all(full=True)
    edited.edit("7", city="Gent")
    row = edited.row("7")
    shown = page(otto, at(row))
    assert f'href="{at(row, "deletion")}"' in shown
    assert "Delete in Robaws…" in plain(shown)
    asked = plain(question(otto, edited))
    assert f"Delete {row.name} in Robaws?" in asked
    assert "1 edit made here, which will be discarded" in asked
    persons = row.contact_persons.count()
    assert (f"{persons} contact person" in asked) == bool(persons)
    assert not PendingDeletion.objects.exists(), "nothing happens before the confirmation"
    confirm(otto, edited)
    run = Run.objects.get(kind=RunKind.PUSH)
    assert run.options == {"records": [row.pk]}
    execute_run(run)
    assert edited.row("7").state == "tombstone"
    assert "deletion" in plain(page(otto, f"/runs/{run.pk}/"))
    history = plain(page(otto, at(row)))
    assert "Deletion" in history
    assert "otto" in history


def test_a_question_that_was_overtaken_is_asked_again(otto: Client, edited: Edited) -> None:
    address = at(edited.row("7"), "deletion")
    answer = fields(otto, address)
    edited.edit("7", city="Gent")
    shown = notice(otto, address, answer)
    assert "Something has changed meanwhile" in plain(shown)
    assert not PendingDeletion.objects.exists()


def test_a_held_deletion_says_why_and_can_be_given_up(otto: Client, edited: Edited) -> None:
    edited.sim.control.switch(client_delete="refused")
    confirm(otto, edited)
    execute_run(Run.objects.get(kind=RunKind.PUSH))
    shown = plain(page(otto, at(edited.row("7"))))
    for words in ("Not deleted in Robaws.", "sales invoices", "Delete in Robaws…"):
        assert words in shown
    said = notice(otto, at(edited.row("7"), "deletion/undo"))
    assert "is kept in Robaws" in plain(said)
    assert not PendingDeletion.objects.exists()


def test_a_deletion_that_waits_is_shown_and_bars_editing(otto: Client, anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    delete.confirm_deletion(row, DeletionQuestion.about(row).mark)
    shown = page(anna, at(row))
    assert "Waits to be deleted in Robaws" in plain(shown)
    assert "Keep the customer" not in plain(shown), "a clerk may not"
    assert f'href="{at(row, "edit")}"' not in shown
    assert "Keep the customer" in plain(page(otto, at(row)))
    assert "Send to Robaws" in plain(page(anna, at(row)))


def test_a_clerk_deletes_nothing(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    assert "Delete in Robaws" not in plain(page(anna, at(row)))
    assert anna.get(at(row, "deletion")).status_code == 403
    assert anna.post(at(row, "deletion"), {"seen": DeletionQuestion.about(row).mark}).status_code == 403
    assert anna.post(at(row, "deletion/undo")).status_code == 403
    assert not PendingDeletion.objects.exists()


def test_nobody_deletes_customers_that_they_may_not_see(otto: Client, edited: Edited) -> None:
    only_for(edited.connection)
    assert otto.get(at(edited.row("7"), "deletion")).status_code == 404
    assert otto.post(at(edited.row("7"), "deletion/undo")).status_code == 404


def test_a_read_only_connection_offers_no_deletion(otto: Client, edited: Edited) -> None:
    edited.connection.settings["read_only"] = True
    edited.connection.save()
    assert "Delete in Robaws" not in plain(page(otto, at(edited.row("7"))))
    answer = otto.get(at(edited.row("7"), "deletion"), follow=True)
    assert "read-only" in plain(answer.content.decode())


@pytest.fixture
def zoho() -> Iterator[ZohoBooksSimulator]:
    with at_noon(), ZohoBooksSimulator(organizations=1, contacts=5, seed=5, rate=None) as simulator:
        yield simulator


def first_customer(zoho: ZohoBooksSimulator, scopes: list[str]) -> Customer:
    """Connect with a login of these scopes, sync, and return a customer."""
    zoho.refresh_token = zoho.control.grant(scopes)
    Books.connect(zoho).sync(full=True)
    return Customer.objects.filter(state="present", is_active=True).order_by("pk")[0]


def test_a_missing_right_is_said_before_the_button_with_the_way_to_log_in(
    transactional_db: None, zoho: ZohoBooksSimulator
) -> None:
    customer = first_customer(zoho, [*READING, *WRITING])
    owner = logged_in(person(Role.OWNER))
    shown = page(owner, at(customer, "deletion"))
    assert "lacks the right ZohoBooks.contacts.DELETE" in plain(shown)
    assert f'href="/connections/{customer.connection_id}/key/"' in shown
    assert ">Log in again</a>" in shown
    assert "Delete in Zoho Books</button>" not in shown
    shown = page(logged_in(person(Role.OPERATOR)), at(customer, "deletion"))
    assert "Ask an owner" in plain(shown)
    assert "/key/" not in shown


def test_a_customer_is_deactivated_by_a_clerk_where_the_system_knows_a_way(
    anna: Client, edited: Edited, zoho: ZohoBooksSimulator
) -> None:
    assert "Deactivate" not in plain(page(anna, at(edited.row("7")))), "not in Robaws"
    said = notice(anna, at(edited.row("7"), "active"), {"active": "no"})
    assert "does not deactivate customers in Robaws" in plain(said)
    books = Books.connect(zoho)
    books.sync(full=True)
    customer = Customer.objects.filter(connection=books.connection, is_active=True).order_by("pk")[0]
    assert "Deactivate" in plain(page(anna, at(customer)))
    said = plain(notice(anna, at(customer, "active"), {"active": "no"}))
    assert "Marked as inactive here, and in Zoho Books the next time edits are sent." in said
    assert "Activate" in plain(page(anna, at(customer)))
    said = plain(notice(anna, at(customer, "active"), {"active": "yes"}))
    assert "is active, as in Zoho Books." in said


def test_a_viewer_deactivates_nothing(viewer: Client, edited: Edited) -> None:
    assert viewer.post(at(edited.row("7"), "active"), {"active": "no"}).status_code == 403
