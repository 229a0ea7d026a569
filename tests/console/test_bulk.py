"""What is done with a list of customers: ticked rows, or all that match, as a query and never as keys."""

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
    """A connection."""
    return making.connection()


def names(shown: str) -> list[str]:
    """The customers in a list."""
    return re.findall(r'<span class="cf-two" title="([^"]*)"', shown)


def confirmation(client: Client, data: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The page that asks, and what its button sends."""
    answer = client.post(SYNC, data)
    assert answer.status_code == 200
    shown = answer.content.decode()
    return shown, {"selection": re.findall(r'name="selection" value="([^"]*)"', shown)[0]}


def test_ticked_rows_are_synced_after_a_question(
    boss: Client, acme: Connection, django_capture_on_commit_callbacks: Any
) -> None:
    picked = [making.customer(acme, f"Firm {number}").pk for number in range(3)]
    making.customer(acme, "Not ticked")
    shown, agreed = confirmation(boss, {"whole": "1", "pick": picked})
    assert "Sync 3 customers?" in shown
    assert "one API call each" in shown
    assert "<b>3</b> of the <b>9,458</b> calls" in shown
    assert "(500 more are kept for people)" in shown
    assert not Run.objects.exists(), "nothing happens before it is agreed to"
    with django_capture_on_commit_callbacks() as nudges:
        answer = boss.post(SYNC, agreed)
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.kind, run.state) == (RunKind.SELECTION, RunState.QUEUED)
    assert run.options["selection"]["picked"] == sorted(picked)
    assert run.requested_by is not None
    assert len(nudges) == 1
    boss.post(SYNC, agreed)
    assert Run.objects.count() == 1, "pressed twice is asked once"


def test_all_that_match_are_a_query_not_keys(boss: Client, acme: Connection) -> None:
    for number in range(60):
        making.customer(acme, f"Firm {number:02}", role="BROKER", city="Gent")
    making.customer(acme, "Other", role="BROKER")
    shown = page(boss, f"{LIST}?q=firm&role=BROKER")
    assert "Select all <b>60</b> matching" in shown
    assert shown.count('name="pick"') == 50
    shown, agreed = confirmation(boss, {"whole": "1", "all": "1", "q": "firm", "role": "BROKER"})
    assert "Sync 60 customers?" in shown
    boss.post(SYNC, agreed)
    options = Run.objects.get().options["selection"]
    assert options["query"] == {"q": "firm", "role": "BROKER"}
    assert options["newest"] == Customer.objects.order_by("-pk")[0].pk
    assert set(options) == {"query", "newest", "at"}
    assert "customers by search and role" in page(boss, f"/runs/{Run.objects.get().pk}/")


def test_a_list_narrowed_by_anything_else_cannot_stand_for_itself(boss: Client, acme: Connection) -> None:
    for number in range(60):
        making.customer(acme, f"Firm {number:02}", city="Gent")
    shown = page(boss, f"{LIST}?city=Gent")
    assert len(names(shown)) == 50
    assert "Select all" not in shown
    assert 'name="whole"' not in shown
    answer = boss.post(SYNC, {"all": "1"}, follow=True)
    assert "Tick at least one customer" in answer.content.decode()


def test_a_filter_survives_nothing_ticked(boss: Client, acme: Connection) -> None:
    answer = boss.post(SYNC, {"whole": "1", "q": "a b", "role": "BROKER"})
    assert answer["Location"] == f"{LIST}?q=a+b&role=BROKER"


def test_it_warns_where_the_day_has_too_few_calls(boss: Client, acme: Connection) -> None:
    picked = [making.customer(acme).pk for _ in range(3)]
    Allowance.objects.update(daily_remaining=502, daily_reset_at=timezone.now() + timedelta(hours=2))
    shown, _ = confirmation(boss, {"pick": picked})
    assert "That does not fit into today." in shown
    assert "After 2 calls the run waits" in shown
    Allowance.objects.update(daily_remaining=503)
    assert "does not fit" not in confirmation(boss, {"pick": picked})[0]


def test_every_connection_gets_a_run_of_its_own(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    making.customer(making.connection("beta"))
    making.customer(making.connection("gamma"), external_id=None)
    shown, agreed = confirmation(boss, {"whole": "1", "all": "1"})
    assert "Sync 2 customers?" in shown
    assert "Each connection gets a run of its own" in shown
    assert boss.post(SYNC, agreed)["Location"] == "/runs/?kind=selection"
    assert {run.connection.name for run in Run.objects.all()} == {"acme", "beta"}


def test_what_a_form_did_not_get_from_us_queues_nothing(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    for text in ("", "nonsense", "{}", "a:b:c"):
        boss.post(SYNC, {"selection": text})
    assert not Run.objects.exists()


def test_only_who_may_sync_sees_and_presses(viewer: Client, acme: Connection) -> None:
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
    assert 'aria-label="Sync A &lt;b&gt;bold&lt;/b&gt; name"' in shown
    assert f'formaction="{SYNC}"' in shown
    assert f'formaction="{LIST}export/"' not in shown
    viewer.post(f"{LIST}{made.pk}/sync/")
    assert Run.objects.get().kind == RunKind.SINGLE


def test_a_customer_that_does_not_exist_upstream_has_no_sync_button(boss: Client, acme: Connection) -> None:
    made = making.customer(acme, external_id=None, state="local")
    assert f"{LIST}{made.pk}/sync/" not in page(boss, LIST)


def test_a_present_but_inactive_customer_is_told_apart(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    assert ">Inactive</span>" not in page(boss, LIST)
    making.customer(acme, is_active=False)
    assert 'title="Present, inactive">Inactive</span>' in page(boss, LIST)


def test_the_runs_page_says_what_became_of_it(boss: Client, acme: Connection) -> None:
    run = making.run(
        acme, RunState.RUNNING, kind=RunKind.SELECTION, fetched=40, updated=3, expected=80,
        options={"selection": {"picked": [1]}}, started_at=timezone.now() - timedelta(seconds=10),
    )  # fmt: skip
    shown = page(boss, f"/runs/{run.pk}/")
    assert "Reads the selected customers again, one by one." in shown
    assert "40 of 80" in shown
    assert re.search(r"about 1[01] s", shown)
    for label in ("Read", "Updated", "Unchanged", "Deleted upstream", "Failed", "API calls"):
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
def test_changed_since(boss: Client, acme: Connection, query: str, expected: list[str]) -> None:
    now = timezone.now()
    for name, days in (("Today", 0), ("Week", 6), ("Month", 29), ("Long ago", 300)):
        making.customer(acme, name, updated_at=now - timedelta(days))
    shown = page(boss, f"{LIST}?{query}")
    assert names(shown) == expected
    chosen = query.partition("&")[0].removeprefix("changed=")
    assert re.search(rf'<option value="{chosen}" selected>', shown), "the filter says what the address says"


def test_every_kind_of_invalid_value_can_be_chosen() -> None:
    assert {name for name, _ in CHECKED} <= {field.name for field in CUSTOMER_FIELDS}
    assert dict(CHECKED)["vat_number"] == "Invalid VAT number"
