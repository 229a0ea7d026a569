"""Contract section 2.1: filters and sort of contacts."""

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import access_token, contacts, failure, ids, page, send

MOMENT = "2026-06-09T17:15:33Z"


def test_vendors_are_listed_unless_customers_are_requested(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    assert {row["contact_type"] for row in contacts(api)} == {"customer", "vendor"}
    assert sorted(ids(contacts(api, contact_type="customer"))) == sim.control.contact_ids("customer")
    assert sorted(ids(contacts(api, contact_type="vendor"))) == sim.control.contact_ids("vendor")


def test_filter_is_applied_and_echoed(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    inactive = set(sim.control.deactivate(n=3))
    for name in ("Status.All", "Status.Active", "Status.Inactive"):
        body = page(api, "/contacts", filter_by=name)
        assert body["page_context"]["applied_filter"] == name
        listed = set(ids(body["contacts"]))
        assert inactive <= listed if name != "Status.Active" else inactive.isdisjoint(listed)
    assert {row["status"] for row in contacts(api, filter_by="Status.Inactive")} == {"inactive"}


def test_without_a_filter_all_are_listed_or_by_switch_only_the_active(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    [inactive] = sim.control.deactivate()
    assert page(api, "/contacts")["page_context"]["applied_filter"] == "Status.All"
    assert inactive in ids(contacts(api))
    sim.control.switch(default_filter="Status.Active")
    assert page(api, "/contacts")["page_context"]["applied_filter"] == "Status.Active"
    assert inactive not in ids(contacts(api))
    assert inactive in ids(contacts(api, filter_by="Status.All"))


def test_filter_may_be_ignored_and_the_echo_tells(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.switch(filter_by="ignored", default_filter="Status.Active")
    assert page(api, "/contacts", filter_by="Status.All")["page_context"]["applied_filter"] == "Status.Active"


def test_unknown_filter_is_refused_or_by_switch_ignored(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    answer = api.get("/contacts", params={"filter_by": "Status.Everything"})
    assert (failure(answer), answer.json()["message"]) == ((400, 2), "Invalid value passed for filter_by")
    sim.control.switch(unknown_filter_by="ignore")
    context = page(api, "/contacts", filter_by="Status.Everything")["page_context"]
    assert context["applied_filter"] == "Status.All"


def test_unpaid_and_overdue_customers_can_be_listed(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    overdue = {sim.control.invoice(one)["customer_id"] for one in sim.control.invoice_ids("overdue")}
    listed = set(ids(contacts(api, filter_by="Invoice.OverDue")))
    assert listed == overdue & set(sim.control.contact_ids())
    assert listed <= set(ids(contacts(api, filter_by="Invoice.Unpaid")))


@pytest.mark.parametrize("spelling", ["2026-06-09T13:15:33-0400", "2026-06-09T17:15:33+0000"])
def test_last_modified_time_is_inclusive_in_its_one_spelling(
    sim: ZohoBooksSimulator, api: httpx2.Client, spelling: str
) -> None:
    before, at = sim.control.contact_ids()[:2]
    sim.control.change_contact(sim.control.contact_ids(None), fields={}, modified_at="2025-01-01T00:00:00Z")
    sim.control.change_contact(before, fields={}, modified_at="2026-06-09T17:15:32Z")
    sim.control.change_contact(at, fields={}, modified_at=MOMENT)
    assert ids(contacts(api, last_modified_time=spelling)) == [at]


@pytest.mark.parametrize(
    "spelling",
    [
        *("2026-07-15T19:28:16+00:00", "2026-07-15T19:28:16Z", "2026-07-15T19:28:16.000+0000", "2026-07-15"),
        *("2026-07-15 19:28:16", "2026-07-15T19:28:16", "2026-13-15T19:28:16+0000", "2026-07-15T19:28:16 0000"),
    ],
)
@pytest.mark.parametrize("path", ["/contacts", "/invoices"])
def test_every_other_spelling_is_refused(api: httpx2.Client, path: str, spelling: str) -> None:
    answer = api.get(path, params={"last_modified_time": spelling})
    assert failure(answer) == (400, 2)
    assert answer.json()["message"] == "Invalid value passed for last_modified_time"


def test_bare_plus_in_the_address_becomes_a_space_and_is_refused(sim: ZohoBooksSimulator) -> None:
    headers = {"authorization": f"Zoho-oauthtoken {access_token(sim)}"}
    address = f"{sim.base_url}/contacts?last_modified_time=2026-07-15T19:28:16"
    assert failure(send("GET", address + "+0000", headers=headers)) == (400, 2)
    assert send("GET", address + "%2B0000", headers=headers).status_code == 200


def test_contacts_may_check_the_time_and_still_ignore_it(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    """Section 0, fact 4: filtering is likely, not proven."""
    sim.control.switch(contacts_ignore_last_modified_time=True)
    assert len(contacts(api, last_modified_time="2099-01-01T00:00:00+0000")) == 27
    assert failure(api.get("/contacts", params={"last_modified_time": "2099-01-01T00:00:00Z"})) == (400, 2)


def test_unknown_parameters_are_ignored(api: httpx2.Client) -> None:
    assert len(contacts(api, last_modifed_time="nonsense", modified_since="2099-01-01")) == 27


def test_texts_search_the_primary_person_too(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [customer] = sim.control.add_contact(fields={"contact_name": "Quay & Quill"})
    sim.control.add_person(customer, {"first_name": "Zenobia", "email": "z@quay.example"})
    assert ids(contacts(api, contact_name_startswith="quay")) == [customer]
    assert ids(contacts(api, email="z@quay.example")) == [customer]
    assert ids(contacts(api, first_name_contains="nobi")) == [customer]


def test_the_default_order_is_by_name(api: httpx2.Client) -> None:
    rows = contacts(api)
    assert rows == sorted(rows, key=lambda row: row["contact_name"].casefold())
    context = page(api, "/contacts")["page_context"]
    assert (context["sort_column"], context["sort_order"]) == ("contact_name", "A")


@pytest.mark.parametrize("order", ["A", "D"])
def test_created_time_orders_as_ids_do(api: httpx2.Client, order: str) -> None:
    body = page(api, "/contacts", sort_column="created_time", sort_order=order)
    assert ids(body["contacts"]) == sorted(ids(body["contacts"]), reverse=order == "D")
    assert (body["page_context"]["sort_column"], body["page_context"]["sort_order"]) == ("created_time", order)


def test_unknown_order_is_refused_or_by_switch_ignored(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    assert failure(api.get("/contacts", params={"sort_column": "contact_id"})) == (400, 2)
    assert failure(api.get("/contacts", params={"sort_order": "ascending"})) == (400, 2)
    sim.control.switch(unknown_sort_column="ignore")
    assert page(api, "/contacts", sort_column="contact_id")["page_context"]["sort_column"] == "contact_name"
