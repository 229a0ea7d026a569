"""Webhooks: what came, what became of it, and what it changed."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from counterfoil.connectors.page import Resource
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Change, Connection, Source
from counterfoil.webhooks.models import Delivery, DeliveryState
from tests.console import making
from tests.console.asking import page, record_address
from tests.console.people import logged_in, person

pytestmark = pytest.mark.django_db
LIST = "/webhooks/"


@pytest.fixture
def acme() -> Connection:
    return making.connection()


def address(delivery: Delivery) -> str:
    """Its page."""
    return f"{LIST}{delivery.pk}/"


def listed(shown: str) -> list[int]:
    """Return the keys of the deliveries in a list."""
    return [int(key) for key in re.findall(rf'href="{LIST}(\d+)/', shown)]


def shown_text(shown: str) -> str:
    """Return a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))


def test_the_list_shows_webhooks_and_their_results(viewer: Client, acme: Connection) -> None:
    customer = making.customer(acme, external_id="77")
    making.delivery(acme)
    making.delivery(acme, DeliveryState.DEAD, event="client.created", external_id="78", reason="No name.")
    shown = page(viewer, LIST)
    assert f'href="/customers/{customer.pk}/" title="customer 77">customer 77</a>' in shown
    assert 'title="customer 78">customer 78</span>' in shown
    text = shown_text(shown)
    assert "client.created" in text
    assert "2 s" in text
    assert 'cf-success" title="Applied"' in shown
    assert 'cf-danger" title="Failed"' in shown
    assert "No name." in text


def test_the_records_of_a_page_are_found_with_few_queries(
    viewer: Client, acme: Connection, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    customer = making.customer(acme, external_id="1")
    books = making.connection("books")
    invoice = making.invoice(books, external_id="1")
    contact = making.contact_person(customer, external_id="1")
    for connection, resource in ((acme, "customer"), (books, "invoice"), (acme, "contact_person"), (acme, "")):
        for number in range(5):
            making.delivery(connection, resource=resource, external_id=str(1 + number) if resource else "")
    with django_assert_max_num_queries(25):
        shown = page(viewer, LIST)
    assert f'href="/customers/{customer.pk}/" title="customer 1"' in shown
    assert f'href="/invoices/{invoice.pk}/" title="invoice 1"' in shown
    assert f'href="/customers/{contact.customer_id}/" title="contact person 1"' in shown
    assert 'title="invoice 2">invoice 2</span>' in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"new", "dead", "old"}),
        ("?state=dead", {"dead"}),
        ("?state=nonsense", set()),
        ("?since=today", {"new", "dead"}),
        ("?since=30", {"new", "dead", "old"}),
        ("?since=7", {"new", "dead"}),
        ("?since=nonsense", set()),
        ("?since=today&state=dead", {"dead"}),
        ("?q=78", {"dead"}),
        ("?q=7", set()),
        ("?connection=nonsense", set()),
    ],
)
def test_filters_keep_the_matching_webhooks(
    viewer: Client, acme: Connection, query: str, expected: set[str]
) -> None:
    noon = timezone.localtime().replace(hour=12)
    made = {
        "new": making.delivery(acme, received_at=noon),
        "dead": making.delivery(acme, DeliveryState.DEAD, external_id="78", received_at=noon),
        "old": making.delivery(acme, external_id="", received_at=noon - timedelta(days=20)),
    }
    shown = page(viewer, LIST + query)
    assert set(listed(shown)) == {made[name].pk for name in expected}
    assert ("Nothing matches" in shown) == (not expected)


def test_one_connection_of_several(viewer: Client, acme: Connection) -> None:
    making.delivery(acme)
    other = making.delivery(making.connection("other"))
    assert listed(page(viewer, f"{LIST}?connection={other.connection_id}")) == [other.pk]


@pytest.mark.parametrize("asked", ["?body__startswith=a", "?claim=x", "?run__error__startswith=a"])
def test_no_address_can_filter_by_hidden_columns(viewer: Client, acme: Connection, asked: str) -> None:
    making.delivery(acme)
    assert viewer.get(LIST + asked).status_code == 400


def test_an_empty_list_says_how_to_register_webhooks(viewer: Client, boss: Client, acme: Connection) -> None:
    belongs = making.connection("Zoho Benelux", owner=User.objects.create_user("anna"))
    Connection.objects.filter(pk=belongs.pk).update(connector="zoho_books")
    Connection.objects.create(name="sites", connector="file", settings={"path": "s.csv"})
    command = f"counterfoil webhooks register acme --url https://{{}}/api/webhooks/robaws/customers/{acme.pk}"
    shown = page(viewer, LIST)
    assert "No webhooks yet." in shown
    assert command.format("counterfoil.example.com") in shown
    assert "anna" not in shown
    assert "sites" not in shown
    hers = f"https://counterfoil.example.com/api/webhooks/zoho/{belongs.pk}"
    assert f"--as anna webhooks register &#x27;Zoho Benelux&#x27; --url {hers}" in page(boss, LIST)


