"""The control, in Python and over HTTP."""

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import client_of, contacts, ids, invoices, send


def test_added_contacts_are_listed_and_dated_now(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.clock_freeze("2099-03-01T15:00:00Z")
    sim.control.expire_tokens()
    added = sim.control.add_contact(3)
    with client_of(sim) as later:
        found = contacts(later, last_modified_time="2099-03-01T15:00:00+0000")
    assert sorted(ids(found)) == added
    assert {row["created_time"] for row in found} == {"2099-03-01T10:00:00-0500"}


def test_given_fields_are_all_there_is(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    fields = {"contact_name": "Given", "notes": "n", "billing_address": {"phone": "555-0188"}}
    [given] = sim.control.add_contact(fields=fields, contact_id="260000000000999998")
    found = sim.control.contact(given)
    assert given == "260000000000999998"
    assert (found["contact_name"], found["notes"], found["website"]) == ("Given", "n", "")
    assert (found["billing_address"]["phone"], found["billing_address"]["city"]) == ("555-0188", "")
    assert int(sim.control.add_contact()[0]) > int(given)


def test_random_change_is_real_and_touches_the_time(sim: ZohoBooksSimulator) -> None:
    before = {one: sim.control.contact(one) for one in sim.control.contact_ids()}
    changed = sim.control.change_contact(n=5)
    assert len(set(changed)) == 5
    for contact_id, old in before.items():
        new = sim.control.contact(contact_id)
        assert (new["billing_address"] != old["billing_address"]) == (contact_id in changed)
        assert (new["last_modified_time"] > old["last_modified_time"]) == (contact_id in changed)
        assert new["contact_name"] == old["contact_name"]


def test_change_may_leave_the_time_or_set_it(sim: ZohoBooksSimulator) -> None:
    one = sim.control.contact_ids()[0]
    before = sim.control.contact(one)["last_modified_time"]
    sim.control.change_contact(one, fields={"notes": "unseen"}, touch=False)
    assert (sim.control.contact(one)["notes"], sim.control.contact(one)["last_modified_time"]) == (
        "unseen",
        before,
    )
    sim.control.change_contact(one, rename=True, modified_at="2020-01-01T05:00:00Z")
    assert sim.control.contact(one)["last_modified_time"] == "2020-01-01T00:00:00-0500"


def test_contacts_become_inactive_and_active_again(sim: ZohoBooksSimulator) -> None:
    [one] = sim.control.deactivate()
    assert sim.control.contact(one)["status"] == "inactive"
    sim.control.activate(one)
    assert sim.control.contact(one)["status"] == "active"


def test_every_organization_can_be_reached() -> None:
    with ZohoBooksSimulator(organizations=2, contacts=3, rate=None) as sim:
        second = sim.organization_ids[1]
        [added] = sim.control.add_contact(organization=second)
        [invoice] = sim.control.add_invoice(added)
        sim.control.change_contact(added, fields={"notes": "there"})
        with client_of(sim, second) as api:
            assert added in ids(contacts(api))
            assert ids(invoices(api, customer_id=added)) == [invoice]
        assert added in sim.control.contact_ids(organization=second)
        assert sim.control.counts()["customers"] == 3
        assert sim.control.counts(second)["customers"] == 4


def test_invoices_come_change_and_go(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    [invoice] = sim.control.add_invoice(fields={"total": "10.10", "invoice_number": "X-1"})
    assert invoices(api, invoice_number="x-1")[0]["balance"] == 10.1
    sim.control.change_invoice(invoice, {"total": 20})
    assert sim.control.invoice(invoice)["total"] == 20
    sim.control.delete_invoice(invoice)
    assert invoices(api, invoice_number="x-1") == []
    with pytest.raises(KeyError):
        sim.control.invoice(invoice)


def test_invoice_may_name_a_customer_that_comes_later(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    later = "260000000000888888"
    [invoice] = sim.control.add_invoice(later, fields={"customer_name": "To Come"})
    assert later not in ids(contacts(api))
    sim.control.add_contact(fields={"contact_name": "To Come"}, contact_id=later)
    assert [row["invoice_id"] for row in invoices(api, customer_id=later)] == [invoice]
    assert later in ids(contacts(api))


def test_clock_is_moved_set_and_frozen(sim: ZohoBooksSimulator) -> None:
    assert sim.control.clock_freeze("2026-03-01T12:00:00Z") == "2026-03-01T12:00:00.000Z"
    assert sim.control.clock_move(-60) == "2026-03-01T11:59:00.000Z"
    assert sim.control.clock_set("2026-04-01T00:00:00+02:00") == "2026-03-31T22:00:00.000Z"
    assert sim.control.clock_run().startswith("2026-03-31T22:00:0")


def test_wrong_switches_change_nothing(sim: ZohoBooksSimulator) -> None:
    before = sim.control.switches()
    for wrong in ({"nonsense": 1}, {"money": "roman"}, {"rate": "fast"}):
        with pytest.raises(ValueError, match=r".+"):
            sim.control.switch(**wrong)
    assert sim.control.switches() == before


def test_every_method_is_reached_over_http(sim: ZohoBooksSimulator) -> None:
    def control(method: str, **arguments: object) -> httpx2.Response:
        return send("POST", f"{sim.control_url}/{method}", json=arguments)

    [added] = control("add_contact", fields={"contact_name": "By HTTP"}).json()
    assert sim.control.contact(added)["contact_name"] == "By HTTP"
    [invoice] = control("add_invoice", customer_id=added, fields={"total": "99.50"}).json()
    assert control("pay", invoice_id=invoice).json()["status"] == "paid"
    assert control("switch", money="text").json()["money"] == "text"
    assert control("fault", kind="server_error", times=1).json() == 1
    assert control("stats").json()["tokens_issued"] == 0
    assert control("nonsense").status_code == 404
    assert control("pay", invoice_id="0").status_code == 400


def test_same_port_and_data_after_a_stop() -> None:
    sim = ZohoBooksSimulator(contacts=3, rate=None)
    with sim:
        [added] = sim.control.add_contact()
        before = sim.api_url
    with sim, client_of(sim) as api:
        assert sim.api_url == before
        assert added in ids(contacts(api))
