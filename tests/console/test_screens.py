"""Every screen answers, with nothing in the mirror and with something, and never shows a secret."""

import pytest
from django.test import Client

from counterfoil.mirror.models import Change, RunKind, RunState, Source
from tests.console import making
from tests.console.asking import page

LISTS = (
    "/", "/customers/", "/conflicts/", "/runs/", "/connections/", "/import-problems/",
    "/webhooks/",
)  # fmt: skip
OTHERS = (
    "/users/",
    "/groups/",
    "/users/add/",
    "/counterfoil_mirror/",
    "/counterfoil_webhooks/",
    "/password_change/",
)


def _some_rows() -> list[str]:
    """Something of everything; the addresses of its pages."""
    connection = making.connection()
    run = making.run(connection, failed=1, error="The upstream answered 502. Try again later.")
    waiting = making.stopped_run(connection)
    running = making.run(making.connection("other"), RunState.RUNNING, fetched=10, expected=40)
    customer = making.customer(connection, raw='{"id":"1"}', extra={"PRICING": "A", "nested": {"a": [1]}})
    Change.objects.create(
        connection=connection, record_id=customer.pk, field="phone", before="1", after=None,
        at=customer.updated_at, source=Source.RUN, reference=run.pk,
    )  # fmt: skip
    making.edit(customer)
    conflict = making.conflict(customer)
    push = making.run(connection, kind=RunKind.PUSH, conflicts=1, failed=1)
    aside = making.import_problem(connection, run_id=run.pk)
    making.endpoint(connection)
    delivery = making.delivery(connection, run=run)
    return [
        *(f"/runs/{found.pk}/" for found in (run, waiting, running, push)),
        f"/runs/{waiting.pk}/approve/",
        f"/runs/{running.pk}/live/",
        "/live/",
        f"/connections/{connection.pk}/",
        f"/customers/{customer.pk}/",
        f"/conflicts/{conflict.pk}/",
        f"/import-problems/{aside.pk}/",
        f"/webhooks/{delivery.pk}/",
        f"/webhooks/{delivery.pk}/live/",
    ]


@pytest.mark.parametrize("address", [*LISTS, *OTHERS])
def test_every_screen_works_in_an_empty_installation(boss: Client, address: str) -> None:
    page(boss, address)


def test_every_screen_works_with_rows_and_shows_no_secret(boss: Client, viewer: Client) -> None:
    pages = _some_rows()
    for client, addresses in ((boss, [*LISTS, *OTHERS, *pages]), (viewer, [*LISTS, *pages])):
        for address in addresses:
            if client is viewer and address.endswith("/approve/"):
                continue
            shown = page(client, address)
            assert making.SECRET not in shown, address
            assert "the-key-55" not in shown, address


def test_an_empty_installation_explains_the_first_sync(boss: Client) -> None:
    shown = page(boss, "/")
    assert "Three steps to your own copy" in shown
    assert 'href="/connections/add/"' in shown
    assert "counterfoil connect file" in shown


def test_the_first_steps_disappear_after_a_sync(boss: Client) -> None:
    making.customer(making.connection())
    shown = page(boss, "/")
    assert "Three steps" not in shown
    assert ">42</a>" in shown
    assert "of 10,000, " in shown


def test_a_missing_page_says_so(boss: Client) -> None:
    assert boss.get("/nowhere/").status_code == 404
    assert "Page not found" in boss.get("/nowhere/").content.decode()
    after = boss.get("/customers/999999/", follow=True)
    assert after.redirect_chain[0][0] == "/customers/"
    assert "This customer does not exist any more." in after.content.decode()


def test_an_error_of_ours_is_a_page_that_explains_it(boss: Client) -> None:
    connection = making.connection()
    run = making.run(connection, RunState.RUNNING)
    type(connection).objects.filter(pk=connection.pk).update(connector="no_such_connector")
    answer = boss.get(f"/runs/{run.pk}/")
    assert answer.status_code == 500
    assert "which is not installed" in answer.content.decode()


@pytest.mark.parametrize("address", ["/customers/", "/invoices/", "/connections/", "/webhooks/"])
def test_law_9_an_address_with_a_nul_is_no_server_error(boss: Client, address: str) -> None:
    """PostgreSQL compares nothing with a NUL."""
    making.delivery(making.connection())
    for query in ("q=a%00b", "status=%00", "name=%00", "connection=%00", "state=%00"):
        assert boss.get(f"{address}?{query}").status_code < 500, query
