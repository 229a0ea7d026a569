"""Runs: live progress, words, approval, cancelling."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.console.runs import progress
from counterfoil.console.runs import text as run_text
from counterfoil.console.widgets import formats
from counterfoil.mirror.models import Allowance, Connection, Proposal, Run, RunKind, RunPage, RunState
from tests.console import making
from tests.console.asking import notice, page

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def acme() -> Connection:
    return making.connection()


def test_filters_keep_the_matching_runs(boss: Client, acme: Connection) -> None:
    full = making.run(acme)
    failed = making.run(acme, RunState.FAILED, kind=RunKind.INCREMENTAL)
    link = "/runs/{}/"
    shown = page(boss, "/runs/?state=failed")
    assert link.format(failed.pk) in shown
    assert link.format(full.pk) not in shown
    shown = page(boss, "/runs/?kind=full")
    assert link.format(full.pk) in shown
    assert link.format(failed.pk) not in shown


def test_polling_goes_on_until_the_run_is_over(boss: Client, acme: Connection) -> None:
    run = making.run(acme, RunState.RUNNING, fetched=1_000, expected=4_000, api_calls=10)
    whole = page(boss, f"/runs/{run.pk}/")
    assert f'data-live="/runs/{run.pk}/live/"' in whole
    part = boss.get(f"/runs/{run.pk}/live/")
    assert part["X-Again"] == "1000"
    assert "1,000 of 4,000" in part.content.decode()
    assert 'aria-valuenow="25"' in part.content.decode()
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED, finished_at=timezone.now())
    assert boss.get(f"/runs/{run.pk}/live/")["X-Again"] == "0"
    assert "data-live" not in page(boss, f"/runs/{run.pk}/")


def test_a_waiting_run_is_polled_less_often(boss: Client, acme: Connection) -> None:
    run = making.run(acme, RunState.PARKED, parked_until=timezone.now() + timedelta(hours=3))
    assert boss.get(f"/runs/{run.pk}/live/")["X-Again"] == "15000"
    assert boss.get("/live/")["X-Again"] == "30000"
    making.run(acme, RunState.QUEUED)
    assert boss.get("/live/")["X-Again"] == "2000"


def test_progress_shows_rate_pages_and_time_left(acme: Connection) -> None:
    run = making.run(
        acme, RunState.RUNNING, fetched=2_000, expected=4_000, api_calls=20,
        started_at=timezone.now() - timedelta(seconds=10),
    )  # fmt: skip
    for number in range(20):
        RunPage.objects.create(
            connection=acme, run=run, attempt=1, number=number, ticket=1, ended=2, at=timezone.now()
        )
    Allowance.objects.filter(connection=acme).update(daily_remaining=77)
    found = progress.run_progress(run)
    assert (found.rows, found.expected, found.share) == (2_000, 4_000, 50)
    assert (found.pages_read, found.pages) == (20, 40)
    assert found.rate == pytest.approx(200, rel=0.1)
    assert found.left in {"10 s", "11 s"}
    assert (found.calls, found.calls_left) == (20, 77)
    run.state = RunState.PARKED
    assert (progress.run_progress(run).rate, progress.run_progress(run).left) == (None, "")


def test_progress_of_an_approved_run_is_its_list(acme: Connection) -> None:
    run = making.stopped_run(acme, records=4)
    Proposal.objects.filter(run=run, external_id="0").update(outcome="done")
    run.approved_at = timezone.now() - timedelta(seconds=5)
    found = progress.run_progress(run)
    assert (found.rows, found.expected, found.share) == (1, 4, 25)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "40 ms"),
        (2.44, "2.4 s"),
        (3, "3 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3_900, "1 h 5 min"),
    ],
)
def test_durations_are_easy_to_read(seconds: float, words: str) -> None:
    assert formats.duration_text(seconds) == words


def test_a_dry_run_says_that_nothing_was_changed(boss: Client, acme: Connection) -> None:
    run = making.run(acme, options={"dry_run": True, "limit": 5})
    shown = page(boss, f"/runs/{run.pk}/")
    assert "no customers were changed" in shown
    assert "at most 5 records" in shown
    assert "Dry run" in page(boss, "/runs/")


def test_a_failure_says_what_to_do(boss: Client, acme: Connection) -> None:
    run = making.run(acme, RunState.FAILED, error="Robaws does not answer.", resumable=True)
    shown = page(boss, f"/runs/{run.pk}/")
    assert "Robaws does not answer." in shown
    assert "What was read is kept" in shown


def test_a_queued_run_says_what_it_waits_for(acme: Connection) -> None:
    waiting = making.run(acme, RunState.QUEUED)
    assert "Waiting for a worker" in run_text.stage(waiting)
    assert run_text.advice(waiting) == ""
    running = making.run(acme, RunState.RUNNING)
    assert f"run {running.pk}" in run_text.stage(waiting)
    Run.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    waiting.refresh_from_db()
    assert "counterfoil worker" in run_text.advice(waiting)


def test_approval_asks_first_and_queues_the_run_again(
    boss: Client, acme: Connection, django_capture_on_commit_callbacks: Any
) -> None:
    run = making.stopped_run(acme, records=120)
    shown = page(boss, f"/runs/{run.pk}/")
    assert "Firm 0" in shown
    assert "<b>1–50</b> of <b>120</b>" in shown
    assert "Firm 119" in page(boss, f"/runs/{run.pk}/?page=3")
    question = page(boss, f"/runs/{run.pk}/approve/")
    assert "Approve 120 records" in question
    assert "read again from Robaws first" in question
    assert Run.objects.get(pk=run.pk).state == RunState.NEEDS_APPROVAL
    with django_capture_on_commit_callbacks() as nudges:
        assert "is approved and resumes now" in notice(boss, f"/runs/{run.pk}/approve/")
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    assert run.approved_by is not None
    assert run.approved_by.get_username() == "boss"
    assert len(nudges) == 1


def test_there_is_nothing_to_approve_twice(boss: Client, acme: Connection) -> None:
    run = making.stopped_run(acme)
    notice(boss, f"/runs/{run.pk}/approve/")
    assert "is not waiting for approval (queued)" in notice(boss, f"/runs/{run.pk}/approve/")


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.PARKED, RunState.NEEDS_APPROVAL])
def test_a_run_is_cancelled_once(boss: Client, acme: Connection, state: RunState) -> None:
    run = making.run(acme, state)
    assert f"/runs/{run.pk}/cancel/" in page(boss, f"/runs/{run.pk}/")
    assert "is cancelled" in notice(boss, f"/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert "has already ended" in notice(boss, f"/runs/{run.pk}/cancel/")


def test_a_failed_run_that_would_be_resumed_is_given_up_once(boss: Client, acme: Connection) -> None:
    run = making.run(acme, RunState.FAILED, resumable=True)
    assert "Do not resume" in page(boss, f"/runs/{run.pk}/")
    assert f"Run {run.pk} will not be resumed" in notice(boss, f"/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert (run.state, run.resumable) == (RunState.CANCELLED, False)
    assert "It had failed, and a user decided that it is not resumed." in page(boss, f"/runs/{run.pk}/")
    assert "has already ended" in notice(boss, f"/runs/{run.pk}/cancel/")


@pytest.mark.parametrize(("state", "resumable"), [(RunState.PARKED, True), (RunState.FAILED, True)])
def test_an_interrupted_run_is_resumed_by_a_button(
    boss: Client, viewer: Client, acme: Connection, state: RunState, resumable: bool
) -> None:
    run = making.run(acme, state, resumable=resumable, parked_until=timezone.now() + timedelta(hours=1))
    address = f"/runs/{run.pk}/resume/"
    assert address in page(boss, f"/runs/{run.pk}/")
    assert address not in page(viewer, f"/runs/{run.pk}/")
    assert viewer.post(address).status_code == 403
    assert f"Run {run.pk} resumes" in notice(boss, address)
    run.refresh_from_db()
    assert (run.state, run.parked_until) == (RunState.QUEUED, None)


def test_a_completed_or_blocked_run_has_no_resume_button(boss: Client, acme: Connection) -> None:
    over = making.run(acme)
    lost = making.run(acme, RunState.FAILED)
    Allowance.objects.filter(connection=acme).update(blocked_until=timezone.now() + timedelta(hours=1))
    locked = making.run(acme, RunState.PARKED)
    for run in (over, lost, locked):
        assert "/resume/" not in page(boss, f"/runs/{run.pk}/")
    said = notice(boss, f"/runs/{over.pk}/resume/")
    assert f"Run {over.pk} cannot be resumed (completed)" in said
    over.refresh_from_db()
    assert over.state == RunState.COMPLETED


@pytest.mark.parametrize(
    ("resource", "kind", "words"),
    [
        ("customer", "full", "Full sync"),
        ("invoice", "full", "Full sync of invoices"),
        ("contact_person", "incremental", "Changes-only sync of contact persons"),
        ("invoice", "unpaid", "Unpaid invoices"),
        ("invoice", "single", "One invoice"),
        ("customer", "single", "One record"),
    ],
)
def test_the_title_of_a_run_names_records_other_than_customers(
    boss: Client, resource: str, kind: str, words: str
) -> None:
    run = making.run(making.connection(), kind=kind, resource=resource)
    assert f"<h2>{words} of acme</h2>" in page(boss, f"/runs/{run.pk}/")
    assert re.findall(r"field-does[^>]*>\s*([^<]*?)\s*<", page(boss, "/runs/")) == [words]
    assert f'<td class="cf-nowrap">{words}</td>' in page(boss, "/")


def test_runs_can_be_filtered_by_resource(boss: Client) -> None:
    acme = making.connection()
    making.run(acme, kind="full")
    making.run(acme, kind="incremental", resource="invoice")
    shown = page(boss, "/runs/?resource=invoice")
    assert re.findall(r"field-does[^>]*>\s*([^<]*?)\s*<", shown) == ["Changes-only sync of invoices"]


def test_a_run_over_invoices_explains_its_numbers_with_invoices(boss: Client) -> None:
    run = making.run(making.connection(), RunState.RUNNING, resource="invoice")
    shown = page(boss, f"/runs/{run.pk}/")
    assert "Listing the invoices." in shown
    assert "Invoices that were not here before." in shown
    assert "Customers that were not here before." not in shown


def test_law_3_deletions_that_wait_are_explained_and_listed(boss: Client, acme: Connection) -> None:
    run = making.run(acme, RunState.NEEDS_APPROVAL, kind=RunKind.DELETIONS, started_at=None)
    Proposal.objects.create(run=run, external_id="7", action="delete", before="Garage Peeters")
    shown = page(boss, f"/runs/{run.pk}/")
    assert "Deletions of acme" in shown
    assert "count as not found until you decide" in shown
    assert "Would be marked as deleted" in shown
    assert "customer would be marked as deleted" in page(boss, f"/runs/{run.pk}/approve/").replace("</b>", "")
    assert "Deletions" in page(boss, "/runs/?kind=deletions")


def test_law_11_a_resumed_run_says_as_of_when_its_records_are(boss: Client, acme: Connection) -> None:
    began = timezone.now() - timedelta(hours=2)
    whole = making.run(acme, started_at=began)
    resumed = making.run(acme, started_at=began, resumed_at=timezone.now())
    assert "Resumed, as of" not in page(boss, f"/runs/{whole.pk}/")
    assert f"Resumed, as of {timezone.localtime(began):%Y-%m-%d %H:%M:%S}" in page(boss, f"/runs/{resumed.pk}/")
