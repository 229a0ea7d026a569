"""Editing customers in the console: edits show at once, are marked and can be undone, and no input is lost."""

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

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_an_edit_shows_at_once_with_the_old_value_and_its_author(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    shown = save(anna, row, city="Gent", phone="+32 3 234 56 78")
    assert "Saved. Phone and City are waiting to be sent to Robaws." in plain(shown)
    text = field(shown, "City")
    assert text.startswith("Gent Waiting to be sent Undo")
    assert f"Robaws: {row.city or 'empty'} · edited by anna" in text
    assert (edited.row("7").phone, edited.row("7").phone_e164) == ("+32 3 234 56 78", "+3232345678")
    assert {edit.made_by.get_username() for edit in PendingEdit.objects.all() if edit.made_by} == {"anna"}


def test_only_touched_fields_become_edits(anna: Client, edited: Edited) -> None:
    shown = save(anna, edited.row("7"))
    assert "Nothing was changed." in plain(shown)
    save(anna, edited.row("7"), city="Gent")
    assert edited.edits("7").keys() == {"city"}


def test_the_undo_button_undoes_the_edit_of_one_field(anna: Client, edited: Edited) -> None:
    before = edited.row("7").city
    save(anna, edited.row("7"), city="Gent", street="Elsewhere 1")
    shown = notice(anna, at(edited.row("7"), "undo"), {"field": "city"})
    assert "Undone: City is Robaws' value again." in plain(shown)
    assert edited.row("7").city == before
    assert edited.edits("7").keys() == {"street"}


def test_an_error_is_shown_at_its_field_and_no_input_is_lost(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    shown = save(anna, row, name=" ", follow_up_date="someday", city="Gent")
    assert "Nothing was saved." in shown
    assert re.search(r'id="id_name_error">A customer needs a name', shown)
    assert re.search(r'id="id_follow_up_date_error">Follow-up date must be a date', shown)
    assert 'name="city" value="Gent"' in shown
    assert not PendingEdit.objects.exists()


def test_a_value_that_cannot_be_right_is_saved_only_with_save_anyway(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    typed = {"email": "no address", "mobile": "n/a", "city": "Gent"}
    assert "Save anyway" not in page(anna, at(row, "edit"))
    shown = save(anna, row, **typed)
    assert re.search(r'id="id_email_error">This cannot be right: no @\.', shown)
    assert 'id="id_mobile_error">This cannot be right' in shown
    assert 'name="city" value="Gent"' in shown
    assert 'name="_with_invalid" value="1">Save anyway' in shown
    assert not PendingEdit.objects.exists()
    again = save(anna, row, **typed, _with_invalid="1")
    assert "Saved." in plain(again)
    assert edited.edits("7").keys() == typed.keys()
    run = edited.push("7")
    assert "2 invalid values were sent." in run.note
    assert "Invalid (no @), and sent to Robaws" in plain(page(anna, f"/runs/{run.pk}/"))
    assert "Invalid (no @), and sent to Robaws" in plain(page(anna, at(row)))


def test_another_error_beside_a_doubt_leaves_no_save_anyway(anna: Client, edited: Edited) -> None:
    shown = save(anna, edited.row("7"), email="no address", name=" ")
    assert "A customer needs a name" in shown
    assert "Save anyway" not in shown


def test_an_invalid_value_of_robaws_that_nobody_touches_is_no_hindrance(anna: Client, edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"email": "no address"})
    edited.sync(full=True)
    assert "Saved." in plain(save(anna, edited.row("7"), city="Gent"))
    assert edited.edits("7").keys() == {"city"}


def test_a_run_says_what_robaws_kept_of_a_value(boss: Client, edited: Edited) -> None:
    edited.sim.control.switch(cut_texts_at=12)
    edited.edit("7", name="Garage Peeters")
    run = edited.push("7")
    assert "Robaws kept 1 value otherwise than it was sent." in run.note
    assert "Robaws kept “Garage Peete” of “Garage Peeters”" in plain(page(boss, f"/runs/{run.pk}/"))
    assert "Robaws kept “Garage Peete” of “Garage Peeters”" in plain(page(boss, at(edited.row("7"))))


def test_a_value_that_the_user_has_not_seen_is_not_replaced(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    form = fields(anna, at(row, "edit")) | {"email": "ours@example.com", "city": "Gent"}
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    edited.sync(full=True)
    answer = anna.post(at(row, "edit"), form)
    shown = answer.content.decode()
    assert "This field changed to “theirs@example.com” while you were editing." in plain(shown)
    assert 'name="email" value="ours@example.com"' in shown
    assert not PendingEdit.objects.exists()
    form["initial-email"] = "theirs@example.com"
    notice(anna, at(row, "edit"), form)
    assert edited.edits("7")["email"].base == "theirs@example.com"


def test_a_change_of_another_field_in_the_meantime_is_kept(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    form = fields(anna, at(row, "edit")) | {"city": "Gent"}
    edited.edit("7", email="meanwhile@example.com")
    notice(anna, at(row, "edit"), form)
    assert (edited.row("7").email, edited.row("7").city) == ("meanwhile@example.com", "Gent")


def test_the_form_marks_fields_that_are_never_sent(anna: Client, edited: Edited) -> None:
    edited.connection.field_map.create(field="gl_account", source="somewhere.else")
    row = edited.row("7")
    shown = page(anna, at(row, "edit"))
    marked = re.findall(r'<label for="id_(\w+)">[^<]*<span class="cf-badge cf-info"', shown)
    assert marked == ["company_name", "gl_account"]
    save(anna, row, gl_account="400000")
    text = field(page(anna, at(row)), "G/L account")
    assert "400000 Kept here only Undo G/L account Robaws: empty · edited by anna" in text
    assert edited.edits("7")["gl_account"].here_only


def test_on_a_read_only_connection_every_edit_is_kept_here_only(anna: Client, edited: Edited) -> None:
    edited.connection.settings["read_only"] = True
    edited.connection.save()
    row = edited.row("7")
    assert "acme is read-only: nothing is sent to Robaws." in plain(page(anna, at(row, "edit")))
    shown = save(anna, row, city="Gent")
    assert "Saved. City is kept here only." in plain(shown)
    assert "/push/" not in shown


def test_roles_in_use_are_suggested(anna: Client, edited: Edited) -> None:
    shown = page(anna, at(edited.row("7"), "edit"))
    assert 'list="roles"' in shown
    assert '<option value="FORWARDER">' in shown


def test_booleans_and_dates_are_saved(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    save(anna, row, peppol="no" if row.peppol else "yes", follow_up_date="2026-12-31")
    now = edited.row("7")
    assert now.peppol is not row.peppol
    assert str(now.follow_up_date) == "2026-12-31"


def test_a_rejected_value_shows_the_words_of_the_connected_system(anna: Client, edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    save(anna, edited.row("7"), upstream_role="no such role")
    edited.push()
    text = field(page(anna, at(edited.row("7"))), "Role in Robaws")
    assert "NO SUCH ROLE Rejected by Robaws Undo" in text
    assert "not an option" in text


def test_a_field_in_conflict_links_to_the_conflict_and_is_not_edited(anna: Client, edited: Edited) -> None:
    both_changed(edited)
    conflict = Conflict.objects.get()
    shown = page(anna, at(edited.row("7")))
    assert "In conflict Compare values" in field(shown, "E-mail")
    assert f'href="/conflicts/{conflict.pk}/">Compare values' in shown
    save(anna, edited.row("7"), email="third@example.com", city="Gent")
    assert edited.edits("7")["email"].value == "ours@example.com"
    assert edited.row("7").city == "Gent"


def test_a_deleted_customer_says_why_it_cannot_be_edited(anna: Client, edited: Edited) -> None:
    edited.sim.control.delete(["7"])
    edited.sync(client_id="7")
    row = edited.row("7")
    assert "This customer was deleted in Robaws, so it cannot be edited." in plain(page(anna, at(row)))
    assert f'href="{at(row, "edit")}"' not in page(anna, at(row))
    assert "This customer was deleted in Robaws" in plain(notice(anna, at(row, "edit"), {"city": "Gent"}))
    assert not PendingEdit.objects.exists()


def test_a_viewer_sees_edits_and_changes_nothing(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    row, viewer = edited.row("7"), logged_in(person(Role.VIEWER))
    shown = page(viewer, at(row))
    assert "Waiting to be sent" in field(shown, "City")
    for word in (">Undo<", ">Edit</a>", "Send to Robaws"):
        assert word not in shown
    for what in ("edit", "undo", "discard", "push"):
        assert viewer.post(at(row, what), {"field": "city", "city": "Brugge"}).status_code == 403, what
    assert edited.row("7").city == "Gent"


@pytest.mark.parametrize("chosen", ["any", "waiting", "refused", "conflict", "kept"])
def test_the_list_is_filtered_by_the_state_of_edits(boss: Client, edited: Edited, chosen: str) -> None:
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


def test_the_list_shows_waiting_edits_with_one_query_for_all_rows(boss: Client, edited: Edited) -> None:
    address = f"{LIST}?edits=any"
    edited.edit("7", city="Gent")
    with CaptureQueriesContext(database) as few:
        page(boss, address)
    for external_id in ("8", "9", "13"):
        edited.edit(external_id, city="Gent")
    page(boss, address)
    with CaptureQueriesContext(database) as many:
        shown = page(boss, address)
    assert shown.count('title="City">Waiting to be sent</span>') == 4
    assert len(many) <= len(few)


def test_history_names_the_author_of_an_edit_and_the_run_of_a_change(anna: Client, edited: Edited) -> None:
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
