"""Customers edited in the console: shown at once, marked, taken back, and nobody's typing lost."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Conflict, PendingEdit
from tests.console.asking import fields, notice, page
from tests.console.edited import LIST, at, both_changed, field, plain, save
from tests.console.people import logged_in, person
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_edit_shows_at_once_with_what_it_was_and_who_made_it(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    shown = save(anna, row, city="Gent", phone="+32 3 234 56 78")
    assert "Phone and City are saved here and not confirmed upstream yet." in plain(shown)
    said = field(shown, "City")
    assert said.startswith("Gent Not confirmed yet Take back")
    assert f"was {row.city or 'empty'} upstream · edited by anna" in said
    assert (edited.row("7").phone, edited.row("7").phone_e164) == ("+32 3 234 56 78", "+3232345678")
    assert {edit.made_by.get_username() for edit in PendingEdit.objects.all() if edit.made_by} == {"anna"}


def test_only_what_was_touched_becomes_an_edit(anna: Client, edited: Edited) -> None:
    shown = save(anna, edited.row("7"))
    assert "Nothing was changed." in plain(shown)
    save(anna, edited.row("7"), city="Gent")
    assert edited.edits("7").keys() == {"city"}


def test_a_field_is_taken_back_by_its_button(anna: Client, edited: Edited) -> None:
    before = edited.row("7").city
    save(anna, edited.row("7"), city="Gent", street="Elsewhere 1")
    shown = notice(anna, at(edited.row("7"), "take-back"), {"field": "city"})
    assert "City is what the upstream says again." in plain(shown)
    assert edited.row("7").city == before
    assert edited.edits("7").keys() == {"street"}


def test_an_error_stands_on_its_field_and_nothing_typed_is_lost(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    shown = save(anna, row, name=" ", follow_up_date="someday", city="Gent")
    assert "Nothing is saved yet" in shown
    assert re.search(r'id="id_name_error">A customer needs a name', shown)
    assert re.search(r'id="id_follow_up_date_error">Follow-up date must be a date', shown)
    assert 'name="city" value="Gent"' in shown
    assert not PendingEdit.objects.exists()


def test_nobody_replaces_what_they_have_not_seen(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    form = fields(anna, at(row, "edit")) | {"email": "ours@example.com", "city": "Gent"}
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    answer = anna.post(at(row, "edit"), form)
    shown = answer.content.decode()
    assert "While you were typing, it has become “theirs@example.com” here." in plain(shown)
    assert 'name="email" value="ours@example.com"' in shown
    assert not PendingEdit.objects.exists()
    form["initial-email"] = "theirs@example.com"
    notice(anna, at(row, "edit"), form)
    assert edited.edits("7")["email"].base == "theirs@example.com"


def test_what_somebody_else_changed_meanwhile_in_another_field_stays(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    form = fields(anna, at(row, "edit")) | {"city": "Gent"}
    edited.edit("7", email="meanwhile@example.com")
    notice(anna, at(row, "edit"), form)
    assert (edited.row("7").email, edited.row("7").city) == ("meanwhile@example.com", "Gent")


def test_what_the_upstream_has_no_place_for_is_said_before_saving(anna: Client, edited: Edited) -> None:
    edited.connection.field_map.create(field="gl_account", source="somewhere.else")
    row = edited.row("7")
    shown = page(anna, at(row, "edit"))
    marked = re.findall(r'<label for="id_(\w+)">[^<]*<span class="cf-badge cf-info"', shown)
    assert marked == ["gl_account"]
    save(anna, row, gl_account="400000")
    said = field(page(anna, at(row)), "G/L account")
    assert "400000 Ours Take back G/L account upstream: empty · edited by anna" in said
    assert edited.edits("7")["gl_account"].here_only


def test_a_read_only_connection_says_that_everything_is_kept_here(anna: Client, edited: Edited) -> None:
    edited.connection.settings["read_only"] = True
    edited.connection.save()
    row = edited.row("7")
    assert "acme is read-only: nothing is written upstream." in plain(page(anna, at(row, "edit")))
    shown = save(anna, row, city="Gent")
    assert "City is saved and kept here only." in plain(shown)
    assert "/push/" not in shown


def test_a_role_is_suggested_from_those_that_occur(anna: Client, edited: Edited) -> None:
    shown = page(anna, at(edited.row("7"), "edit"))
    assert 'list="roles"' in shown
    assert '<option value="FORWARDER">' in shown


def test_yes_and_no_are_chosen_and_days_typed(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    save(anna, row, peppol="no" if row.peppol else "yes", follow_up_date="2026-12-31")
    now = edited.row("7")
    assert now.peppol is not row.peppol
    assert str(now.follow_up_date) == "2026-12-31"


def test_what_the_upstream_refused_is_said_on_the_field_in_its_own_words(anna: Client, edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    save(anna, edited.row("7"), upstream_role="no such role")
    edited.push()
    said = field(page(anna, at(edited.row("7"))), "Role upstream")
    assert "NO SUCH ROLE Refused upstream Take back" in said
    assert "not an option" in said


def test_a_field_in_conflict_leads_to_it_and_is_settled_not_edited(anna: Client, edited: Edited) -> None:
    both_changed(edited)
    conflict = Conflict.objects.get()
    shown = page(anna, at(edited.row("7")))
    assert "In conflict See both sides" in field(shown, "E-mail")
    assert f'href="/conflicts/{conflict.pk}/">See both sides' in shown
    save(anna, edited.row("7"), email="third@example.com", city="Gent")
    assert edited.edits("7")["email"].value == "ours@example.com"
    assert edited.row("7").city == "Gent"


def test_one_that_was_deleted_upstream_says_why_it_cannot_be_edited(anna: Client, edited: Edited) -> None:
    edited.sim.control.delete(["7"])
    edited.sync(client_id="7")
    row = edited.row("7")
    assert "It was deleted upstream, so it cannot be edited." in plain(page(anna, at(row)))
    assert f'href="{at(row, "edit")}"' not in page(anna, at(row))
    assert "It was deleted upstream" in plain(notice(anna, at(row, "edit"), {"city": "Gent"}))
    assert not PendingEdit.objects.exists()


def test_a_viewer_sees_what_is_ours_and_changes_nothing(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    row, viewer = edited.row("7"), logged_in(person(Role.VIEWER))
    shown = page(viewer, at(row))
    assert "Not confirmed yet" in field(shown, "City")
    for word in ("Take back", ">Edit</a>", "Push now"):
        assert word not in shown
    for what in ("edit", "take-back", "discard", "push"):
        assert viewer.post(at(row, what), {"field": "city", "city": "Brugge"}).status_code == 403, what
    assert edited.row("7").city == "Gent"


@pytest.mark.parametrize("chosen", ["any", "waiting", "refused", "conflict", "kept"])
def test_the_list_is_filtered_by_where_edits_stand(boss: Client, edited: Edited, chosen: str) -> None:
    edited.sim.control.switch(strict_select=True)
    edited.edit("8", upstream_role="NO SUCH ROLE")
    edited.push()
    both_changed(edited, "9")
    edited.edit("13", city="Gent")
    edited.edit("14", city="Gent")
    PendingEdit.objects.filter(record_id=edited.row("14").pk).update(here_only=True)
    expected = {
        "waiting": ["13"],
        "refused": ["8"],
        "conflict": ["9"],
        "kept": ["14"],
        "any": ["8", "9", "13", "14"],
    }
    shown = page(boss, f"{LIST}?edits={chosen}")
    keys = {int(key) for key in re.findall(r'name="pick" value="(\d+)"', shown)}
    assert keys == {edited.row(external_id).pk for external_id in expected[chosen]}


def test_the_list_says_what_is_not_confirmed_and_asks_once_for_all_rows(boss: Client, edited: Edited) -> None:
    address = f"{LIST}?edits=any"
    edited.edit("7", city="Gent")
    with CaptureQueriesContext(database) as few:
        page(boss, address)
    for external_id in ("8", "9", "13"):
        edited.edit(external_id, city="Gent")
    page(boss, address)
    with CaptureQueriesContext(database) as many:
        shown = page(boss, address)
    assert shown.count('title="City">Not confirmed yet</span>') == 4
    assert len(many) <= len(few)


def test_history_says_who_edited_and_which_push_brought_what(anna: Client, edited: Edited) -> None:
    save(anna, edited.row("7"), city="Gent")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    run = edited.push()
    shown = page(anna, f"{at(edited.row('7'))}?sources=1")
    history = plain(shown[shown.index('id="history"') :])
    assert "City" in history
    assert "Edit by anna" in history
    assert f'<a href="/runs/{run.pk}/">Push {run.pk}</a>' in shown
    assert f'/runs/{PendingEdit.objects.count()}/">Edit' not in shown
    assert "Edit by anna" in field(shown, "City")
    assert User.objects.filter(username="anna").exists()
