"""Creating customers in the console: they are here at once and sent with the next push."""

import pytest
from django.test import Client

from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Customer, Run, RunKind
from tests.console import making
from tests.console.asking import fields, notice, page
from tests.console.edited import LIST, at, plain
from tests.console.people import logged_in, only_for, person
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)
NEW = f"{LIST}add/"


def create(client: Client, **typed: str) -> str:
    """Fill in the form, press Create and return the page that follows."""
    return notice(client, NEW, fields(client, NEW) | typed)


def test_a_new_customer_is_here_at_once_and_in_robaws_after_a_push(anna: Client, edited: Edited) -> None:
    assert f'href="{NEW}"' in page(anna, LIST)
    shown = create(anna, name="Nieuwe Klant BV", email="nieuw@example.com")
    made = Customer.objects.get(name="Nieuwe Klant BV")
    said = plain(shown)
    assert "Not yet in Robaws" in said
    assert "by anna" in said
    assert "“Send to Robaws” does it now" in said
    assert "Undo" not in said
    anna.post(at(made, "push"))
    run = Run.objects.get(kind=RunKind.PUSH)
    assert edited.push().created == 1
    assert Run.objects.get(pk=run.pk).options == {"records": [made.pk]}
    made.refresh_from_db()
    assert edited.theirs(str(made.external_id))["email"] == "nieuw@example.com"
    assert "created here" not in plain(page(anna, at(made)))


def test_a_name_is_required_and_no_input_is_lost(anna: Client, edited: Edited) -> None:
    shown = create(anna, city="Gent", follow_up_date="someday")
    assert 'id="id_name_error">A customer needs a name. Enter one.' in shown
    assert 'id="id_follow_up_date_error"' in shown
    assert 'name="city" value="Gent"' in shown
    assert not Customer.objects.filter(state="local").exists()


def test_a_customer_can_be_edited_before_it_is_sent(anna: Client, edited: Edited) -> None:
    create(anna, name="Nieuwe Klant BV")
    made = Customer.objects.get(name="Nieuwe Klant BV")
    notice(anna, at(made, "edit"), fields(anna, at(made, "edit")) | {"city": "Gent"})
    said = notice(anna, at(made, "undo"), {"field": "name"})
    assert "there is no value to go back to" in plain(said)
    edited.push()
    made.refresh_from_db()
    assert edited.theirs(str(made.external_id))["address"]["city"] == "Gent"


def test_the_user_chooses_among_several_writable_connections(anna: Client, edited: Edited) -> None:
    other = making.connection("beta")
    hidden = making.connection("gamma")
    only_for(hidden)
    shown = page(anna, NEW)
    assert f'href="?connection={other.pk}">beta</a>' in shown
    assert "gamma" not in shown
    assert anna.get(f"{NEW}?connection={hidden.pk}").status_code == 404
    address = f"{NEW}?connection={edited.connection.pk}"
    notice(anna, address, fields(anna, address) | {"name": "Nieuwe Klant BV"})
    assert Customer.objects.get(name="Nieuwe Klant BV").connection == edited.connection


def test_without_a_writable_connection_no_customer_can_be_added(anna: Client) -> None:
    making.connection(settings={"read_only": True})
    assert f'href="{NEW}"' not in page(anna, LIST)
    assert "You have no connection that customers can be added to." in plain(page(anna, NEW))


def test_a_viewer_cannot_create_a_customer(edited: Edited) -> None:
    viewer = logged_in(person(Role.VIEWER))
    assert f'href="{NEW}"' not in page(viewer, LIST)
    assert viewer.get(NEW).status_code == 403
    assert viewer.post(NEW, {"name": "Nieuwe Klant BV"}).status_code == 403


def test_the_command_palette_offers_it_to_users_who_may_create(anna: Client, edited: Edited) -> None:
    assert NEW in page(anna, "/search/?s=new+cust")
    assert NEW not in page(logged_in(person(Role.VIEWER)), "/search/?s=new+cust")


def test_a_possible_duplicate_is_shown_before_another_is_created(anna: Client, edited: Edited) -> None:
    there = edited.row("7")
    shown = plain(create(anna, name=there.name, city="Gent"))
    assert "This customer may already exist" in shown
    assert f"{there.name} 7 100% same name" in shown
    assert not Customer.objects.filter(state="local").exists()
    typed = fields(anna, NEW) | {"name": there.name, "city": "Gent"}
    typed.pop("_save", None)
    again = notice(anna, NEW, typed | {"_anyway": "1"})
    assert "Not yet in Robaws" in plain(again)
    assert Customer.objects.filter(state="local", name=there.name).count() == 1


def test_an_email_that_cannot_be_right_is_created_only_with_save_anyway(anna: Client, edited: Edited) -> None:
    there = edited.row("7")
    typed = fields(anna, NEW) | {"name": there.name, "email": "no address", "city": "Gent"}
    asked = notice(anna, NEW, typed | {"_with_invalid": "1"})
    assert "This customer may already exist" in plain(asked)
    assert 'type="hidden" name="_with_invalid" value="1"' in asked
    typed.pop("_save", None)
    doubted = notice(anna, NEW, typed | {"_anyway": "1"})
    assert "This cannot be right: no @." in plain(doubted)
    assert 'name="city" value="Gent"' in doubted
    assert 'type="hidden" name="_anyway" value="1"' in doubted
    assert not Customer.objects.filter(state="local").exists()
    notice(anna, NEW, typed | {"_anyway": "1", "_with_invalid": "1"})
    assert Customer.objects.get(state="local").email == "no address"


def test_a_discarded_customer_can_still_be_read(anna: Client, edited: Edited) -> None:
    create(anna, name="Nieuwe Klant BV")
    made = Customer.objects.get(name="Nieuwe Klant BV")
    assert at(made, "discard") in page(anna, at(made))
    anna.post(at(made, "discard"))
    made.refresh_from_db()
    assert made.state == "tombstone"
    assert "Nieuwe Klant BV" in page(anna, at(made))
    assert at(made, "discard") not in page(anna, at(made))
    assert edited.push().expected == 0
