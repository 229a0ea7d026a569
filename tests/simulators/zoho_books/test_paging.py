"""Contract sections 2.1 and 4.1: pages."""

from collections.abc import Iterator

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import client_of, contacts, failure, ids, page


@pytest.fixture
def many() -> Iterator[httpx2.Client]:
    """Start 450 customers, no vendors."""
    with ZohoBooksSimulator(contacts=450, vendors=0, invoices=0, rate=None) as sim, client_of(sim) as api:
        yield api


def test_page_is_two_hundred_long_by_default_and_counted_from_one(many: httpx2.Client) -> None:
    first, last = page(many, "/contacts"), page(many, "/contacts", page=3)
    assert (len(first["contacts"]), len(last["contacts"])) == (200, 50)
    assert [body["page_context"]["has_more_page"] for body in (first, last)] == [True, False]
    assert ids(page(many, "/contacts", page=1)["contacts"]) == ids(first["contacts"])


def test_context_is_an_object_with_the_confirmed_keys(many: httpx2.Client) -> None:
    assert page(many, "/contacts", page=2, per_page=10)["page_context"] == {
        "page": 2,
        "per_page": 10,
        "has_more_page": True,
        "report_name": "Contacts",
        "applied_filter": "Status.All",
        "custom_fields": [],
        "sort_column": "contact_name",
        "sort_order": "A",
    }


def test_all_pages_hold_everybody_once(many: httpx2.Client) -> None:
    found = [one for number in (1, 2, 3) for one in ids(contacts(many, page=number, sort_column="created_time"))]
    assert len(found) == 450
    assert found == sorted(set(found))


def test_page_past_the_end_is_empty(many: httpx2.Client) -> None:
    body = page(many, "/contacts", page=4)
    assert (body["contacts"], body["page_context"]["has_more_page"]) == ([], False)


def test_page_that_ends_exactly_with_the_list_says_so(many: httpx2.Client) -> None:
    assert not page(many, "/contacts", page=3, per_page=150)["page_context"]["has_more_page"]


def test_more_than_two_hundred_is_cut_down_or_by_switch_refused() -> None:
    with ZohoBooksSimulator(contacts=210, invoices=0, rate=None) as sim, client_of(sim) as api:
        body = page(api, "/contacts", per_page=500)
        assert (len(body["contacts"]), body["page_context"]["per_page"]) == (200, 200)
        sim.control.switch(per_page_over_max="400")
        assert failure(api.get("/contacts", params={"per_page": 500})) == (400, 2)


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "-1"}, {"per_page": "ten"}, {"per_page": "0"}])
def test_nonsense_is_refused(many: httpx2.Client, query: dict[str, str]) -> None:
    assert failure(many.get("/contacts", params=query)) == (400, 2)


def test_lists_of_the_size_that_was_promised_take_28_calls() -> None:
    with ZohoBooksSimulator(contacts=1000, vendors=0) as sim, client_of(sim) as api:
        lists = {
            "/contacts": {"contact_type": "customer", "sort_column": "created_time"},
            "/contacts/contactpersons": {},
            "/invoices": {"sort_column": "created_time"},
        }
        found = {}
        for path, query in lists.items():
            number, rows, more = 0, 0, True
            while more:
                number += 1
                body = page(api, path, page=number, **query)
                rows += len(next(value for value in body.values() if isinstance(value, list)))
                more = body["page_context"]["has_more_page"]
            found[path] = (number, rows)
        assert found == {
            "/contacts": (5, 1000),
            "/contacts/contactpersons": (8, 1500),
            "/invoices": (15, 3000),
        }
