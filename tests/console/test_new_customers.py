"""Customers made in the console: here at once, upstream with the next push."""

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
    """Fill in the form and press Create; the page that comes after it."""
    return notice(client, NEW, fields(client, NEW) | typed)


def test_a_new_customer_is_here_at_once_and_upstream_after_a_push(anna: Client, edited: Edited) -> None:
    assert f'href="{NEW}"' in page(anna, LIST)
    shown = create(anna, name="Nieuwe Klant BV", email="nieuw@example.com")
    made = Customer.objects.get(name="Nieuwe Klant BV")
    said = plain(shown)
    assert "Not yet in Robaws" in said
    assert "by anna" in said
    assert "“Push now” creates it there" in said
    assert "Take back" not in said
    anna.post(at(made, "push"))
    run = Run.objects.get(kind=RunKind.PUSH)
    assert edited.push().created == 1
    assert Run.objects.get(pk=run.pk).options == {"records": [made.pk]}
    made.refresh_from_db()
    assert edited.theirs(str(made.external_id))["email"] == "nieuw@example.com"
    assert "made here" not in plain(page(anna, at(made)))


def test_a_name_is_needed_and_nothing_typed_is_lost(anna: Client, edited: Edited) -> None:
    shown = create(anna, city="Gent", follow_up_date="someday")
    assert 'id="id_name_error">A customer needs a name. Enter one.' in shown
    assert 'id="id_follow_up_date_error"' in shown
    assert 'name="city" value="Gent"' in shown
    assert not Customer.objects.filter(state="local").exists()


def test_it_is_edited_before_it_is_created(anna: Client, edited: Edited) -> None:
    create(anna, name="Nieuwe Klant BV")
    made = Customer.objects.get(name="Nieuwe Klant BV")
    notice(anna, at(made, "edit"), fields(anna, at(made, "edit")) | {"city": "Gent"})
    said = notice(anna, at(made, "take-back"), {"field": "name"})
    assert "there is nothing to go back to" in plain(said)
    edited.push()
    made.refresh_from_db()
    assert edited.theirs(str(made.external_id))["address"]["city"] == "Gent"


def test_where_several_connections_can_be_written_one_is_chosen(anna: Client, edited: Edited) -> None:
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


def test_where_nothing_can_be_written_nothing_is_offered(anna: Client) -> None:
    making.connection(settings={"read_only": True})
    assert f'href="{NEW}"' not in page(anna, LIST)
    assert "customers come from their upstreams only" in plain(page(anna, NEW))


def test_a_viewer_makes_none(edited: Edited) -> None:
    viewer = logged_in(person(Role.VIEWER))
    assert f'href="{NEW}"' not in page(viewer, LIST)
    assert viewer.get(NEW).status_code == 403
    assert viewer.post(NEW, {"name": "Nieuwe Klant BV"}).status_code == 403


def test_the_palette_offers_it_to_whom_it_is_for(anna: Client, edited: Edited) -> None:
    assert NEW in page(anna, "/search/?s=new+cust")
    assert NEW not in page(logged_in(person(Role.VIEWER)), "/search/?s=new+cust")


def test_one_that_may_be_there_already_is_shown_with_its_reasons_before_another_is_made(
    anna: Client, edited: Edited
) -> None:
    there = edited.row("7")
    shown = plain(create(anna, name=there.name, city="Gent"))
    assert "This customer may be there already" in shown
    assert f"{there.name} 7 100% same name" in shown
    assert not Customer.objects.filter(state="local").exists()
    typed = fields(anna, NEW) | {"name": there.name, "city": "Gent"}
    typed.pop("_save", None)
    again = notice(anna, NEW, typed | {"_anyway": "1"})
    assert "Not yet in Robaws" in plain(again)
    assert Customer.objects.filter(state="local", name=there.name).count() == 1


def test_one_that_nobody_wants_any_more_is_discarded_and_stays_readable(anna: Client, edited: Edited) -> None:
    create(anna, name="Nieuwe Klant BV")
    made = Customer.objects.get(name="Nieuwe Klant BV")
    assert at(made, "discard") in page(anna, at(made))
    anna.post(at(made, "discard"))
    made.refresh_from_db()
    assert made.state == "tombstone"
    assert "Nieuwe Klant BV" in page(anna, at(made))
    assert at(made, "discard") not in page(anna, at(made))
    assert edited.push().expected == 0
