"""Mapping contact persons of Robaws (contract section 2.6)."""

from typing import Any

import orjson
import pytest

from counterfoil.connectors.robaws.contact_record import identify, read_contacts
from counterfoil.errors import BadRecord
from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mapping.mappers import mapper
from counterfoil.normalize.value import instant
from counterfoil_simulators.odd_payloads import SPOIL

MODIFIED = "2026-03-01T10:00:00.000Z"


def client(contacts: object) -> bytes:
    return orjson.dumps({"id": "12", "updatedAt": MODIFIED, "contacts": contacts})


def mapped(**contact: Any) -> dict[str, Any]:
    return mapper(MappingConfig("robaws"), "contact_person")("5", {"id": "5", "clientId": "12", **contact}).values


def test_name_is_the_first_name_and_surname_the_last() -> None:
    values = mapped(name="Jan", surname="Peeters", title="Dhr.", function="Sales")
    assert (values["first_name"], values["last_name"], values["name"]) == ("Jan", "Peeters", "Jan Peeters")
    assert (values["salutation"], values["designation"]) == ("Dhr.", "Sales")
    assert values["customer_external_id"] == "12"


def test_numbers_are_read_as_from_the_connections_country() -> None:
    values = mapped(tel="03 234 56 78", gsm="0475 12 34 56", email=" Jan@Garage.EXAMPLE ")
    assert (values["phone_e164"], values["mobile_e164"]) == ("+3232345678", "+32475123456")
    assert (values["email"], values["email_normalized"]) == ("Jan@Garage.EXAMPLE", "jan@garage.example")


@pytest.mark.parametrize(("said", "primary"), [(True, True), ("true", True), (False, False), (None, False)])
def test_names_of_other_apis_are_understood(said: object, primary: bool) -> None:
    values = mapped(firstName="Ada", lastName="Byron", isPrimary=said)
    assert (values["name"], values["is_primary"]) == ("Ada Byron", primary)


def test_values_without_a_field_are_kept() -> None:
    extra = mapper(MappingConfig("robaws"), "contact_person")(
        "5", {"id": "5", "clientId": "12", "receivesQuotes": True, "updatedAt": MODIFIED, "_metadata": {"a": 1}}
    ).extra
    assert extra == {"receivesQuotes": True}


@pytest.mark.parametrize(
    ("contacts", "ids", "told"),
    [
        ([{"id": "1"}, {"id": 2}], ["1", "2"], True),
        ([], [], True),
        (None, [], True),
        ({"items": [{"id": "1"}], "totalItems": 1}, ["1"], True),
        ({"items": [{"id": "1"}]}, ["1"], True),
        ({"items": [{"id": "1"}], "totalItems": 2}, ["1"], False),
    ],
)
def test_contacts_come_as_a_list_or_in_an_envelope(contacts: object, ids: list[str], *, told: bool) -> None:
    found = read_contacts(client(contacts))
    assert (found.client, found.modified, not found.problem) == ("12", instant(MODIFIED), told)
    assert [identify(one).external_id for one in found.persons] == ids


@pytest.mark.parametrize(
    "raw",
    [b'{"id":"12"}', b'{"id":"12","contacts":7}', b'{"id":"12","contacts":{"of":"x"}}',
     b'{"id":"12","contacts":{"items":7}}'],
)  # fmt: skip
def test_a_client_without_its_contacts_says_so_by_its_id(raw: bytes) -> None:
    found = read_contacts(raw)
    assert (found.client, list(found.persons)) == ("12", [])
    assert "client 12" in found.problem.lower()


@pytest.mark.parametrize(
    "raw",
    [b'"<html>"', b"null", b"[]", b'{"contacts":[]}', b'{"id":null,"contacts":[]}'],
)
def test_an_unreadable_client_is_reported(raw: bytes) -> None:
    with pytest.raises(BadRecord):
        read_contacts(raw)


@pytest.mark.parametrize("raw", [b'"x"', b"null", b"{}", b'{"id":""}', b'{"id":{"a":1}}'])
def test_a_person_without_an_id_is_reported(raw: bytes) -> None:
    with pytest.raises(BadRecord):
        identify(raw)


def test_the_payload_of_a_person_names_its_client_and_holds_no_other() -> None:
    """So that it can be mapped again, and does not change when its client does."""
    plain = b'{"id":"5","clientId":"12","name":"Jan"}'
    assert identify(plain, "12").raw == plain, "as it came, to the byte"
    for said in ({}, {"clientId": "13"}, {"clientId": None}, {"clientId": "12", "client": {"id": "12"}}):
        item = identify(orjson.dumps({"id": "5", "name": "Jan", **said}), "12")
        assert orjson.loads(item.raw) == {"id": "5", "name": "Jan", "clientId": "12"}
        assert item.owner == "12"
    assert identify(plain).owner == "12"
    assert identify(b'{"id":"5"}').owner is None


@pytest.mark.parametrize("oddity", SPOIL)
def test_law_9_an_odd_person_leaves_the_others_of_its_client(oddity: str) -> None:
    persons = [SPOIL[oddity](b'{"id":"1","name":"Ada"}'), b'{"id":"2","name":"Jan"}']
    for contacts in (b"[%b,%b]", b'{"items":[%b, %b],"totalItems":2}'):
        found = read_contacts(b'{"id":"12","contacts":' + contacts % tuple(persons) + b"}")
        assert (found.client, list(found.persons), found.problem) == ("12", persons, "")
    odd, other = (identify(person, "12") for person in persons)
    assert (odd.external_id, odd.owner) == ("1", "12")
    assert orjson.loads(other.raw)["clientId"] == "12"
