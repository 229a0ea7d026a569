"""Ctrl-K finds customers, connections, runs and pages, and nothing that the person may not see."""

import re

import pytest
from django.test import Client

from tests.console import making


def found(client: Client, typed: str) -> list[tuple[str, str]]:
    """Titles and addresses, in their order."""
    answer = client.get("/search/", {"s": typed})
    assert answer.status_code == 200
    page = answer.content.decode()
    return [(title, link) for link, title in re.findall(r'href="([^"]+)"\s+data-title="([^"]*)"', page)]


def test_a_customer_is_found_by_the_beginnings_of_words_name_matches_first(boss: Client) -> None:
    connection = making.connection()
    by_city = making.customer(connection, name="Zeta", city="Gent")
    by_name = making.customer(connection, name="Gent Cars")
    assert [link for _, link in found(boss, "gen")] == [
        f"/mirror/customer/{by_name.pk}/change/",
        f"/mirror/customer/{by_city.pk}/change/",
    ]


def test_pages_connections_and_a_run_by_its_number(boss: Client) -> None:
    connection = making.connection()
    run = making.run(connection)
    assert ("Customers", "/mirror/customer/") in found(boss, "cust")
    assert found(boss, connection.name[:3])[0][1] == f"/mirror/connection/{connection.pk}/change/"
    assert found(boss, f"run {run.pk}")[-1] == (f"Run {run.pk}", f"/mirror/run/{run.pk}/change/")
    assert found(boss, f"#{run.pk}") == [(f"Run {run.pk}", f"/mirror/run/{run.pk}/change/")]


def test_webhooks_are_found_as_a_page_and_by_their_number(boss: Client, stranger: Client) -> None:
    delivery = making.delivery(making.connection())
    assert ("Webhooks", "/inbox/delivery/") in found(boss, "webh")
    address = f"/inbox/delivery/{delivery.pk}/change/"
    for typed in (f"delivery {delivery.pk}", f"Webhook {delivery.pk}", f"delivery #{delivery.pk}"):
        assert found(boss, typed)[-1] == (f"Delivery {delivery.pk}", address)
        assert found(stranger, typed) == []
    assert found(stranger, "webhooks") == []


def test_nobody_finds_what_they_may_not_see(boss: Client, stranger: Client, viewer: Client) -> None:
    connection = making.connection()
    making.customer(connection, name="Hidden Cars")
    run = making.run(connection)
    for typed in ("hidden", connection.name, f"run {run.pk}", "customers", "users"):
        assert found(stranger, typed) == [], typed
    assert len(found(viewer, "hidden")) == 1
    assert found(boss, "users")


@pytest.mark.parametrize("typed", ["", " ", "\0", "'", '"*', "run", "#", "9" * 400, "%_\\", "ü", "<script>"])
def test_no_input_breaks_it(boss: Client, typed: str) -> None:
    making.customer(making.connection(), name="Müller <b>& Co</b>")
    answer = boss.get("/search/", {"s": typed})
    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode()
