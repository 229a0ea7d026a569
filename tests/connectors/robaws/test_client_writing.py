"""Composing writes to Robaws: exactly the changed values, in the types that it expects."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.robaws.client_writer import ClientWriter
from counterfoil.connectors.robaws.record import RobawsReader
from counterfoil.connectors.write_port import Values, WriteRequest
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.robaws.data.dataset import customers
from counterfoil_simulators.robaws.patches import merge
from tests.connectors.robaws.tenant import Tenant

WRITER = ClientWriter()
CLIENTS = [client for client, _ in customers(5, 40)]
TEXTS = ("name", "email", "tel", "gsm", "website", "vatIdNumber", "language", "status")
PARTS = ("addressLine1", "postalCode", "city", "country")

some_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
or_none = st.none() | some_text
some_values = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(TEXTS, or_none),
        **{f"address.{part}": or_none for part in PARTS},
        **{f"extraFields.{label}": or_none for label in ("Role", "Assignee", "Legal form")},
        **{f"extraFields.{label}": st.none() | st.booleans() for label in ("WhatsApp", "Peppol")},
        "extraFields.Follow-up date": st.none() | st.dates().map(lambda day: day.isoformat()),
    },
)
some_client = st.sampled_from(CLIENTS).flatmap(
    lambda client: st.sampled_from(
        [client, client | {"address": None}, client | {"extraFields": None}, _without(client, "address")]
    )
)


def _without(client: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in client.items() if key != name}


def composed(values: Values, **current: Any) -> Any:
    """Return the body of the one request for these values, or None without a request."""
    sent = WRITER.compose_update("3473", orjson.dumps({"id": "3473", **current}), values)
    return orjson.loads(sent[0].body) if sent else None


def extra(value: str | bool | None, **entry: Any) -> Any:
    """Return what is sent for an extra field with this stored entry."""
    return composed({"extraFields.X": value}, extraFields={"X": entry})["extraFields"]["X"]


def read(client: dict[str, Any]) -> dict[str, Any]:
    """Return the non-empty values that readers find in a client."""
    flat = RobawsReader().flatten(client["id"], client)
    return {
        path: 1 if value is True else 0 if value is False else value
        for path, value in flat.items()
        if value is not None
    }


@given(some_client, some_values)
def test_the_patch_changes_exactly_the_given_values(client: dict[str, Any], values: dict[str, Any]) -> None:
    sent = WRITER.compose_update(client["id"], orjson.dumps(client), values)
    after = client
    for outgoing in sent:
        after = merge(after, orjson.loads(outgoing.body))
    wanted = read(client)
    for path, value in values.items():
        wanted.pop(path, None)
        if value is not None:
            wanted[path] = value
    assert read(after) == wanted
    assert (after.get("address") is None) <= (client.get("address") is None)
    if not any(value is not None for path, value in values.items() if path.startswith("address.")):
        assert (after.get("address") is None) == (client.get("address") is None), "nothing comes of clearing"


def test_an_update_is_one_merge_patch_to_the_client() -> None:
    sent = WRITER.compose_update("3473", b'{"id": "3473"}', {"tel": "1", "gsm": None})
    assert sent == [
        WriteRequest("PATCH", "clients/3473", '{"tel":"1","gsm":null}', "application/merge-patch+json")
    ]


def test_an_id_is_quoted_as_one_path_segment() -> None:
    [sent] = WRITER.compose_update("a/b c?d#é", b"{}", {"tel": "1"})
    assert sent.path == "clients/a%2Fb%20c%3Fd%23%C3%A9"


def test_nothing_is_sent_to_clear_a_missing_value() -> None:
    assert composed({"address.city": None, "extraFields.Role": None}, address=None) is None
    assert composed({"address.city": None, "tel": None}, address={"city": None}) == {"tel": None}


@pytest.mark.parametrize(
    ("entry", "value", "sent"),
    [
        ({"type": "SELECT", "stringValue": "POV"}, "RORO", {"stringValue": "RORO"}),
        ({"type": "SELECT", "stringValue": "POV"}, None, {"stringValue": None}),
        ({"type": "TEXT", "stringValue": None}, "2026-01-31", {"stringValue": "2026-01-31"}),
        ({"type": "TEXT"}, "2026-01-31", {"stringValue": "2026-01-31"}),
        ({"type": "DATE", "dateValue": None}, "2026-01-31", {"dateValue": "2026-01-31"}),
        ({"dateValue": "2025-01-01"}, None, {"dateValue": None}),
        ({"type": "DECIMAL", "decimalValue": 2500.5}, "3000", {"decimalValue": 3000}),
        ({"type": "DECIMAL", "decimalValue": 2500.5}, "3000,25", {"decimalValue": 3000.25}),
        ({"type": "DECIMAL", "decimalValue": 2500.5}, "a lot", {"decimalValue": "a lot"}),
        ({"type": "DECIMAL", "decimalValue": 2500.5}, "nan", {"decimalValue": "nan"}),
        ({"integerValue": 5}, "6", {"integerValue": 6}),
        ({"type": "CHECKBOX", "booleanValue": True}, False, {"booleanValue": False}),
        ({"type": "CHECKBOX", "booleanValue": True}, "nee", {"booleanValue": False}),
        ({"type": "CHECKBOX", "booleanValue": True}, "maybe", {"booleanValue": "maybe"}),
        ({"type": "CHECKBOX", "numberValue": 1}, False, {"numberValue": None, "booleanValue": False}),
        ({"type": "CHECKBOX", "numberValue": 1}, None, {"numberValue": None, "booleanValue": None}),
        ({"type": "LINK", "stringValue": "x"}, "y", {"stringValue": "y"}),
        ({"type": "OTHER", "stringValue": None, "numberValue": 1}, "2", {"numberValue": 2}),
        ({"type": "SELECT", "stringValue": "Ja"}, False, {"stringValue": "Nee"}),
        ({"type": "SELECT", "stringValue": "JA"}, False, {"stringValue": "NEE"}),
        ({"type": "SELECT", "stringValue": "no"}, True, {"stringValue": "yes"}),
        ({"type": "SELECT", "stringValue": "perhaps"}, True, {"stringValue": "true"}),
    ],
)
def test_an_extra_field_keeps_its_key_and_its_type(
    entry: dict[str, Any], value: str | bool | None, sent: dict[str, Any]
) -> None:
    assert extra(value, **entry) == sent


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("POV", {"stringValue": "POV"}),
        (True, {"booleanValue": True}),
        ("2026-01-31", {"dateValue": "2026-01-31"}),
        ("2026-13-31", {"stringValue": "2026-13-31"}),
    ],
)
def test_a_new_extra_field_is_typed_by_its_value(value: str | bool, sent: Any) -> None:
    assert composed({"extraFields.X": value}) == {"extraFields": {"X": sent}}


def test_a_label_may_hold_dots_and_slashes() -> None:
    assert composed({"extraFields.G/L account no. 1": "4000"}) == {
        "extraFields": {"G/L account no. 1": {"stringValue": "4000"}}
    }


def test_a_new_client_has_no_empty_values() -> None:
    values: Values = {
        "name": "Example Cars BV", "tel": None, "email": "", "address.city": "Gent",
        "extraFields.Role": "POV", "extraFields.WhatsApp": False,
    }  # fmt: skip
    sent = WRITER.compose_create(values)
    assert (sent.method, sent.path, sent.content_type) == ("POST", "clients", "application/json")
    assert orjson.loads(sent.body) == {
        "name": "Example Cars BV",
        "address": {"city": "Gent"},
        "extraFields": {"Role": {"stringValue": "POV"}, "WhatsApp": {"booleanValue": False}},
    }


def test_only_paths_that_robaws_is_known_to_keep_are_accepted() -> None:
    for path in ("name", "tel", "address.city", "vatIdNumber", "extraFields.Role", "extraFields.a.b", "status"):
        assert WRITER.accepts(path), path
    for path in (
        "legalForm",
        "isActive",
        "vatNumber",
        "address",
        "address.street",
        "extraFields.",
        "assignee.name",
    ):
        assert not WRITER.accepts(path), path


def test_every_writable_field_is_read_where_it_was_written() -> None:
    taken = {path for paths in RobawsReader.default_sources.values() for path in paths if WRITER.accepts(path)}
    for path in taken:
        body = orjson.loads(WRITER.compose_create({path: "word"}).body)
        assert RobawsReader().flatten("1", body)[path] == "word"


def test_a_tenant_keeps_all_other_values_even_if_it_appends_ids(
    sim: RobawsSimulator,
) -> None:
    sim.control.switch(name_with_id="always")
    tenant = Tenant.of(sim)
    values: Values = {"tel": "+32 3 555 01 01", "address.city": "Aalst", "gsm": None, "extraFields.Role": "RORO"}
    for read_now in tenant.clients.read(sim.control.ids()[:25]):
        assert read_now.item is not None
        before = sim.control.client(read_now.external_id)
        for outgoing in WRITER.compose_update(read_now.external_id, read_now.item.raw, values):
            tenant.clients.send(outgoing, "")
        after = sim.control.client(read_now.external_id)
        assert (after["tel"], after["gsm"], after["address"]["city"]) == ("+32 3 555 01 01", None, "Aalst")
        assert after["extraFields"]["Role"]["stringValue"] == "RORO"
        for same in set(before) - {"tel", "gsm", "address", "extraFields", "updatedAt"}:
            assert after[same] == before[same], same
        assert _without(after["address"], "city") == _without(before["address"], "city")
        assert _without(after["extraFields"], "Role") == _without(before["extraFields"] or {}, "Role")
    tenant.connector.close()
