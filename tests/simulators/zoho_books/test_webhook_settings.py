"""Contract section 6: webhooks created by the API."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.receiver import Receiver
from tests.simulators.zoho_books.asking import client_of, failure
from tests.simulators.zoho_books.webhook_calls import SECRET, is_signed, payload

PATH = "/settings/webhooks"


@pytest.fixture
def settings(sim: ZohoBooksSimulator) -> Iterator[httpx2.Client]:
    """Make a client whose token has every scope."""
    token = sim.control.grant(scopes=["ZohoBooks.fullaccess.all"])
    with client_of(sim, refresh_token=token) as client:
        yield client


def _asked(url: str, **other: Any) -> dict[str, Any]:
    return {
        "webhook_name": "Mirror",
        "entity": "contacts",
        "method": "POST",
        "url": url,
        "headers": [{"param_name": "X-Origin", "param_value": "books"}],
        "query_parameters": [{"param_name": "tenant", "param_value": "a b"}],
        "events": ["contact_created", "contact_updated"],
        "secret": SECRET,
        **other,
    }


def test_created_webhook_is_answered_listed_and_read_without_its_secret(settings: httpx2.Client) -> None:
    answer = settings.post(PATH, json=_asked("https://mirror.example/hook", placeholder="p"))
    assert answer.status_code == 201
    made = answer.json()["webhook"]
    assert made["webhook_id"].isdigit()
    assert (made["webhook_name"], made["entity"], made["events"]) == ("Mirror", "contact", ["created", "edited"])
    assert SECRET not in answer.text
    assert settings.get(PATH).json()["webhooks"] == [made]
    assert settings.get(f"{PATH}/{made['webhook_id']}").json()["webhook"] == made


def test_created_webhook_delivers(sim: ZohoBooksSimulator, settings: httpx2.Client) -> None:
    with Receiver() as receiver:
        settings.post(PATH, json=_asked(receiver.url)).raise_for_status()
        [changed] = sim.control.change_contact()
        sim.control.delete_contact()
        assert sim.control.wait_webhooks()
        [call] = receiver.calls
    assert payload(call)["contact"]["contact_id"] == changed
    assert call.target == "/hooks?kind=clients&tenant=a+b"
    assert call.headers["x-origin"] == "books"
    assert is_signed(call)


def test_only_the_address_is_needed_and_nothing_fires_before_a_rule_does(
    sim: ZohoBooksSimulator, settings: httpx2.Client
) -> None:
    with Receiver() as receiver:
        created = settings.post(PATH, data={"JSONString": f'{{"url":"{receiver.url}","entity":"contact"}}'})
        sim.control.change_contact()
        sim.control.set_webhook_events(created.json()["webhook"]["webhook_id"], ["edited"])
        [changed] = sim.control.change_contact()
        assert sim.control.wait_webhooks()
        [call] = receiver.calls
    assert payload(call)["contact"]["contact_id"] == changed


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"url": ""}, "url"),
        ({"url": 7}, "url"),
        ({"url": "http://[::1"}, "url"),
        ({"url": "https://mirror.example/" + "x" * 5000}, "url"),
        ({"secret": "elevenchars"}, "secret"),
        ({"secret": "x" * 51}, "secret"),
        ({"webhook_name": "n" * 51}, "webhook_name"),
        ({"method": "PATCH"}, "method"),
        ({"events": "created"}, "events"),
        ({"headers": ["X-Origin"]}, "headers"),
    ],
)
def test_wrong_value_is_code_2_and_named(settings: httpx2.Client, wrong: dict[str, Any], named: str) -> None:
    answer = settings.post(PATH, json=_asked("https://mirror.example/hook") | wrong)
    assert failure(answer) == (400, 2)
    assert answer.json()["message"] == f"Invalid value passed for {named}"
    assert settings.get(PATH).json()["webhooks"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_body_that_is_no_object_is_code_2(settings: httpx2.Client, body: bytes) -> None:
    assert failure(settings.post(PATH, content=body)) == (400, 2)


def test_creating_takes_a_scope_of_its_own(api: httpx2.Client) -> None:
    assert failure(api.post(PATH, json=_asked("https://mirror.example/hook"))) == (401, 57)
    assert api.get(PATH).json()["webhooks"] == []


def test_deleted_webhook_is_gone(sim: ZohoBooksSimulator, settings: httpx2.Client) -> None:
    made = settings.post(PATH, json=_asked("https://mirror.example/hook")).json()["webhook"]
    assert settings.delete(f"{PATH}/{made['webhook_id']}").status_code == 200
    assert failure(settings.get(f"{PATH}/{made['webhook_id']}")) == (404, 1002)
    assert sim.control.webhook_endpoints() == []


def test_webhooks_of_another_organization_are_not_there() -> None:
    with ZohoBooksSimulator(organizations=2, contacts=3, rate=None) as sim:
        second = sim.control.add_webhook("http://127.0.0.1:1/", organization=sim.organization_ids[1])
        with client_of(sim) as api:
            assert api.get(PATH).json()["webhooks"] == []
            assert failure(api.get(f"{PATH}/{second['webhook_id']}")) == (404, 1002)


@pytest.mark.parametrize(("switched", "expected"), [("404", (404, 5)), ("405", (405, 37))])
def test_reading_and_deleting_may_not_exist(
    sim: ZohoBooksSimulator, settings: httpx2.Client, switched: str, expected: tuple[int, int]
) -> None:
    made = settings.post(PATH, json=_asked("https://mirror.example/hook")).json()["webhook"]
    sim.control.switch(webhooks_readable=switched)
    one = f"{PATH}/{made['webhook_id']}"
    assert [failure(answer) for answer in (settings.get(PATH), settings.get(one), settings.delete(one))] == (
        [expected] * 3
    )
