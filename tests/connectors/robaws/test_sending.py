"""The outcome of a write to Robaws: done, rejected, gone, not allowed, or unknown."""

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.login import Settings
from counterfoil.connectors.robaws.connector import Robaws
from counterfoil.connectors.robaws.send import write_error
from counterfoil.connectors.write_port import Values, WriteRequest, WriteResponse
from counterfoil.errors import (
    CounterfoilError,
    CredentialsRefused,
    NotAllowed,
    OutcomeUnknown,
    QuotaExhausted,
    RecordGone,
    Throttled,
    Unavailable,
    WriteRejected,
    WrongAddress,
)
from counterfoil_simulators.robaws import RobawsSimulator
from tests.connectors.robaws.tenant import Tenant


@pytest.fixture
def client(sim: RobawsSimulator) -> str:
    """Return the id of a client to write to."""
    return sim.control.add(fields={"name": "Before", "tel": "1", "extraFields": {"Role": "POV", "Peppol": True}})[
        0
    ]


def write(tenant: Tenant, client: str, values: Values | None = None, key: str = "") -> WriteResponse:
    """Read it, compose and send."""
    [found] = tenant.clients.read([client])
    current = found.item.raw if found.item else b"{}"
    [outgoing] = tenant.clients.writer.compose_update(client, current, values or {"tel": "2"})
    return tenant.clients.send(outgoing, key)


def create(tenant: Tenant, key: str = "", **values: str) -> WriteResponse:
    """Compose a new client and send it."""
    return tenant.clients.send(tenant.clients.writer.compose_create({"name": "New BV", **values}), key)


def refusal(tenant: Tenant, client: str, values: Values | None = None) -> CounterfoilError:
    """Send an update and return its error."""
    with pytest.raises(CounterfoilError) as raised:
        write(tenant, client, values)
    return raised.value


def test_an_update_is_one_request_of_the_right_content_type(tenant: Tenant, client: str) -> None:
    sent = write(tenant, client)
    assert (sent.item, sent.external_id, sent.ticket) == (None, None, tenant.notes.drawn)
    [request] = tenant.sim.control.writes()
    assert request["content_type"] == ["application/merge-patch+json"]
    assert (request["body"], request["status"], request["idempotency_key"]) == ({"tel": "2"}, 204, None)
    assert tenant.sim.control.client(client)["tel"] == "2"


def test_a_response_with_the_client_is_an_observation(tenant: Tenant, client: str) -> None:
    tenant.sim.control.switch(write_answers_body=True)
    sent = write(tenant, client)
    assert sent.item is not None
    assert (sent.external_id, orjson.loads(sent.item.raw)["tel"]) == (client, "2")


def test_a_new_client_comes_back_with_its_id(tenant: Tenant) -> None:
    sent = create(tenant, "key-1", tel="1")
    assert sent.item is not None
    assert tenant.sim.control.client(sent.external_id or "")["name"] == "New BV"
    [request] = tenant.sim.control.writes()
    assert (request["idempotency_key"], request["content_type"]) == ("key-1", ["application/json"])


def test_the_same_key_twice_makes_one_client(tenant: Tenant) -> None:
    count = tenant.sim.control.count()
    first, again = create(tenant, "key-1"), create(tenant, "key-1")
    assert first.external_id == again.external_id
    assert tenant.sim.control.count() == count + 1
    assert create(tenant, "key-2").external_id != first.external_id


def test_a_creation_with_a_lost_response_is_found_again_by_its_key(tenant: Tenant) -> None:
    count = tenant.sim.control.count()
    tenant.sim.control.fault("dropped", method="POST", at="start", after=True, times=1)
    with pytest.raises(OutcomeUnknown):
        create(tenant, "key-1")
    assert create(tenant, "key-1").external_id == tenant.sim.control.ids()[-1]
    assert tenant.sim.control.count() == count + 1


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"vatTariffId": "four"}, "vatTariffId"),
        ({"extraFields.Rolle": "POV"}, "extraFields.Rolle"),
        ({"extraFields.Peppol": "perhaps"}, "extraFields.Peppol"),
    ],
)
def test_a_rejected_value_is_reported_with_its_field(
    tenant: Tenant, client: str, values: Values, path: str
) -> None:
    error = refusal(tenant, client, {**values, "tel": "2"})
    assert isinstance(error, WriteRejected)
    assert list(error.fields) == [path]
    assert error.fields[path]
    assert tenant.sim.control.client(client)["tel"] == "1"
    tenant.sim.control.switch(error_message=False)
    error = refusal(tenant, client, values)
    assert isinstance(error, WriteRejected)
    assert error.fields == {"": "Bad Request"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"errors": {"name": ["too long", "odd"], "tel": "no"}}, {"name": "too long, odd", "tel": "no"}),
        ({"errors": [{"field": "tel", "message": "no"}, {"field": "tel", "reason": "odd"}]}, {"tel": "no; odd"}),
        ({"errors": ["This is wrong", "So is that"]}, {"": "This is wrong; So is that"}),
        ({"errors": [{"field": "extraFields[Role].stringValue"}]}, {"extraFields.Role": "rejected"}),
        ({"errors": [], "detail": "The tel is no number"}, {"tel": "The tel is no number"}),
        ({"title": "Invalid Role"}, {"extraFields.Role": "Invalid Role"}),
        ({"reason": "no"}, {"": "no"}),
        ({}, {"": "status 400"}),
        ({"message": "x" * 900}, {"": "x" * 500}),
    ],
)
def test_a_rejection_is_understood_in_every_shape(body: dict[str, Any], fields: dict[str, str]) -> None:
    sent = WriteRequest("PATCH", "clients/1", '{"tel":"x","extraFields":{"Role":{"stringValue":"y"}}}')
    error = write_error(RawResponse(400, {}, orjson.dumps(body)), sent)
    assert isinstance(error, WriteRejected)
    assert error.fields == fields
    assert "x" * 20 not in str(error), "words of the upstream may hold what was written"


