"""Contract section 6: webhooks configured by a user, delivered to a receiver on this machine."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.receiver import Receiver
from tests.simulators.zoho_books.asking import send
from tests.simulators.zoho_books.webhook_calls import SECRET, digest, is_signed, payload, payloads

ALL = ["created", "edited", "deleted"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start a receiver."""
    with Receiver() as listening:
        yield listening


@pytest.fixture
def webhook(sim: ZohoBooksSimulator, receiver: Receiver) -> dict[str, Any]:
    """Add a webhook for contacts, all events, signed."""
    return sim.control.add_webhook(receiver.url, secret=SECRET, events=ALL)


@pytest.fixture
def of_invoices(sim: ZohoBooksSimulator, receiver: Receiver) -> dict[str, Any]:
    """Add a webhook for invoices, all events, signed."""
    return sim.control.add_webhook(receiver.url, secret=SECRET, entity="invoice", events=ALL)


def _events(sim: ZohoBooksSimulator) -> list[tuple[str, str]]:
    return [(one["event"], one["record_id"]) for one in sim.control.webhook_attempts()]


def test_contact_comes_as_a_single_read_shows_it_and_signed(
    sim: ZohoBooksSimulator, api: httpx2.Client, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    [changed] = sim.control.change_contact()
    assert sim.control.wait_webhooks()
    [call] = receiver.calls
    assert (call.method, call.target, call.headers["content-type"]) == (
        *("POST", "/hooks?kind=clients"),
        "application/json",
    )
    assert payload(call) == {"contact": api.get(f"/contacts/{changed}").json()["contact"]}
    assert is_signed(call)
    [attempt] = sim.control.webhook_attempts()
    assert (attempt["success"], attempt["endpoint_id"]) == (True, webhook["webhook_id"])


def test_invoice_comes_as_a_single_read_shows_it(
    sim: ZohoBooksSimulator, api: httpx2.Client, receiver: Receiver, of_invoices: dict[str, Any]
) -> None:
    sim.control.switch(invoice_url="stable")
    [added] = sim.control.add_invoice()
    assert sim.control.wait_webhooks()
    assert payloads(receiver) == [{"invoice": api.get(f"/invoices/{added}").json()["invoice"]}]


def test_example_of_the_contract_is_signed_as_the_contract_says(
    sim: ZohoBooksSimulator, receiver: Receiver
) -> None:
    url = receiver.url.partition("?")[0] + "?subscription_id=90343"
    sim.control.add_webhook(url, secret=SECRET, query={"name": "basic"})
    sim.control.fire(body='{"created_date":"2019-03-06","event_id":"5675"}')
    assert sim.control.wait_webhooks()
    [call] = receiver.calls
    assert call.target == "/hooks?subscription_id=90343&name=basic"
    signed = 'namebasicsubscription_id90343{"created_date":"2019-03-06","event_id":"5675"}'
    assert call.headers["x-zoho-webhook-signature"] == digest(signed).hex()


def test_every_change_of_a_contact_sends_a_webhook(
    sim: ZohoBooksSimulator, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    [one] = sim.control.add_contact()
    person = sim.control.add_person(one)
    sim.control.change_person(person, {"phone": "555-0199"})
    sim.control.deactivate(one)
    before = sim.control.contact(one)
    sim.control.delete_contact(one)
    assert sim.control.wait_webhooks()
    edits = [("contact.edited", one)] * 3
    assert _events(sim) == [("contact.created", one), *edits, ("contact.deleted", one)]
    assert payloads(receiver)[2]["contact"]["contact_persons"][0]["phone"] == "555-0199"
    assert payloads(receiver)[-1] == {"contact": before}


def test_a_write_by_the_api_sends_a_webhook_like_any_other_edit(
    sim: ZohoBooksSimulator, api: httpx2.Client, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    person = {"first_name": "Will", "phone": "555-0188"}
    made = api.post("/contacts", json={"contact_name": "Acme Corp", "contact_persons": [person]}).json()["contact"]
    contact_id, person_id = made["contact_id"], made["primary_contact_id"]
    api.put(f"/contacts/contactpersons/{person_id}", json={"phone": "555-0199"})
    api.put(f"/contacts/{contact_id}", json={"notes": "n", "contact_persons": []})
    api.delete(f"/contacts/{contact_id}")
    assert sim.control.wait_webhooks()
    told = ["contact.created", "contact.edited", "contact.edited", "contact.deleted"]
    assert _events(sim) == [(event, contact_id) for event in told]
    phones = [found["contact"]["phone"] for found in payloads(receiver)]
    assert phones == ["555-0188", "555-0199", "", ""]


def test_every_change_of_an_invoice_sends_a_webhook(
    sim: ZohoBooksSimulator, receiver: Receiver, of_invoices: dict[str, Any]
) -> None:
    [one] = sim.control.add_invoice(fields={"total": "30.00"})
    sim.control.pay(one, "10.00")
    sim.control.set_balance(one, "5.00")
    sim.control.void(one)
    sim.control.delete_invoice(one)
    assert sim.control.wait_webhooks()
    assert [name for name, _ in _events(sim)] == ["invoice.created", *["invoice.edited"] * 3, "invoice.deleted"]
    assert [found["invoice"]["balance"] for found in payloads(receiver)] == [30, 20, 5, 5, 5]


def test_an_edit_with_a_given_date_sends_a_webhook_with_that_date(
    sim: ZohoBooksSimulator, receiver: Receiver, of_invoices: dict[str, Any]
) -> None:
    one = sim.control.invoice_ids()[0]
    sim.control.change_invoice(one, {"notes": "n"}, modified_at="2020-01-01T05:00:00Z")
    assert sim.control.wait_webhooks()
    assert payloads(receiver)[0]["invoice"]["last_modified_time"] == "2020-01-01T00:00:00-0500"


def test_payments_may_fire_nothing(
    sim: ZohoBooksSimulator, receiver: Receiver, webhook: dict[str, Any], of_invoices: dict[str, Any]
) -> None:
    sim.control.switch(webhook_for_payments=False)
    sim.control.pay(sim.control.invoice_ids("sent")[0])
    assert sim.control.wait_webhooks()
    assert receiver.calls == []


@pytest.mark.parametrize(("told", "expected"), [(False, ["edited"]), (True, ["deleted", "edited"])])
def test_merged_contact_vanishes_silently_unless_switched(
    sim: ZohoBooksSimulator, webhook: dict[str, Any], told: bool, expected: list[str]
) -> None:
    sim.control.switch(webhook_for_merged=told)
    survivor, victim = sim.control.contact_ids()[:2]
    sim.control.merge_contacts(survivor, victim)
    assert sim.control.wait_webhooks()
    assert [name.removeprefix("contact.") for name, _ in _events(sim)] == expected


def test_only_the_configured_events_of_the_configured_entity_are_sent(
    sim: ZohoBooksSimulator, receiver: Receiver
) -> None:
    sim.control.add_webhook(receiver.url, entity="vendor", events=["created"])
    sim.control.add_contact()
    sim.control.add_invoice()
    [vendor] = sim.control.add_contact(kind="vendor")
    sim.control.change_contact(vendor, fields={"notes": "n"})
    sim.control.delete_contact(vendor)
    assert sim.control.wait_webhooks()
    assert _events(sim) == [("contact.created", vendor)]


def test_organizations_have_webhooks_of_their_own(receiver: Receiver) -> None:
    with ZohoBooksSimulator(organizations=2, contacts=3, rate=None) as sim:
        second = sim.organization_ids[1]
        sim.control.add_webhook(receiver.url, organization=second)
        sim.control.add_contact()
        [there] = sim.control.add_contact(organization=second)
        assert sim.control.wait_webhooks()
        assert _events(sim) == [("contact.created", there)]


@pytest.mark.parametrize(
    ("wrapper", "unwrap"),
    [
        ("entity", lambda found: found["contact"]),
        ("bare", lambda found: found),
        ("data", lambda found: found["data"]),
        ("JSONString", lambda found: found["contact"]),
    ],
)
def test_wrapper_is_switchable_and_each_is_signed(
    sim: ZohoBooksSimulator,
    receiver: Receiver,
    webhook: dict[str, Any],
    wrapper: str,
    unwrap: Callable[[Any], dict[str, Any]],
) -> None:
    sim.control.switch(webhook_wrapper=wrapper)
    [changed] = sim.control.change_contact(fields={"notes": "a&b=c ü"})
    assert sim.control.wait_webhooks()
    [call] = receiver.calls
    assert unwrap(payload(call)) == sim.control.contact(changed)
    assert is_signed(call)


def test_signature_may_be_base64_of_the_body_alone_or_missing(
    sim: ZohoBooksSimulator, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    sim.control.switch(webhook_signature="base64")
    sim.control.change_contact()
    sim.control.switch(webhook_signature="hex", webhook_signs="body")
    sim.control.change_contact()
    sim.control.switch(webhook_signature="none")
    sim.control.change_contact()
    assert sim.control.wait_webhooks()
    based, bare, unsigned = receiver.calls
    assert is_signed(based, encoding="base64")
    assert bare.headers["x-zoho-webhook-signature"] == digest(bare.body.decode()).hex()
    assert "x-zoho-webhook-signature" not in unsigned.headers


def test_method_and_headers_are_those_that_were_configured(sim: ZohoBooksSimulator, receiver: Receiver) -> None:
    sim.control.add_webhook(receiver.url, method="PUT", headers={"X-Origin": "books"})
    sim.control.change_contact()
    assert sim.control.wait_webhooks()
    [call] = receiver.calls
    assert (call.method, call.headers["x-origin"]) == ("PUT", "books")
    assert "x-zoho-webhook-signature" not in call.headers


def test_failure_is_tried_again_with_the_same_letter(
    sim: ZohoBooksSimulator, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    sim.control.clock_freeze()
    sim.control.switch(webhook_retry_seconds=[60, 600])
    receiver.answers = [500, 503, 200]
    sim.control.change_contact()
    for pause in (60, 600):
        assert sim.control.wait_webhooks()
        sim.control.clock_move(pause)
    assert sim.control.wait_webhooks(empty=True)
    first, again, last = receiver.calls
    assert first.body == again.body == last.body
    assert [attempt["status"] for attempt in sim.control.webhook_attempts()] == [500, 503, 200]


def test_deliveries_can_be_delayed_reversed_repeated_and_lost(
    sim: ZohoBooksSimulator, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    sim.control.webhooks_pause()
    sim.control.switch(webhook_loss=1.0)
    sim.control.add_contact()
    sim.control.switch(webhook_loss=0.0, webhook_duplicates=1.0)
    early, late = [sim.control.add_contact()[0] for _ in range(2)]
    assert sim.control.webhooks_flush(reverse=True) == 4
    assert [found["contact"]["contact_id"] for found in payloads(receiver)] == [late, late, early, early]
    assert sim.control.webhook_counts()["lost"] == 1


def test_removed_webhook_gets_nothing_more(
    sim: ZohoBooksSimulator, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    sim.control.webhooks_pause()
    sim.control.change_contact()
    sim.control.remove_webhook(webhook["webhook_id"])
    sim.control.webhooks_resume()
    assert sim.control.wait_webhooks()
    assert receiver.calls == []
    with pytest.raises(KeyError):
        sim.control.remove_webhook(webhook["webhook_id"])


def test_deliveries_fired_by_hand_may_be_forged_or_nonsense(
    sim: ZohoBooksSimulator, receiver: Receiver, webhook: dict[str, Any], of_invoices: dict[str, Any]
) -> None:
    one = sim.control.contact_ids()[0]
    sim.control.fire(one, event="deleted")
    sim.control.fire(data={"contact_id": "1"}, signature="00" * 32)
    sim.control.fire(body="not JSON", content_type="text/plain", signature="")
    sim.control.fire(body="{}", webhook_id=of_invoices["webhook_id"])
    assert sim.control.wait_webhooks()
    real, forged, nonsense, other = receiver.calls
    assert payload(real) == {"contact": sim.control.contact(one)}
    assert is_signed(real)
    assert (payload(forged), is_signed(forged)) == ({"contact": {"contact_id": "1"}}, False)
    assert (nonsense.body, nonsense.headers["content-type"]) == (b"not JSON", "text/plain")
    assert "x-zoho-webhook-signature" not in nonsense.headers
    assert is_signed(other)
    assert len(receiver.calls) == 4
    with pytest.raises(KeyError):
        sim.control.fire("1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "nonsense"},
        {"secret": "short"},
        {"secret": "with spaces in it"},
        {"entity": "estimate"},
        {"events": ["renamed"]},
        {"method": "GET"},
        {"headers": {"X-Two": "lines\r\nX-More: 1"}},
        {"name": "n" * 51},
    ],
)
def test_webhook_that_zoho_rejects_is_refused(sim: ZohoBooksSimulator, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"rejects|unknown"):
        sim.control.add_webhook(**{"url": "http://127.0.0.1:1/", **wrong})
    assert sim.control.webhook_endpoints() == []


def test_all_of_it_is_reached_over_http(sim: ZohoBooksSimulator, receiver: Receiver) -> None:
    def control(method: str, **arguments: object) -> Any:
        answer = send("POST", f"{sim.control_url}/{method}", json=arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()

    made = control("add_webhook", url=receiver.url, secret=SECRET, entity="contact", events=["created"])
    assert control("webhook_endpoints")[0] == made | {"secret": SECRET, "suspended": False, "delivered": 0}
    control("set_webhook_events", webhook_id=made["webhook_id"], events=["edited"])
    control("switch", webhook_senders=4)
    [changed] = control("change_contact")
    control("fire", record_id=changed)
    assert control("wait_webhooks", timeout=5) is True
    assert [attempt["record_id"] for attempt in control("webhook_attempts")] == [changed, changed]
    assert control("webhook_counts")["delivered"] == len(receiver.calls) == 2
    control("remove_webhook", webhook_id=made["webhook_id"])
    assert control("webhook_endpoints") == []
