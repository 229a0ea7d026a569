"""Conflicts in the console: both sides beside each other, settled one by one or several the same way."""

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
    """Both sides have changed the e-mail of 7; the base is old@example.com."""
    both_changed(edited)
    return edited


def where(conflict: Conflict) -> str:
    return f"{LIST}{conflict.pk}/"


def settle(client: Client, conflict: Conflict, decision: str, **more: str) -> str:
    """Press one of the buttons of its page; the page that comes after it."""
    form = fields(client, where(conflict)) | {"decision": decision} | more
    return notice(client, f"{LIST}{conflict.pk}/settle/", form)


def made(of: Connection, record: Customer | None = None, **values: Any) -> Conflict:
    """A conflict of a customer, open by default."""
    return making.conflict(record or making.customer(of), **values)


def test_both_sides_stand_beside_each_other_with_who_and_when(anna: Client, clash: Edited) -> None:
    conflict = Conflict.objects.get()
    shown = page(anna, where(conflict))
    said = plain(shown)
    assert "E-mail of" in said
    assert "Before old@example.com What both sides said." in said
    assert "Ours ours@example.com Edited here" in said
    assert "Theirs theirs@example.com Seen by" in said
    assert f'href="/runs/{conflict.theirs_reference}/">Sync run {conflict.theirs_reference}</a>' in shown
    assert f'href="{at(clash.row("7"))}"' in shown


def test_a_webhook_that_brought_theirs_is_led_to(anna: Client) -> None:
    acme = making.connection()
    conflict = made(acme, theirs_source=Source.DELIVERY, theirs_reference=making.delivery(acme).pk)
    shown = page(anna, where(conflict))
    assert f'href="/webhooks/{conflict.theirs_reference}/">Webhook {conflict.theirs_reference}' in shown


@pytest.mark.parametrize(
    ("decision", "email", "waits"), [("ours", "ours@example.com", True), ("theirs", "theirs@example.com", False)]
)
def test_it_is_settled_by_a_button_and_says_afterwards_who_decided(
    anna: Client, clash: Edited, decision: str, email: str, waits: bool
) -> None:
    conflict = Conflict.objects.get()
    said = plain(settle(anna, conflict, decision))
    assert (clash.row("7").email, bool(clash.edits("7"))) == (email, waits)
    assert f"anna decided: {decision} was {'kept' if decision == 'ours' else 'taken'}" in said
    assert "Keep ours" not in said
    assert f'href="{at(clash.row("7"))}"' in page(anna, where(conflict))


def test_nobody_decides_about_what_they_have_not_seen(anna: Client, clash: Edited) -> None:
    conflict = Conflict.objects.get()
    form = fields(anna, where(conflict)) | {"decision": "ours"}
    clash.sim.control.change(["7"], fields={"email": "later@example.com"})
    clash.sync(full=True)
    said = notice(anna, f"{LIST}{conflict.pk}/settle/", form)
    assert "The upstream has changed it once more meanwhile" in plain(said)
    assert Conflict.objects.get().settled_at is None


def test_one_that_is_settled_already_says_so(anna: Client, clash: Edited) -> None:
    conflict = Conflict.objects.get()
    form = fields(anna, where(conflict)) | {"decision": "ours"}
    clash.settle("7", Decision.THEIRS)
    assert "already settled" in plain(notice(anna, f"{LIST}{conflict.pk}/settle/", form))
    assert clash.row("7").email == "theirs@example.com"


