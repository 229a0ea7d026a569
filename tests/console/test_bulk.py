"""Bulk actions on customers: on ticked rows, or on all that match, which are kept as a query and not as keys."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from counterfoil.console.customers.filters import CHECKED
from counterfoil.mapping.fields import CUSTOMER_FIELDS
from counterfoil.mirror.models import Allowance, Connection, Customer, Run, RunKind, RunState
from tests.console import making
from tests.console.asking import page

pytestmark = pytest.mark.django_db
LIST = "/customers/"
SYNC = f"{LIST}sync/"


@pytest.fixture
def acme() -> Connection:
    return making.connection()


def names(shown: str) -> list[str]:
    """Return the names in a list of customers."""
    return re.findall(r'<span class="cf-two" title="([^"]*)"', shown)


def confirmation(client: Client, data: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the confirmation page, and what its button sends."""
    answer = client.post(SYNC, data)
    assert answer.status_code == 200
    shown = answer.content.decode()
    return shown, {"selection": re.findall(r'name="selection" value="([^"]*)"', shown)[0]}


def test_ticked_rows_are_synced_after_a_confirmation(
    boss: Client, acme: Connection, django_capture_on_commit_callbacks: Any
) -> None:
    picked = [making.customer(acme, f"Firm {number}").pk for number in range(3)]
    making.customer(acme, "Not ticked")
    shown, agreed = confirmation(boss, {"whole": "1", "pick": picked})
    assert "Refresh 3 customers?" in shown
    assert "two API calls each, with contact persons" in shown
    assert "<b>6</b> of the <b>9,458</b> calls" in shown
    assert "(500 more are reserved for users)" in shown
    assert not Run.objects.exists(), "nothing happens before the confirmation"
    with django_capture_on_commit_callbacks() as nudges:
        answer = boss.post(SYNC, agreed)
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.kind, run.state) == (RunKind.SELECTION, RunState.QUEUED)
    assert run.options["selection"]["picked"] == sorted(picked)
    assert run.requested_by is not None
    assert len(nudges) == 1
    boss.post(SYNC, agreed)
    assert Run.objects.count() == 1, "pressing twice queues one run"


def test_all_matches_are_kept_as_a_query_not_as_keys(boss: Client, acme: Connection) -> None:
    for number in range(60):
        making.customer(acme, f"Firm {number:02}", role="BROKER", city="Gent")
    making.customer(acme, "Other", role="BROKER")
    shown = page(boss, f"{LIST}?q=firm&role=BROKER")
    assert "Select all <b>60</b> matching" in shown
    assert shown.count('name="pick"') == 50
    shown, agreed = confirmation(boss, {"whole": "1", "all": "1", "q": "firm", "role": "BROKER"})
    assert "Refresh 60 customers?" in shown
    boss.post(SYNC, agreed)
    options = Run.objects.get().options["selection"]
    assert options["query"] == {"q": "firm", "role": "BROKER"}
    assert options["newest"] == Customer.objects.order_by("-pk")[0].pk
    assert set(options) == {"query", "newest", "at"}
    assert "customers by search and role" in page(boss, f"/runs/{Run.objects.get().pk}/")


def test_a_list_with_an_unknown_filter_cannot_be_selected_as_a_whole(boss: Client, acme: Connection) -> None:
    for number in range(60):
        making.customer(acme, f"Firm {number:02}", city="Gent")
    shown = page(boss, f"{LIST}?city=Gent")
    assert len(names(shown)) == 50
    assert "Select all" not in shown
    assert 'name="whole"' not in shown
    answer = boss.post(SYNC, {"all": "1"}, follow=True)
    assert "Select at least one customer" in answer.content.decode()


def test_filters_are_kept_if_nothing_was_ticked(boss: Client, acme: Connection) -> None:
    answer = boss.post(SYNC, {"whole": "1", "q": "a b", "role": "BROKER"})
    assert answer["Location"] == f"{LIST}?q=a+b&role=BROKER"


def test_it_warns_if_too_few_calls_are_left_today(boss: Client, acme: Connection) -> None:
    picked = [making.customer(acme).pk for _ in range(3)]
    Allowance.objects.update(daily_remaining=502, daily_reset_at=timezone.now() + timedelta(hours=2))
    shown, _ = confirmation(boss, {"pick": picked})
    assert "Not enough API calls are left today." in shown
    assert "After 2 calls the run waits" in shown
    Allowance.objects.update(daily_remaining=506)
    assert "Not enough" not in confirmation(boss, {"pick": picked})[0]