def test_the_commands_use_the_name_under_which_the_console_is_opened(
    viewer: Client, acme: Connection, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["ours.example"]
    shown = viewer.get(LIST, HTTP_HOST="ours.example").content.decode()
    assert f"--url https://ours.example/api/webhooks/robaws/customers/{acme.pk}" in shown


def test_the_menu_shows_webhooks_where_they_can_arrive(viewer: Client) -> None:
    item = f'href="{LIST}"'
    file = Connection.objects.create(name="sites", connector="file", settings={"path": "s.csv"})
    assert item not in page(viewer, "/")
    delivery = making.delivery(file)
    assert item in page(viewer, "/")
    delivery.delete()
    making.connection()
    assert item in page(viewer, "/")


def test_the_page_shows_the_result_and_the_reason(viewer: Client, acme: Connection) -> None:
    run = making.run(acme)
    retried = making.delivery(
        acme, DeliveryState.FAILED, reason="The upstream answered 502.", tries=3, calls=4, run=run,
        next_try_at=timezone.now() + timedelta(minutes=4),
    )  # fmt: skip
    text = shown_text(shown := page(viewer, address(retried)))
    assert "Retrying Processing failed. It is retried automatically. The upstream answered 502." in text
    assert "Failed tries 3 next try 2" in text
    assert "API calls 4" in text
    assert f'<a href="/runs/{run.pk}/">Full sync {run.pk}</a>' in shown
    assert "Finished not yet" in text
    for state, said in (
        (DeliveryState.DEAD, "Fix the problem, then replay the webhook."),
        (DeliveryState.STALE, "Something newer was already here"),
        (DeliveryState.IGNORED, "about something that Counterfoil does not copy"),
        (DeliveryState.RECEIVED, "Waiting to be processed."),
        (DeliveryState.APPLIED, "Its changes are saved here. Received"),
    ):
        assert said in shown_text(page(viewer, address(making.delivery(acme, state)))), state


def test_a_long_wait_says_that_a_worker_may_be_missing(viewer: Client, acme: Connection) -> None:
    waits = making.delivery(acme, DeliveryState.RECEIVED)
    assert "no worker is running" not in page(viewer, address(waits))
    Delivery.objects.update(received_at=timezone.now() - timedelta(minutes=1))
    assert "no worker is running" in page(viewer, address(waits))
    Delivery.objects.update(run=making.run(acme))
    assert "one changes-only sync covers all of them" in page(viewer, address(waits))


def test_a_duplicate_links_to_the_earlier_webhook(viewer: Client, acme: Connection) -> None:
    making.delivery(making.connection("other"), event_id="e-1")
    first = making.delivery(acme, event_id="e-1")
    making.delivery(acme, event_id="e-1", state=DeliveryState.DUPLICATE)
    again = making.delivery(acme, event_id="e-1", state=DeliveryState.DUPLICATE)
    assert f'<a href="{address(first)}">webhook {first.pk}</a>' in page(viewer, address(again))


def test_the_page_links_to_an_import_problem(viewer: Client, acme: Connection) -> None:
    dead = making.delivery(acme, DeliveryState.DEAD)
    assert "/import-problems/" + str(making.import_problem(acme, "77").pk) in page(viewer, address(dead))


def test_it_lists_what_it_changed_and_nothing_else(viewer: Client, acme: Connection) -> None:
    customer = making.customer(acme, external_id="77")
    delivery, other = making.delivery(acme), making.delivery(acme)
    for source, reference, after in (
        (Source.DELIVERY, delivery.pk, "+32 3 123 45 67"),
        (Source.DELIVERY, other.pk, "+32 3 999 99 99"),
        (Source.RUN, delivery.pk, "+32 3 888 88 88"),
    ):
        Change.objects.create(
            connection=acme, record_id=customer.pk, field="phone", before="1", after=after, at=timezone.now(),
            source=source, reference=reference,
        )  # fmt: skip
    shown = page(viewer, address(delivery))
    assert "+32 3 123 45 67" in shown
    assert "+32 3 999 99 99" not in shown
    assert "+32 3 888 88 88" not in shown
    assert "This webhook added" not in shown
    type(customer).objects.filter(pk=customer.pk).update(first_source="delivery", first_reference=delivery.pk)
    assert "This webhook added the customer." in page(viewer, address(delivery))
    assert "This webhook added" not in page(viewer, address(other))


def test_history_and_first_seen_link_to_the_delivery(viewer: Client, acme: Connection) -> None:
    delivery = making.delivery(acme)
    customer = making.customer(acme, external_id="77", first_source="delivery", first_reference=delivery.pk)
    invoice = making.invoice(customer, first_source="delivery", first_reference=delivery.pk)
    for model, record in (("customer", customer), ("invoice", invoice)):
        link = f'<a href="{address(delivery)}">'
        shown = page(viewer, record_address(record))
        assert shown.count(f"by {link}webhook {delivery.pk}</a>") == 2  # in the state, and in the empty history
        Change.objects.create(
            connection=acme, resource=model, record_id=record.pk, field="email", before=None, after="a@b.be",
            at=timezone.now(), source=Source.DELIVERY, reference=delivery.pk,
        )  # fmt: skip
        assert f"{link}Webhook {delivery.pk}</a>" in page(viewer, record_address(record))


def test_the_body_is_readable_and_escaped(viewer: Client, acme: Connection) -> None:
    evil = making.delivery(acme, event="<b>odd</b>", body=b'{"name":"<img src=x>","city":"Gent"}')
    shown = page(viewer, address(evil))
    assert "<img src=x>" not in shown
    assert "<b>odd</b>" not in shown
    assert "{\n  &quot;name&quot;: &quot;&lt;img src=x&gt;&quot;,\n  &quot;city&quot;" in shown
    form = making.delivery(
        acme, content_type="application/x-www-form-urlencoded; charset=utf-8",
        body=b"JSONString=%7B%22contact%22%3A%7B%22contact_id%22%3A%221%22%7D%7D&x=1",
    )  # fmt: skip
    shown = page(viewer, address(form))
    assert "JSONString = {\n  &quot;contact&quot;: {\n    &quot;contact_id&quot;: &quot;1&quot;" in shown
    for body, kind in ((b"\xff\xfe", "application/x-www-form-urlencoded"), (b"not json", ""), (b"", "a")):
        page(viewer, address(making.delivery(acme, content_type=kind, body=body)))


def test_a_webhook_that_could_not_be_read_is_listed_with_its_reason(viewer: Client, acme: Connection) -> None:
    reason = "This is not a webhook of Robaws: it has no event with an id."
    lost = making.delivery(
        acme, DeliveryState.DEAD, event="unreadable", resource="", external_id="", reason=reason, body=b"{",
        full_size=1_500_000,
    )  # fmt: skip
    assert reason in page(viewer, LIST)
    shown = page(viewer, address(lost))
    assert reason in shown
    assert "The first 1\xa0byte of 1.4\xa0MB, as received." in shown


def test_a_deleted_body_says_so(viewer: Client, acme: Connection, settings: Settings) -> None:
    settings.COUNTERFOIL_DELIVERY_DAYS = 30
    assert "Deleted after 30 days." in page(viewer, address(making.delivery(acme, body=None)))


@pytest.mark.parametrize(
    ("resource", "needed"),
    [
        (Resource.CUSTOMER, "view_customer"),
        (Resource.INVOICE, "view_invoice"),
        (Resource.CONTACT_PERSON, "view_contactperson"),
        ("", "view_customer"),
    ],
)
def test_only_users_who_may_see_the_record_see_the_body(acme: Connection, resource: str, needed: str) -> None:
    delivery = making.delivery(acme, resource=resource, body=b'{"name":"Zanzibar"}')
    user = User.objects.create_user("somebody", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    shown = page(logged_in(user), address(delivery))
    assert ("client.updated" in shown, "Zanzibar" in shown, "<h3>Changes</h3>" in shown) == (True, False, False)
    user.user_permissions.add(Permission.objects.get(codename=needed))
    assert "Zanzibar" in page(logged_in(user), address(delivery))


def test_polling_ends_once_the_state_changes(viewer: Client, acme: Connection) -> None:
    waits = making.delivery(acme, DeliveryState.RECEIVED)
    live = f"{LIST}{waits.pk}/live/?was=received"
    assert f'data-live="{live}"' in page(viewer, address(waits))
    assert int(viewer.get(live)["X-Again"]) > 0
    Delivery.objects.update(state=DeliveryState.FAILED)
    assert viewer.get(live)["X-Again"] == "0"
    assert int(viewer.get(live.replace("received", "failed"))["X-Again"]) > 0
    Delivery.objects.update(state=DeliveryState.APPLIED)
    assert "data-live" not in page(viewer, address(waits))


def test_a_clerk_sees_webhooks_and_no_buttons(acme: Connection) -> None:
    dead = making.delivery(acme, DeliveryState.DEAD)
    clerk = logged_in(person(Role.CLERK))
    assert "/replay/" not in page(clerk, LIST) + page(clerk, address(dead))