def test_writing_a_deleted_client_reports_that_it_is_gone(tenant: Tenant, client: str) -> None:
    tenant.sim.control.interject("delete", {"ids": client}, method="PATCH")
    assert isinstance(refusal(tenant, client), RecordGone)


def test_a_role_without_the_right_is_reported_and_nothing_is_written(tenant: Tenant, client: str) -> None:
    tenant.sim.control.switch(read_only_role=True)
    error = refusal(tenant, client)
    assert isinstance(error, NotAllowed)
    assert "may not write clients" in error.message
    assert tenant.sim.control.client(client)["tel"] == "1"


def test_a_rejected_key_is_reported(tenant: Tenant, client: str) -> None:
    tenant.sim.control.fault("wrong_credentials", method="PATCH")
    assert isinstance(refusal(tenant, client), CredentialsRefused)
    tenant.sim.control.clear_faults()
    tenant.sim.control.fault("temp_blocked", method="PATCH")
    assert isinstance(refusal(tenant, client), QuotaExhausted)


def test_too_many_requests_are_not_repeated_and_nothing_was_written(tenant: Tenant, client: str) -> None:
    tenant.sim.control.fault("rate_limited", method="PATCH")
    assert isinstance(refusal(tenant, client), Throttled)
    assert len(tenant.notes.pauses) == len(tenant.sim.control.writes()) == 1
    assert tenant.sim.control.client(client)["tel"] == "1"


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "dropped", "at": "start"},
        {"kind": "timeout", "seconds": 0.0},
        {"kind": "html_error"},
        {"kind": "html_error", "status": 504},
        {"kind": "server_error"},
        {"kind": "interstitial"},
    ],
)
def test_a_lost_response_leaves_the_outcome_unknown_and_is_not_repeated(
    tenant: Tenant, client: str, fault: dict[str, Any], *, after: bool
) -> None:
    tenant.sim.control.fault(method="PATCH", after=after, **fault)
    assert isinstance(refusal(tenant, client), OutcomeUnknown)
    assert tenant.sim.control.client(client)["tel"] == ("2" if after else "1")
    assert len(tenant.sim.control.writes()) == 1


def test_a_creation_with_a_truncated_response_has_an_unknown_outcome(tenant: Tenant) -> None:
    for kind in ("dropped", "truncated"):
        tenant.sim.control.fault(kind, method="POST", times=1)
        with pytest.raises(OutcomeUnknown):
            create(tenant)


def test_repeating_a_key_during_its_request_has_an_unknown_outcome(tenant: Tenant) -> None:
    tenant.sim.control.hold(method="POST", times=1)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(create, tenant, "key-1")
        assert tenant.sim.control.wait_held(1)
        with pytest.raises(OutcomeUnknown, match="still processing"):
            create(tenant, "key-1")
        tenant.sim.control.release()
        assert first.result().external_id


def test_a_request_that_was_never_sent_has_a_known_outcome(sim: RobawsSimulator) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/api/v2"
    made = Tenant.of(sim)
    made.connector.close()
    made.connector = Robaws(Settings({"base_url": nobody}, {}), made.notes)
    with pytest.raises(Unavailable):
        create(made)
    made.connector.close()


def test_a_creation_without_an_api_is_a_wrong_address(sim: RobawsSimulator) -> None:
    made = Tenant.of(sim)
    made.connector.close()
    secrets = {"api_key": sim.api_key, "api_secret": sim.api_secret}
    made.connector = Robaws(Settings({"base_url": f"{sim.base_url}/nothing"}, secrets), made.notes)
    with pytest.raises(WrongAddress):
        create(made)
    made.connector.close()
