"""Composing writes to Zoho Books: which record a value belongs to, and which values are sent with it."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.connectors.write_port import Values, WriteRequest
from counterfoil.connectors.zoho_books.contact_record import ContactReader
from counterfoil.connectors.zoho_books.contact_writer import ContactWriter
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.connectors.zoho_books.books import Books

WRITER = ContactWriter()
PERSON = {
    "contact_person_id": "77", "salutation": "Dr", "first_name": "Will", "last_name": "Smith", "email": "",
    "phone": "1", "mobile": "", "designation": "CFO", "is_primary_contact": True,
}  # fmt: skip
ADDRESS = {
    "address_id": "5",
    "address": "1 Main St",
    "city": "Boston",
    "state": "Massachusetts",
    "state_code": "MA",
}
CONTACT = {"contact_id": "3", "contact_name": "Acme Corp", "primary_contact_id": "77", "contact_persons": [PERSON]}
ALONE = {"contact_id": "3", "contact_name": "Acme Corp", "primary_contact_id": "", "contact_persons": []}


def composed(values: Values, current: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Return the requests for these values, with decoded bodies."""
    sent = WRITER.compose_update("3", orjson.dumps(current), values)
    assert all(one.content_type == "application/json" for one in sent)
    return [(one.method, one.path, orjson.loads(one.body)) for one in sent]


def test_changed_contact_fields_are_one_put_of_only_these() -> None:
    assert composed({"contact_name": "Acme", "website": None}, CONTACT) == [
        ("PUT", "contacts/3", {"contact_name": "Acme", "website": ""})
    ]


def test_phone_and_name_of_a_person_are_written_to_the_primary_person() -> None:
    """The rest of the person goes along: whether a PUT leaves it alone is not known."""
    assert composed({"phone": "2", "last_name": None}, CONTACT) == [
        (
            "PUT",
            "contacts/contactpersons/77",
            {
                "contact_id": "3",
                "salutation": "Dr",
                "first_name": "Will",
                "last_name": "",
                "phone": "2",
                "designation": "CFO",
            },
        )
    ]


def test_the_person_is_written_first_so_that_the_last_response_shows_both() -> None:
    sent = composed({"email": "a@b.example", "website": "acme.example"}, CONTACT)
    assert [path for _, path, _ in sent] == ["contacts/contactpersons/77", "contacts/3"]


def test_a_contact_without_persons_gets_one_with_its_own_name() -> None:
    [(method, path, body)] = composed({"phone": "2", "mobile": None}, ALONE)
    assert (method, path) == ("PUT", "contacts/3")
    person = {"first_name": "Acme Corp", "phone": "2", "is_primary_contact": True}
    assert body == {"contact_persons": [person]}
    [(_, _, renamed)] = composed({"phone": "2", "contact_name": "x" * 120}, ALONE)
    assert renamed["contact_persons"][0]["first_name"] == "x" * 100
    [(_, _, named)] = composed({"phone": "2", "first_name": "Ann"}, ALONE)
    assert named["contact_persons"][0]["first_name"] == "Ann"


def test_nothing_is_sent_to_clear_a_value_without_a_person() -> None:
    assert composed({"phone": None, "email": None}, ALONE) == []


def test_without_a_primary_person_the_first_one_becomes_primary() -> None:
    persons = [PERSON | {"is_primary_contact": False}]
    sent = composed({"phone": "2"}, ALONE | {"contact_persons": persons})
    assert [(method, path) for method, path, _ in sent] == [
        ("PUT", "contacts/contactpersons/77"),
        ("POST", "contacts/contactpersons/77/primary"),
    ]


def test_the_primary_person_is_found_by_its_mark_or_its_id() -> None:
    others = [{"contact_person_id": "76", "first_name": "Ann"}, PERSON | {"is_primary_contact": False}]
    [(_, path, _)] = composed({"phone": "2"}, CONTACT | {"contact_persons": others})
    assert path == "contacts/contactpersons/77"
    [(_, path, body)] = composed({"phone": "2"}, {"primary_contact_id": "77"})
    assert (path, body) == ("contacts/contactpersons/77", {"contact_id": "3", "phone": "2"})


def test_the_whole_address_is_sent_except_for_codes_of_changed_values() -> None:
    [(_, _, body)] = composed({"billing_address.zip": "02110"}, CONTACT | {"billing_address": ADDRESS})
    kept = {"address": "1 Main St", "city": "Boston", "state": "Massachusetts", "state_code": "MA"}
    assert body == {"billing_address": {**kept, "zip": "02110"}}
    [(_, _, body)] = composed({"billing_address.state": "Maine"}, CONTACT | {"billing_address": ADDRESS})
    assert body["billing_address"] == {"address": "1 Main St", "city": "Boston", "state": "Maine"}


@pytest.mark.parametrize("held", [None, [], "Main St", {}])
def test_a_missing_address_is_created(held: object) -> None:
    [(_, _, body)] = composed({"billing_address.city": "Boston"}, CONTACT | {"billing_address": held})
    assert body == {"billing_address": {"city": "Boston"}}


