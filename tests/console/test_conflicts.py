"""Conflicts in the console: both values side by side, settled one by one or in bulk."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counterfoil.console.conflicts import bulk
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Conflict, ConflictKind, Connection, Customer, Decision, Policy, Rule, Source
from tests.console import making
from tests.console.asking import fields, notice, page
from tests.console.edited import at, both_changed, plain
from tests.console.people import logged_in, only_for, person
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/conflicts/"
SETTLE = f"{LIST}settle/"


@pytest.fixture
def clash(edited: Edited) -> Edited:
    """Change the e-mail of customer 7 on both sides; the base is old@example.com."""
    both_changed(edited)
    return edited


def address(conflict: Conflict) -> str:
    return f"{LIST}{conflict.pk}/"


def settle(client: Client, conflict: Conflict, decision: str, **more: str) -> str:
    """Press one of the buttons of a conflict's page and return the page that follows."""
    form = fields(client, address(conflict)) | {"decision": decision} | more
    return notice(client, f"{LIST}{conflict.pk}/settle/", form)


def made(of: Connection, record: Customer | None = None, **values: Any) -> Conflict:
    """Make a conflict of a customer, open by default."""
    return making.conflict(record or making.customer(of), **values)


def test_both_values_are_shown_with_their_author_and_time(anna: Client, clash: Edited) -> None:
    conflict = Conflict.objects.get()
    shown = page(anna, address(conflict))
    said = plain(shown)
    assert "E-mail of" in said
    assert "Before old@example.com The last value on both sides." in said
    assert "Our value ours@example.com Edited here" in said
    assert "Robaws' value theirs@example.com Read by" in said
    assert f'href="/runs/{conflict.theirs_reference}/">Sync run {conflict.theirs_reference}</a>' in shown
    assert f'href="{at(clash.row("7"))}"' in shown


def test_the_page_links_to_the_webhook_that_brought_the_other_value(anna: Client) -> None:
    acme = making.connection()
    conflict = made(acme, theirs_source=Source.DELIVERY, theirs_reference=making.delivery(acme).pk)
    shown = page(anna, address(conflict))
    assert f'href="/webhooks/{conflict.theirs_reference}/">Webhook {conflict.theirs_reference}' in shown


@pytest.mark.parametrize(
    ("decision", "email", "waits"), [("ours", "ours@example.com", True), ("theirs", "theirs@example.com", False)]
)
def test_a_button_settles_a_conflict_and_the_page_says_who_decided(
    anna: Client, clash: Edited, decision: str, email: str, waits: bool
) -> None:
    conflict = Conflict.objects.get()
    said = plain(settle(anna, conflict, decision))
    assert (clash.row("7").email, bool(clash.edits("7"))) == (email, waits)
    assert f"Decided by anna: {'our' if decision == 'ours' else "Robaws'"} value kept" in said
    assert "Keep our value" not in said
    assert f'href="{at(clash.row("7"))}"' in page(anna, address(conflict))


def test_a_decision_about_a_value_that_changed_since_is_not_accepted(anna: Client, clash: Edited) -> None:
    conflict = Conflict.objects.get()
    form = fields(anna, address(conflict)) | {"decision": "ours"}
    clash.sim.control.change(["7"], fields={"email": "later@example.com"})
    clash.sync(full=True)
    said = notice(anna, f"{LIST}{conflict.pk}/settle/", form)
    assert "The customer was changed in Robaws in the meantime." in plain(said)
    assert Conflict.objects.get().settled_at is None


def test_a_conflict_cannot_be_settled_twice(anna: Client, clash: Edited) -> None:
    conflict = Conflict.objects.get()
    form = fields(anna, address(conflict)) | {"decision": "ours"}
    clash.settle("7", Decision.THEIRS)
    assert "already settled" in plain(notice(anna, f"{LIST}{conflict.pk}/settle/", form))
    assert clash.row("7").email == "theirs@example.com"


