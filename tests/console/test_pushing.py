"""Sending edits from the console: of a customer, of a connection, of a selection; and what a run sent."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Allowance, Conflict, Customer, PendingEdit, Run, RunKind, Write
from counterfoil.worker.handlers import execute_run
from tests.console import making
from tests.console.asking import notice, page
from tests.console.edited import LIST, at, both_changed, plain, save
from tests.console.people import logged_in, only_for, person
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)
PUSH = f"{LIST}push/"


def execute_latest() -> Run:
    """Execute the run that was requested last, as a worker does."""
    run = Run.objects.latest("pk")
    execute_run(run, person=True)
    run.refresh_from_db()
    return run


def run_page(client: Client, run: Run) -> str:
    return page(client, f"/runs/{run.pk}/")


def confirmation(client: Client, **data: Any) -> tuple[str, dict[str, str]]:
    """Return the confirmation page, and what its button sends."""
    answer = client.post(PUSH, data)
    assert answer.status_code == 200
    shown = answer.content.decode()
    return shown, {"selection": re.findall(r'name="selection" value="([^"]*)"', shown)[0]}


def test_the_send_button_is_there_while_an_edit_waits(anna: Client, edited: Edited) -> None:
    row = edited.row("7")
    assert "Send to Robaws" not in page(anna, at(row))
    save(anna, row, city="Gent")
    assert "Send to Robaws" in page(anna, at(row))
    answer = anna.post(at(row, "push"))
    run = Run.objects.latest("pk")
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.kind, run.options) == (RunKind.PUSH, {"records": [row.pk]})
    assert run.requested_by == User.objects.get(username="anna")
    anna.post(at(row, "push"))
    assert Run.objects.filter(kind=RunKind.PUSH).count() == 1, "pressing twice queues one run"
    execute_latest()
    assert edited.theirs("7")["address"]["city"] == "Gent"
    shown = page(anna, at(row))
    assert "Send to Robaws" not in shown
    assert "Waiting to be sent" not in shown


def test_the_run_shows_what_was_sent_and_the_result(anna: Client, edited: Edited) -> None:
    before = edited.row("7").city
    edited.sim.control.switch(strict_select=True)
    save(anna, edited.row("7"), city="Gent")
    save(anna, edited.row("8"), upstream_role="no such role")
    run = edited.push()
    shown = run_page(anna, run)
    said = plain(shown[shown.index('id="sent"') :])
    assert f"{edited.row('7')} City {before or 'empty'} → Gent Sent" in said
    assert f"{edited.row('8')} Role" in said
    assert "→ NO SUCH ROLE" in said
    assert "Rejected by Robaws" in said
    assert "not an option" in said
    assert f'href="{at(edited.row("7"))}"' in shown
    for label, count in (("Sent", 1), ("Rejected", 1), ("Conflicts", 0), ("Created", 0)):
        assert re.search(rf"<dt>{label}</dt><dd[^>]*>{count}</dd>", shown), label
    assert "Robaws rejected some edits." in plain(shown)
    assert "all waiting edits" in plain(shown)


def test_the_run_links_to_its_conflicts(anna: Client, edited: Edited) -> None:
    edited.edit("7", email="ours@example.com")
    edited.sim.control.change(["7"], fields={"email": "theirs@example.com"})
    run = edited.push("7")
    shown = run_page(anna, run)
    assert f'href="/conflicts/{Conflict.objects.get().pk}/"' in shown
    assert "Some fields were changed on both sides: decide which value to keep." in plain(shown)
    assert f'href="{at(edited.row("7"))}">Open customer</a>' in shown


def test_a_connection_sends_all_waiting_edits(anna: Client, edited: Edited) -> None:
    address = f"/connections/{edited.connection.pk}/"
    assert f'action="{address}push/"' not in page(anna, f"{address}")
    for external_id in ("7", "8"):
        edited.edit(external_id, city="Gent")
    assert "Send 2 edits to Robaws" in plain(page(anna, f"{address}"))
    anna.post(f"{address}push/")
    assert execute_latest().pushed == 2
    assert not PendingEdit.objects.exists()


def test_selected_customers_are_sent_after_a_confirmation(anna: Client, edited: Edited) -> None:
    Allowance.objects.filter(connection=edited.connection).update(daily_remaining=5)
    for external_id in ("7", "8", "9"):
        edited.edit(external_id, city="Gent", street="Elsewhere 1")
    picked = [edited.row(external_id).pk for external_id in ("7", "8", "13")]
    shown, agreed = confirmation(anna, pick=picked)
    said = plain(shown)
    assert "Send the edits of 2 customers?" in said
    assert "4 edits of 2 customers" in said
    assert "about 6 API calls, three per customer; 5 are left today" in said
    assert "Not enough API calls are left today." in said
    assert not Run.objects.filter(kind=RunKind.PUSH).exists(), "nothing happens before the confirmation"
    anna.post(PUSH, agreed)
    anna.post(PUSH, agreed)
    assert Run.objects.get(kind=RunKind.PUSH).options == {"records": sorted(picked[:2])}


def test_all_matches_of_a_filter_are_sent(anna: Client, edited: Edited) -> None:
    for external_id in ("7", "8"):
        edited.edit(external_id, city="Gent")
    edited.edit("9", city="Brugge")
    shown, agreed = confirmation(anna, whole="1", all="1", edits="waiting", q="Gent")
    assert "Send the edits of 2 customers?" in plain(shown)
    anna.post(PUSH, agreed)
    assert set(Run.objects.get(kind=RunKind.PUSH).options["records"]) == {edited.row("7").pk, edited.row("8").pk}


def test_a_selection_without_edits_gives_a_warning(anna: Client, edited: Edited) -> None:
    said = notice(anna, PUSH, {"pick": str(edited.row("7").pk)})
    assert "Select at least one customer with an edit that is waiting to be sent." in plain(said)
    assert not Run.objects.filter(kind=RunKind.PUSH).exists()


def test_a_viewer_sends_nothing(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    viewer = logged_in(person(Role.VIEWER))
    assert "Send selected" not in page(viewer, LIST)
    address = f"/connections/{edited.connection.pk}/"
    assert "Send 1 edit" not in page(viewer, f"{address}")
    for where in (PUSH, at(edited.row("7"), "push"), f"{address}push/"):
        assert viewer.post(where, {"pick": [str(edited.row("7").pk)]}).status_code == 403
    assert not Run.objects.filter(kind=RunKind.PUSH).exists()


def test_users_cannot_send_edits_of_customers_they_may_not_see(anna: Client, edited: Edited) -> None:
    edited.edit("7", city="Gent")
    only_for(edited.connection)
    assert anna.post(at(edited.row("7"), "push")).status_code == 404
    said = notice(anna, PUSH, {"pick": str(edited.row("7").pk)})
    assert "Select at least one customer" in plain(said)


def test_a_read_only_connection_says_that_nothing_is_sent(anna: Client, edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.connection.settings["read_only"] = True
    edited.connection.save()
    said = notice(anna, at(edited.row("7"), "push"))
    assert "acme is read-only." in plain(said)


def test_a_run_with_many_writes_is_paged_without_more_queries(boss: Client, edited: Edited) -> None:
    run = making.run(edited.connection, kind=RunKind.PUSH)
    rows = list(Customer.objects.order_by("pk")[:60])

    def write(some: list[Customer]) -> None:
        Write.objects.bulk_create(
            Write(
                connection=edited.connection, record_id=row.pk, external_id=row.external_id, kind="update",
                state="done", run_id=run.pk, created_at=run.created_at,
                fields={"city": {"base": "A", "value": "B"}},
            )
            for row in some
        )  # fmt: skip

    write(rows[:2])
    run_page(boss, run)
    with CaptureQueriesContext(database) as few:
        run_page(boss, run)
    write(rows[2:])
    with CaptureQueriesContext(database) as many:
        shown = run_page(boss, run)
    assert len(many) == len(few)
    assert shown.count("<b>City</b>") == 50
    assert page(boss, f"/runs/{run.pk}/?sent=2").count("<b>City</b>") == 10


def test_the_overview_counts_waiting_edits_and_links_to_them(boss: Client, edited: Edited) -> None:
    both_changed(edited, "9")
    edited.edit("7", city="Gent", street="Elsewhere 1")
    edited.edit("8", city="Gent")
    shown = page(boss, "/")
    said = plain(shown)
    assert "Edits waiting 3 of 2 customers" in said
    assert "Open conflicts 1 needs your decision" in said
    key = edited.connection.pk
    assert f"/customers/?connection={key}&amp;edits=waiting" in shown
    assert f"/conflicts/?connection={key}" in shown
