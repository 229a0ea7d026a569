"""The outcome of a write to Zoho Books: done, rejected, gone, not allowed, or unknown."""

import socket
from typing import Any

import orjson
import pytest

from counterfoil.connectors.page import PageRequest
from counterfoil.connectors.write_port import Values, WriteRequest, WriteResponse
from counterfoil.connectors.zoho_books.oauth import READING, SCOPES
from counterfoil.errors import (
    CounterfoilError,
    InvalidSetting,
    NotAllowed,
    OutcomeUnknown,
    QuotaExhausted,
    RecordGone,
    RetryLater,
    Throttled,
    Unavailable,
    WriteRejected,
    WrongAddress,
)
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.connectors.zoho_books.books import Books

PERSON = {"first_name": "Will", "phone": "1"}


@pytest.fixture
def contact(sim: ZohoBooksSimulator) -> str:
    """Return the id of a contact with one person."""
    [made] = sim.control.add_contact(fields={"contact_name": "Before"})
    sim.control.add_person(made, PERSON)
    return made


def write(books: Books, contact: str, values: Values | None = None) -> list[WriteResponse]:
    """Compose from how it stands and send."""
    current = orjson.dumps(books.sim.control.contact(contact))
    requests = books.contacts.writer.compose_update(contact, current, values or {"website": "ours.example"})
    return [books.contacts.send(outgoing, "a-key") for outgoing in requests]


def create(books: Books, **values: str) -> WriteResponse:
    """Compose a new contact and send it."""
    return books.contacts.send(books.contacts.writer.compose_create({"contact_name": "New", **values}), "a-key")


def refusal(books: Books, contact: str, values: Values | None = None) -> CounterfoilError:
    """Send an update and return its error."""
    with pytest.raises(CounterfoilError) as raised:
        write(books, contact, values)
    return raised.value


def test_an_update_is_carried_out_and_its_response_is_an_observation(books: Books, contact: str) -> None:
    [sent] = write(books, contact)
    assert sent.item is not None
    assert (sent.external_id, orjson.loads(sent.item.raw)["website"]) == (contact, "ours.example")
    assert sent.ticket == books.notes.drawn
    [request] = books.sim.control.writes()
    assert (request["body"], request["status"]) == ({"website": "ours.example"}, 200)
    assert (request["content_type"], request["idempotency_key"]) == (["application/json"], None)
    assert books.asked(f"/contacts/{contact}")[0]["query"] == {"organization_id": books.sim.organization_ids[0]}


@pytest.mark.parametrize("shape", ["object", "list"])
def test_the_response_to_a_person_names_no_contact(books: Books, contact: str, shape: str) -> None:
    books.sim.control.switch(person_answer=shape)
    [sent] = write(books, contact, {"phone": "2"})
    assert (sent.item, sent.external_id) == (None, None)
    assert books.sim.control.contact(contact)["phone"] == "2"


def test_a_new_contact_comes_back_with_its_id_and_its_person(books: Books) -> None:
    sent = create(books, phone="1")
    assert sent.item is not None
    assert sent.item.external_id == sent.external_id
    found = books.sim.control.contact(sent.external_id or "")
    assert (found["contact_name"], found["first_name"], found["phone"]) == ("New", "New", "1")
    assert found["contact_type"] == "customer"


def test_a_write_reaches_only_the_organisation_of_the_connection() -> None:
    with ZohoBooksSimulator(organizations=2, contacts=2, rate=None) as sim:
        second = sim.organization_ids[1]
        books = Books.of(sim, organization=second)
        made = create(books).external_id
        assert made in sim.control.contact_ids(organization=second)
        books.connector.close()


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"contact_name": None}, "contact_name"),
        ({"contact_name": "x" * 201}, "contact_name"),
        ({"email": "no address"}, "email"),
        ({"mobile": "0" * 51}, "mobile"),
        ({"first_name": None}, "first_name"),
    ],
)
def test_a_rejected_value_is_reported_with_its_field(
    books: Books, contact: str, values: Values, path: str
) -> None:
    for style in ("4", "2"):
        books.sim.control.switch(refused_value=style)
        error = refusal(books, contact, values)
        assert isinstance(error, WriteRejected)
        assert list(error.fields) == [path]
        assert books.sim.control.contact(contact)["contact_name"] == "Before"


def test_a_message_without_a_field_is_about_the_whole_record(books: Books, contact: str) -> None:
    books.sim.control.switch(refused_value="words")
    error = refusal(books, contact, {"email": "no address"})
    assert isinstance(error, WriteRejected)
    assert error.fields == {"": "Please enter a valid value."}


@pytest.mark.parametrize(
    ("status", "code", "message", "path"),
    [
        (400, 4, "Invalid value passed for Contact Name", "contact_name"),
        (400, 15, "Please ensure that the zip has less than 20 characters.", "billing_address.zip"),
        (200, 9999, "Something is odd", ""),
        (404, 7, "Something is odd", ""),
        (400, 2, "Invalid value passed for last_name", ""),
    ],
)
def test_a_rejection_is_recognised_with_any_status_and_code(
    books: Books, contact: str, status: int, code: int, message: str, path: str
) -> None:
    books.sim.control.fault("error", method="PUT", status=status, code=code, message=message)
    error = refusal(books, contact, {"contact_name": "Jan", "billing_address.zip": "9000"})
    assert isinstance(error, WriteRejected)
    assert error.fields == {path: message}
    assert message not in str(error), "words of the upstream may hold what was written"
    assert len(books.sim.control.writes()) == 1