def test_a_customer_that_was_edited_and_deleted_is_created_again(anna: Client, edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.delete(["7"])
    edited.push("7")
    conflict = Conflict.objects.get()
    said = plain(page(anna, address(conflict)))
    assert "This customer was edited here and deleted in Robaws." in said
    assert "Our edits City Gent" in said
    assert "In Robaws Deleted" in said
    assert "Review and decide" in page(anna, at(edited.row("7")))
    settle(anna, conflict, "recreate")
    again = Customer.objects.get(state="local")
    assert (again.name, again.city) == (edited.row("7").name, "Gent")


def test_a_value_that_we_overwrote_is_restored_as_an_edit(anna: Client, edited: Edited) -> None:
    edited.edit("7", email="ours@example.com")
    run = edited.push("7")
    conflict = made(
        edited.connection, edited.row("7"), kind=ConflictKind.OVERWRITTEN,
        edited_at=run.started_at,
    )  # fmt: skip
    said = plain(page(anna, address(conflict)))
    assert "Our value replaced one that was entered in Robaws just before." in said
    assert "Restore Robaws' value" in said
    assert "We overwrote a change in Robaws Compare values" in plain(page(anna, at(edited.row("7"))))
    settle(anna, conflict, "theirs")
    assert edited.edits("7")["email"].value == "theirs@example.com"


def test_a_creation_without_an_answer_asks_which_customer_it_is(anna: Client, edited: Edited) -> None:
    row = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.fault("html_error", method="POST", times=1)
    edited.push()
    edited.sim.control.add(2, {"name": "Nieuwe Klant", "email": "nieuw@example.com"})
    edited.push()
    conflict = Conflict.objects.get(kind="created")
    first, second = Customer.objects.filter(name="Nieuwe Klant").order_by("pk")
    shown = page(anna, address(conflict))
    assert f'name="chosen" value="{second.pk}"' in shown
    assert "Create a new customer" in plain(shown)
    said = settle(anna, conflict, "same", chosen="")
    assert "Several customers may be the one that was created. Say which." in plain(said)
    settle(anna, conflict, "same", chosen=str(second.pk))
    row.refresh_from_db()
    assert (row.state, row.merged_into_id) == ("merged", second.pk)
    assert "This customer was merged into another one." in plain(page(anna, at(row)))
    assert first.pk != second.pk


def test_a_conflict_settled_by_a_rule_can_still_be_read(anna: Client, edited: Edited) -> None:
    Policy.objects.create(connection=edited.connection, field="email", rule=Rule.UPSTREAM)
    both_changed(edited)
    conflict = Conflict.objects.get()
    assert "Decided by a rule of this connection: Robaws' value kept" in plain(page(anna, address(conflict)))
    assert f'href="{address(conflict)}' not in page(anna, LIST)
    assert f'href="{address(conflict)}' in page(anna, f"{LIST}?state=rules")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"email", "city", "phone", ""}),
        ("?field=city", {"city"}),
        ("?kind=overwritten", {"phone"}),
        ("?connection={beta}", {"phone"}),
        ("?state=people", {"street"}),
        ("?state=settled", {"street", "website"}),
        ("?state=nonsense", set()),
    ],
)
def test_the_list_shows_open_conflicts_by_default(boss: Client, query: str, expected: set[str]) -> None:
    from django.contrib.auth.models import User

    acme, beta, now = making.connection(), making.connection("beta"), timezone.now()
    made(acme)
    made(acme, field="city")
    made(beta, field="phone", kind=ConflictKind.OVERWRITTEN)
    made(acme, field="", kind=ConflictKind.DELETED, ours={"city": "Gent"})
    made(acme, field="street", settled_at=now, settled_by=User.objects.get(), decision="ours")
    made(acme, field="website", settled_at=now, by_policy=True, decision="ours")
    answer = boss.get(LIST + query.format(beta=beta.pk))
    assert {row.field for row in answer.context["cl"].result_list} == expected


def test_the_menu_counts_open_conflicts(boss: Client, viewer: Client, stranger: Client) -> None:
    acme = making.connection()
    badge = re.compile(r"<span>Conflicts</span>\s*<span[^>]*>\s*2\s*</span>")
    made(acme)
    made(acme, field="city")
    made(acme, field="phone", settled_at=timezone.now(), decision="ours")
    assert badge.search(page(boss, "/"))
    assert badge.search(page(viewer, "/"))
    assert not badge.search(page(stranger, "/"))
    only_for(acme)
    assert "Conflicts" not in plain(page(viewer, "/"))