def test_all_custom_fields_are_sent_with_their_ids() -> None:
    fields = [
        {"customfield_id": "1", "label": "Region", "value": "North"},
        {"customfield_id": "2", "label": "Tier", "value": "A"},
        {"customfield_id": "3", "label": "Score", "value": 5, "data_type": "formula"},
    ]
    [(_, _, body)] = composed({"custom_fields.Tier": None, "custom_fields.New": True}, {"custom_fields": fields})
    assert body["custom_fields"] == [
        {"customfield_id": "1", "value": "North"},
        {"customfield_id": "2", "value": ""},
        {"label": "New", "value": True},
    ]


def test_ids_are_quoted_as_one_path_segment() -> None:
    [sent] = WRITER.compose_update("3/4?", b"{}", {"website": "x"})
    assert sent.path == "contacts/3%2F4%3F"
    current = {"contact_persons": [PERSON | {"contact_person_id": "a/b"}]}
    [sent] = WRITER.compose_update("3", orjson.dumps(current), {"phone": "x"})
    assert sent.path == "contacts/contactpersons/a%2Fb"


def test_a_new_contact_is_a_customer_without_empty_values() -> None:
    values: Values = {
        "contact_name": "Acme Corp", "phone": "1", "email": None, "website": "", "billing_address.city": "Boston",
        "custom_fields.Tier": "A",
    }  # fmt: skip
    sent = WRITER.compose_create(values)
    assert (sent.method, sent.path) == ("POST", "contacts")
    assert orjson.loads(sent.body) == {
        "contact_type": "customer",
        "contact_name": "Acme Corp",
        "contact_persons": [{"first_name": "Acme Corp", "phone": "1", "is_primary_contact": True}],
        "billing_address": {"city": "Boston"},
        "custom_fields": [{"label": "Tier", "value": "A"}],
    }
    nobody = WRITER.compose_create({"contact_name": "Acme Corp", "phone": None})
    assert orjson.loads(nobody.body) == {"contact_type": "customer", "contact_name": "Acme Corp"}
    assert isinstance(nobody, WriteRequest)


def test_only_paths_that_zoho_is_known_to_keep_are_accepted() -> None:
    for path in (
        "contact_name",
        "phone",
        "billing_address.zip",
        "custom_fields.Tier",
        "vat_reg_no",
        "first_name",
        "is_active",
    ):
        assert WRITER.accepts(path), path
    for path in ("status", "currency_code", "billing_address", "billing_address.zipcode"):
        assert not WRITER.accepts(path), path
    assert not WRITER.accepts("custom_fields.")


some_text = st.text("abcdefgh XYZ0123456789é", min_size=1, max_size=20).filter(lambda text: text.strip() == text)
or_none = st.none() | some_text
some_values = st.fixed_dictionaries(
    {},
    optional={
        "contact_name": some_text,
        "first_name": some_text,
        "email": st.none() | st.just("new@acme.example"),
        **dict.fromkeys(("website", "language_code", "last_name", "phone", "mobile"), or_none),
        **{
            f"billing_address.{part}": or_none
            for part in ("address", "street2", "city", "zip", "state", "country")
        },
    },
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Books]:
    """One organisation for many examples."""
    with ZohoBooksSimulator(contacts=40, seed=8, rate=None, daily_limit=None, concurrency=None) as simulator:
        books = Books.of(simulator)
        yield books
        books.connector.close()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 39),
    some_values,
    st.fixed_dictionaries(
        {
            "address_written": st.sampled_from(["replace", "merge"]),
            "person_written": st.sampled_from(["partial", "replace"]),
            "custom_fields_written": st.sampled_from(["replace", "merge"]),
        }
    ),
)
def test_an_update_changes_exactly_the_given_values(
    shared: Books, at: int, values: dict[str, str | None], habits: dict[str, str]
) -> None:
    """Whatever Zoho makes of what a write does not name."""
    shared.sim.control.switch(**habits)
    contact_id = shared.sim.control.contact_ids()[at]
    before = shared.sim.control.contact(contact_id)
    for outgoing in WRITER.compose_update(contact_id, orjson.dumps(before), values):
        shared.contacts.send(outgoing, "")
    after = shared.sim.control.contact(contact_id)
    expected, found = read(before), read(after)
    person_made = not before["contact_persons"] and after["contact_persons"]
    for path, value in values.items():
        expected[path] = value or ""
        if path in {"billing_address.country", "billing_address.state"}:
            expected[f"{path}_code"] = found[f"{path}_code"]
    if person_made and "first_name" not in values:
        expected["first_name"] = after["contact_name"][:100]
    if person_made:
        expected["primary_contact_id"] = found["primary_contact_id"]
    assert found == expected


def read(contact: dict[str, Any]) -> dict[str, Any]:
    """Return what readers find in a contact and its persons, without the modified time."""
    flat = ContactReader().flatten(contact["contact_id"], contact)
    others = [person for person in contact["contact_persons"] if not person["is_primary_contact"]]
    return {**flat, "others": others}