def test_every_connection_gets_its_own_run(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    making.customer(making.connection("beta"))
    making.customer(making.connection("gamma"), external_id=None)
    shown, agreed = confirmation(boss, {"whole": "1", "all": "1"})
    assert "Refresh 2 customers?" in shown
    assert "Each connection gets its own run." in shown
    assert boss.post(SYNC, agreed)["Location"] == "/runs/?kind=selection"
    assert {run.connection.name for run in Run.objects.all()} == {"acme", "beta"}


def test_a_selection_without_a_valid_signature_queues_nothing(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    for text in ("", "nonsense", "{}", "a:b:c"):
        boss.post(SYNC, {"selection": text})
    assert not Run.objects.exists()


def test_bulk_actions_need_their_permission(viewer: Client, acme: Connection) -> None:
    made = making.customer(acme, "A <b>bold</b> name")
    shown = page(viewer, LIST)
    assert 'name="pick"' not in shown
    assert "cf-picking" not in shown
    assert viewer.post(SYNC, {"pick": [made.pk]}).status_code == 403
    assert viewer.post(f"{LIST}{made.pk}/sync/").status_code == 403
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="sync_customer"))
    shown = page(viewer, LIST)
    assert f'formaction="{LIST}{made.pk}/sync/"' in shown
    assert 'aria-label="Refresh from Robaws: A &lt;b&gt;bold&lt;/b&gt; name"' in shown
    assert f'formaction="{SYNC}"' in shown
    assert f'formaction="{LIST}export/"' not in shown
    viewer.post(f"{LIST}{made.pk}/sync/")
    assert Run.objects.get().kind == RunKind.SINGLE


def test_a_customer_that_was_not_sent_yet_has_no_sync_button(boss: Client, acme: Connection) -> None:
    made = making.customer(acme, external_id=None, state="local")
    assert f"{LIST}{made.pk}/sync/" not in page(boss, LIST)


def test_an_inactive_customer_is_marked(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    assert ">Inactive</span>" not in page(boss, LIST)
    making.customer(acme, is_active=False)
    assert 'title="In Robaws, inactive">Inactive</span>' in page(boss, LIST)


def test_the_run_shows_the_result_of_a_selection(boss: Client, acme: Connection) -> None:
    run = making.run(
        acme, RunState.RUNNING, kind=RunKind.SELECTION, fetched=40, updated=3, expected=80,
        options={"selection": {"picked": [1]}}, started_at=timezone.now() - timedelta(seconds=10),
    )  # fmt: skip
    shown = page(boss, f"/runs/{run.pk}/")
    assert "Reading the selected customers again, one by one." in shown
    assert "40 of 80" in shown
    assert re.search(r"about 1[01] s", shown)
    for label in ("Read", "Updated", "Unchanged", "Deleted", "Failed", "API calls"):
        assert f"<dt>{label}</dt>" in shown
    assert "<dt>Missing</dt>" not in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("changed=today", ["Today"]),
        ("changed=7", ["Today", "Week"]),
        ("changed=30", ["Month", "Today", "Week"]),
        ("changed=2000-01-01", ["Long ago", "Month", "Today", "Week"]),
        ("changed=nonsense", []),
        ("changed=7&q=week", ["Week"]),
    ],
)
def test_the_list_is_filtered_by_the_time_of_the_last_change(
    boss: Client, acme: Connection, query: str, expected: list[str]
) -> None:
    now = timezone.now()
    for name, days in (("Today", 0), ("Week", 6), ("Month", 29), ("Long ago", 300)):
        making.customer(acme, name, updated_at=now - timedelta(days))
    shown = page(boss, f"{LIST}?{query}")
    assert names(shown) == expected
    chosen = query.partition("&")[0].removeprefix("changed=")
    assert re.search(rf'<option value="{chosen}" selected>', shown), "the filter says what the address says"


def test_every_kind_of_invalid_value_can_be_filtered() -> None:
    assert {name for name, _ in CHECKED} <= {field.name for field in CUSTOMER_FIELDS}
    assert dict(CHECKED)["vat_number"] == "Invalid VAT number"