def test_several_conflicts_are_settled_after_a_confirmation(anna: Client, edited: Edited) -> None:
    both_changed(edited, "7")
    both_changed(edited, "8")
    both_changed(edited, "9")
    third = Conflict.objects.get(record_id=edited.row("9").pk)
    picked = [conflict.pk for conflict in Conflict.objects.exclude(pk=third.pk)]
    answer = anna.post(SETTLE, {"decision": "theirs", "pick": picked})
    said = plain(answer.content.decode())
    assert "Keep Robaws' value in 2 conflicts?" in said
    assert "Changed on both sides ( 2 ): Our edit is discarded." in said
    assert Conflict.objects.filter(settled_at=None).count() == 3, "nothing happens before the confirmation"
    done = notice(anna, SETTLE, {"selection": answer.context["sealed"]})
    assert "2 conflicts settled." in plain(done)
    assert [edited.row(number).email for number in ("7", "8", "9")] == [
        "theirs@example.com", "theirs@example.com", "ours@example.com",
    ]  # fmt: skip


def test_all_matches_of_a_filter_are_settled_except_whole_customers(anna: Client, edited: Edited) -> None:
    both_changed(edited, "7")
    edited.edit("8", city="Gent")
    edited.sim.control.delete(["8"])
    edited.push("8")
    everything = {"decision": "ours", "whole": "1", "all": "1"}
    answer = anna.post(SETTLE, everything)
    said = plain(answer.content.decode())
    assert "Keep our value in 1 conflict?" in said
    assert "1 more concerns a whole customer and stays open." in said
    notice(anna, SETTLE, {"selection": answer.context["sealed"]})
    assert [one.kind for one in Conflict.objects.filter(settled_at=None)] == ["deleted"]
    nothing = notice(anna, SETTLE, {**everything, "field": "city"})
    assert "Select at least one open conflict" in plain(nothing)


def test_a_conflict_that_changed_after_the_confirmation_page_stays_open(anna: Client, clash: Edited) -> None:
    answer = anna.post(SETTLE, {"decision": "ours", "whole": "1", "all": "1"})
    Conflict.objects.update(theirs_at=timezone.now() + timedelta(seconds=1))
    assert "0 conflicts settled." in plain(notice(anna, SETTLE, {"selection": answer.context["sealed"]}))


def test_the_number_of_conflicts_settled_at_a_time_is_limited(
    anna: Client, edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 1)
    monkeypatch.setattr("counterfoil.console.conflicts.admin.MOST", 1)
    both_changed(edited, "7")
    both_changed(edited, "8")
    answer = anna.post(SETTLE, {"decision": "ours", "whole": "1", "all": "1"})
    assert "Only 1 are settled at a time." in plain(answer.content.decode())
    assert "Only 1 conflicts are settled at a time." in plain(
        notice(anna, SETTLE, {"selection": answer.context["sealed"]})
    )
    assert Conflict.objects.filter(settled_at=None).count() == 1


def test_more_rows_take_no_more_queries(boss: Client) -> None:
    acme = making.connection()
    made(acme)
    page(boss, LIST)
    with CaptureQueriesContext(database) as few:
        page(boss, LIST)
    for number in range(20):
        made(acme, field="city" if number % 2 else "phone")
    with CaptureQueriesContext(database) as many:
        page(boss, LIST)
    assert len(many) == len(few)


def test_a_viewer_reads_conflicts_and_settles_none(clash: Edited) -> None:
    viewer, conflict = logged_in(person(Role.VIEWER)), Conflict.objects.get()
    assert "Keep our value" not in page(viewer, address(conflict))
    assert "Keep our value" not in page(viewer, LIST)
    assert viewer.post(f"{LIST}{conflict.pk}/settle/", {"decision": "ours"}).status_code == 403
    assert viewer.post(SETTLE, {"decision": "ours", "pick": [conflict.pk]}).status_code == 403
    assert Conflict.objects.get().settled_at is None


def test_the_command_palette_finds_the_page(boss: Client) -> None:
    making.connection()
    assert f'href="{LIST}"' in page(boss, "/search/?s=confl")