def test_a_name_in_use_by_another_contact_is_about_the_whole_record(books: Books, contact: str) -> None:
    books.sim.control.switch(duplicate_name="3062")
    with pytest.raises(WriteRejected) as raised:
        create(books, contact_name="Before")
    assert raised.value.fields == {"": 'The customer "Before" already exists.'}


@pytest.mark.parametrize("status", [404, 200])
def test_writing_a_deleted_contact_reports_that_it_is_gone(books: Books, contact: str, status: int) -> None:
    books.sim.control.switch(not_found_status=status)
    books.sim.control.interject("delete_contact", {"ids": contact}, method="PUT")
    assert isinstance(refusal(books, contact), RecordGone)


def test_a_deleted_person_does_not_mean_a_deleted_contact(books: Books, contact: str) -> None:
    person = books.sim.control.contact(contact)["primary_contact_id"]
    books.sim.control.interject("delete_person", {"person_id": person}, method="PUT")
    error = refusal(books, contact, {"phone": "2"})
    assert isinstance(error, RetryLater)
    assert not isinstance(error, OutcomeUnknown)


def test_without_the_write_scope_reading_works_and_writing_names_the_scope(books: Books, contact: str) -> None:
    """A refresh token of before, made for reading alone."""
    made = Books.of(books.sim, secrets={"refresh_token": books.sim.control.grant(list(READING))})
    for error in (refusal(made, contact), refusal(made, contact, {"phone": "2"})):
        assert isinstance(error, NotAllowed)
        assert "ZohoBooks.contacts.CREATE, ZohoBooks.contacts.UPDATE" in error.message
        assert ",".join(SCOPES) in error.advice
        assert "read-only" in error.advice
    with pytest.raises(NotAllowed):
        create(made)
    assert len(made.contacts.fetch(PageRequest(0, 200)).items) == 200
    assert books.sim.control.stats()["tokens_issued"] == 2, "one more was tried, once"
    assert not any(request["carried_out"] for request in books.sim.control.writes())
    made.connector.close()


def test_a_user_without_permission_to_write_is_reported(books: Books, contact: str) -> None:
    books.sim.control.fault("error", method="PUT", status=403, code=9)
    error = refusal(books, contact)
    assert isinstance(error, NotAllowed)
    assert "may not write contacts" in error.message


def test_an_expired_token_is_renewed_and_the_write_is_sent_once(books: Books, contact: str) -> None:
    books.contacts.fetch(PageRequest(0, 200))
    books.sim.control.expire_tokens()
    write(books, contact)
    writes = books.sim.control.writes()
    assert [(one["status"], one["carried_out"]) for one in writes] == [(401, False), (200, True)]
    assert books.sim.control.stats()["tokens_issued"] == 2


@pytest.mark.parametrize(("code", "kind"), [(44, QuotaExhausted), (45, Throttled), (1070, Throttled)])
def test_too_many_requests_are_not_repeated_and_nothing_was_written(
    books: Books, contact: str, code: int, kind: type[CounterfoilError]
) -> None:
    books.sim.control.fault("too_many_requests", method="PUT", code=code)
    error = refusal(books, contact)
    assert isinstance(error, kind)
    assert not isinstance(error, OutcomeUnknown)
    assert len(books.sim.control.writes()) == 1


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "dropped", "at": "start"},
        {"kind": "timeout", "seconds": 0.0},
        {"kind": "html_error"},
        {"kind": "html_error", "status": 404},
        {"kind": "server_error"},
        {"kind": "interstitial"},
    ],
)
def test_a_lost_response_leaves_the_outcome_unknown_and_is_not_repeated(
    books: Books, contact: str, fault: dict[str, Any], *, after: bool
) -> None:
    books.sim.control.fault(path="/contacts/*", method="PUT", after=after, **fault)
    assert isinstance(refusal(books, contact), OutcomeUnknown)
    assert (books.sim.control.contact(contact)["website"] == "ours.example") == after
    assert len(books.sim.control.writes()) == 1


@pytest.mark.parametrize("kind", ["dropped", "truncated"])
def test_a_creation_with_a_truncated_response_has_an_unknown_outcome(books: Books, kind: str) -> None:
    before = len(books.sim.control.contact_ids())
    books.sim.control.fault(kind, path="/contacts", method="POST")
    with pytest.raises(OutcomeUnknown):
        create(books)
    assert len(books.sim.control.contact_ids()) == before + 1


def test_an_internal_error_with_status_200_has_an_unknown_outcome(books: Books, contact: str) -> None:
    books.sim.control.fault("error", method="PUT", status=200, code=1000)
    assert isinstance(refusal(books, contact), OutcomeUnknown)


def test_a_wrong_data_centre_says_nothing_about_the_record(books: Books, contact: str) -> None:
    books.sim.control.fault("error", method="PUT", status=400, code=6041)
    assert isinstance(refusal(books, contact), InvalidSetting)
    books.sim.control.clear_faults()
    books.sim.control.fault("error", method="PUT", status=404, code=5)
    assert isinstance(refusal(books, contact), WrongAddress)


def test_a_request_that_was_never_sent_has_a_known_outcome(books: Books) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Books.of(books.sim, tokens=books.tokens, api_url=f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(Unavailable):
        create(made)
    made.connector.close()


def test_a_page_of_html_at_a_wrong_address_proves_nothing(books: Books) -> None:
    made = Books.of(books.sim, tokens=books.tokens, api_url=f"{books.sim.url}/nothing")
    with pytest.raises(OutcomeUnknown):
        made.contacts.send(WriteRequest("PUT", "contacts/1", "{}"), "")
    made.connector.close()