def test_deleted_there_reads_clearly_and_is_created_again(anna: Client, edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.delete(["7"])
    edited.push("7")
    conflict = Conflict.objects.get()
    said = plain(page(anna, where(conflict)))
    assert "It was edited here, and deleted upstream." in said
    assert "Ours City Gent" in said
    assert "Theirs Deleted upstream" in said
    assert "Look at it and decide" in page(anna, at(edited.row("7")))
    settle(anna, conflict, "recreate")
    again = Customer.objects.get(state="local")
    assert (again.name, again.city) == (edited.row("7").name, "Gent")


def test_overwritten_by_us_reads_clearly_and_theirs_comes_back_as_an_edit(anna: Client, edited: Edited) -> None:
    edited.edit("7", email="ours@example.com")
    run = edited.push("7")
    conflict = made(
        edited.connection, edited.row("7"), kind=ConflictKind.OVERWRITTEN,
        edited_at=run.started_at,
    )  # fmt: skip
    said = plain(page(anna, where(conflict)))
    assert "Our push replaced a value that somebody else had written upstream just before." in said
    assert "Bring theirs back" in said
    assert "Overwritten by us See both sides" in plain(page(anna, at(edited.row("7"))))
    settle(anna, conflict, "theirs")
    assert edited.edits("7")["email"].value == "theirs@example.com"


def test_perhaps_created_already_asks_which_of_them_it_is(anna: Client, edited: Edited) -> None:
    row = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.fault("html_error", method="POST", times=1)
    edited.push()
    edited.sim.control.add(2, {"name": "Nieuwe Klant", "email": "nieuw@example.com"})
    edited.push()
    conflict = Conflict.objects.get(kind="created")
    first, second = Customer.objects.filter(name="Nieuwe Klant").order_by("pk")
    shown = page(anna, where(conflict))
    assert f'name="chosen" value="{second.pk}"' in shown
    assert "It is none of them" in plain(shown)
    said = settle(anna, conflict, "same", chosen="")
    assert "Several customers may be the one that was created. Say which." in plain(said)
    settle(anna, conflict, "same", chosen=str(second.pk))
    row.refresh_from_db()
    assert (row.state, row.merged_into_id) == ("merged", second.pk)
    assert "It was merged into another customer" in plain(page(anna, at(row)))
    assert first.pk != second.pk


def test_what_a_rule_decided_stays_readable(anna: Client, edited: Edited) -> None:
    Policy.objects.create(connection=edited.connection, field="email", rule=Rule.UPSTREAM)
    both_changed(edited)
    conflict = Conflict.objects.get()
    assert "A rule of this connection decided: theirs was taken" in plain(page(anna, where(conflict)))
    assert f'href="{where(conflict)}' not in page(anna, LIST)
    assert f'href="{where(conflict)}' in page(anna, f"{LIST}?state=rules")


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
def test_the_list_shows_open_ones_unless_asked_otherwise(boss: Client, query: str, expected: set[str]) -> None:
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


def test_the_menu_says_how_many_are_open(boss: Client, viewer: Client, stranger: Client) -> None:
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


def test_several_are_settled_the_same_way_after_a_question(anna: Client, edited: Edited) -> None:
    both_changed(edited, "7")
    both_changed(edited, "8")
    both_changed(edited, "9")
    third = Conflict.objects.get(record_id=edited.row("9").pk)
    picked = [conflict.pk for conflict in Conflict.objects.exclude(pk=third.pk)]
    answer = anna.post(SETTLE, {"decision": "theirs", "pick": picked})
    said = plain(answer.content.decode())
    assert "Take theirs in 2 conflicts?" in said
    assert "2 changed on both sides: The edit is dropped" in said
    assert Conflict.objects.filter(settled_at=None).count() == 3, "nothing happens before it is agreed to"
    done = notice(anna, SETTLE, {"selection": answer.context["sealed"]})
    assert "2 conflicts are settled." in plain(done)
    assert [edited.row(number).email for number in ("7", "8", "9")] == [
        "theirs@example.com", "theirs@example.com", "ours@example.com",
    ]  # fmt: skip


def test_all_of_a_filter_are_settled_but_not_those_about_a_whole_customer(anna: Client, edited: Edited) -> None:
    both_changed(edited, "7")
    edited.edit("8", city="Gent")
    edited.sim.control.delete(["8"])
    edited.push("8")
    everything = {"decision": "ours", "whole": "1", "all": "1"}
    answer = anna.post(SETTLE, everything)
    said = plain(answer.content.decode())
    assert "Keep ours in 1 conflict?" in said
    assert "1 more is about a whole customer, and left open" in said
    notice(anna, SETTLE, {"selection": answer.context["sealed"]})
    assert [one.kind for one in Conflict.objects.filter(settled_at=None)] == ["deleted"]
    nothing = notice(anna, SETTLE, {**everything, "field": "city"})
    assert "Tick at least one open conflict" in plain(nothing)


def test_what_the_upstream_said_after_the_question_is_not_settled_unseen(anna: Client, clash: Edited) -> None:
    answer = anna.post(SETTLE, {"decision": "ours", "whole": "1", "all": "1"})
    Conflict.objects.update(theirs_at=timezone.now() + timedelta(seconds=1))
    assert "0 conflicts are settled." in plain(notice(anna, SETTLE, {"selection": answer.context["sealed"]}))


def test_no_more_are_settled_at_a_press_than_a_press_can_take(
    anna: Client, edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 1)
    monkeypatch.setattr("counterfoil.console.conflicts.admin.MOST", 1)
    both_changed(edited, "7")
    both_changed(edited, "8")
    answer = anna.post(SETTLE, {"decision": "ours", "whole": "1", "all": "1"})
    assert "At a press 1 are settled." in plain(answer.content.decode())
    assert "there are more" in plain(notice(anna, SETTLE, {"selection": answer.context["sealed"]}))
    assert Conflict.objects.filter(settled_at=None).count() == 1


def test_the_list_asks_no_more_for_more_rows(boss: Client) -> None:
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


def test_a_viewer_reads_and_decides_nothing(clash: Edited) -> None:
    viewer, conflict = logged_in(person(Role.VIEWER)), Conflict.objects.get()
    assert "Keep ours" not in page(viewer, where(conflict))
    assert "Keep ours" not in page(viewer, LIST)
    assert viewer.post(f"{LIST}{conflict.pk}/settle/", {"decision": "ours"}).status_code == 403
    assert viewer.post(SETTLE, {"decision": "ours", "pick": [conflict.pk]}).status_code == 403
    assert Conflict.objects.get().settled_at is None


def test_the_palette_finds_the_page(boss: Client) -> None:
    making.connection()
    assert f'href="{LIST}"' in page(boss, "/search/?s=confl")
