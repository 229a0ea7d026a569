"""Contract section 4.1: filters and sort of invoices."""

from collections import Counter

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import failure, ids, invoices, page

WAITING = {"sent", "viewed", "overdue", "partially_paid"}


@pytest.mark.parametrize("status", ["sent", "draft", "overdue", "paid", "void", "partially_paid", "viewed"])
def test_one_status_lists_what_is_shown_with_it(sim: ZohoBooksSimulator, api: httpx2.Client, status: str) -> None:
    found = invoices(api, status=status)
    assert found
    assert sorted(ids(found)) == sim.control.invoice_ids(status)


def test_unpaid_is_everything_that_waits_for_money(api: httpx2.Client) -> None:
    body = page(api, "/invoices", status="unpaid")
    assert {row["status"] for row in body["invoices"]} == WAITING
    assert body["page_context"]["applied_filter"] == "Status.Unpaid"
    assert ids(invoices(api, filter_by="Status.Unpaid")) == ids(body["invoices"])


def test_statuses_outside_the_documented_list_occur(api: httpx2.Client) -> None:
    shown = Counter(row["status"] for row in invoices(api))
    assert shown["pending_approval"] >= 1
    assert shown["approved"] >= 1


def test_unknown_status_or_a_list_of_them_is_ignored_or_by_switch_refused(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    body = page(api, "/invoices", status="sent,overdue")
    assert (len(body["invoices"]), body["page_context"]["applied_filter"]) == (75, "Status.All")
    sim.control.switch(unknown_status="400")
    assert failure(api.get("/invoices", params={"status": "sent,overdue"})) == (400, 2)


@pytest.mark.parametrize("field", ["date", "due_date"])
def test_bounds_of_days_are_inclusive_or_exclusive_by_name(
    sim: ZohoBooksSimulator, api: httpx2.Client, field: str
) -> None:
    days = [f"2099-03-0{day}" for day in (1, 2, 3)]
    first, second, third = (sim.control.add_invoice(fields={field: day})[0] for day in days)

    def listed(**bounds: str) -> list[str]:
        query = {f"{field}_{bound}": day for bound, day in bounds.items()}
        return sorted(ids(invoices(api, **query)))

    assert listed(start=days[1]) == [second, third]
    assert listed(after=days[1]) == [third]
    assert listed(start=days[0], end=days[1]) == [first, second]
    assert listed(start=days[0], before=days[1]) == [first]
    assert ids(invoices(api, **{field: days[1]})) == [second]


@pytest.mark.parametrize("day", ["2030-3-x", "01/03/2030", "2030-02-30"])
def test_nonsense_day_is_refused(api: httpx2.Client, day: str) -> None:
    answer = api.get("/invoices", params={"date_start": day})
    assert (failure(answer), answer.json()["message"]) == ((400, 2), "Invalid value passed for date_start")


def test_invoices_of_one_customer(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [customer] = sim.control.add_contact()
    written = sim.control.add_invoice(customer, n=2)
    assert sorted(ids(invoices(api, customer_id=customer))) == sorted(written)
    assert invoices(api, customer_id="1") == []


def test_last_modified_time_is_inclusive(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    before, at = (sim.control.add_invoice()[0] for _ in range(2))
    sim.control.change_invoice(before, {}, modified_at="2099-06-09T17:15:32Z")
    sim.control.change_invoice(at, {}, modified_at="2099-06-09T17:15:33Z")
    assert ids(invoices(api, last_modified_time="2099-06-09T13:15:33-0400")) == [at]


def test_filters_combine(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [customer] = sim.control.add_contact()
    wanted, _, _ = (
        sim.control.add_invoice(customer, fields=fields)[0]
        for fields in ({"date": "2030-01-01"}, {"date": "2020-01-01"}, {"date": "2030-01-01", "status": "void"})
    )
    found = invoices(api, customer_id=customer, status="unpaid", date_start="2029-01-01")
    assert ids(found) == [wanted]


def test_the_default_order_is_newest_first(api: httpx2.Client) -> None:
    body = page(api, "/invoices")
    assert body["page_context"] == {
        "page": 1,
        "per_page": 200,
        "has_more_page": False,
        "report_name": "Invoices",
        "applied_filter": "Status.All",
        "custom_fields": [],
        "seller_app_sales_channels": "",
        "sort_column": "created_time",
        "sort_order": "D",
    }
    assert [row["date"] for row in body["invoices"]] == sorted(
        (row["date"] for row in body["invoices"]), reverse=True
    )


@pytest.mark.parametrize("column", ["invoice_number", "date", "due_date", "total", "balance"])
def test_every_documented_column_orders(api: httpx2.Client, column: str) -> None:
    values = [row[column] for row in invoices(api, sort_column=column, sort_order="A")]
    assert values == sorted(values)
    values = [row[column] for row in invoices(api, sort_column=column, sort_order="D")]
    assert values == sorted(values, reverse=True)


def test_time_of_change_orders_unless_switched_off(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [oldest] = ids(invoices(api, sort_column="created_time", sort_order="A", per_page=1))
    sim.control.change_invoice(oldest, {"notes": "touched"})
    assert ids(invoices(api, sort_column="last_modified_time", sort_order="D", per_page=1)) == [oldest]
    sim.control.switch(invoices_sort_by_last_modified_time=False)
    assert failure(api.get("/invoices", params={"sort_column": "last_modified_time"})) == (400, 2)
