"""A record as it stood: whatever changed, undoing it newest first gives what stood there, or says that it is not
known.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.page import Resource
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.mapping.customer import CustomerMapper
from counterfoil.mapping.fields import COLUMNS
from counterfoil.mapping.mapper import MappingConfig, RoleRule
from counterfoil.mirror.changes import FOLLOWS, differences
from counterfoil.mirror.record_history import undo
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import StoredValues, to_json

READER = CONNECTORS["robaws"].collections[Resource.CUSTOMER].reader
OVERRIDES = ((), (RoleRule("id", "1", "OEM"),), (RoleRule("name", "acme", "BROKER"),))
CONFIGS = st.builds(
    MappingConfig,
    connector=st.just("robaws"),
    country=st.sampled_from(["BE", "NL"]),
    role_overrides=st.sampled_from(OVERRIDES),
    sources=st.sampled_from([{}, {"city": ("extraFields.Note",)}]),
)
SOMETIMES_EMPTY: dict[str, list[Any]] = {
    "tel": [None, "03 234 56 78", "020 794 60 00", "see website"],
    "email": [None, "Jan@Example.com", "jan@example.com", "no at in it"],
    "vatIdNumber": [None, "BE0403170701", "RC 123"],
    "website": [None, "https://Acme.example", "acme.example"],
}
EXTRAS = st.dictionaries(
    st.sampled_from(["Role", "Note", "extra.Note", "phone", "state"]),
    st.sampled_from(["POV", "oem", "Gent", " "]).map(lambda text: {"stringValue": text}),
)
PAYLOADS = st.fixed_dictionaries(
    {"name": st.sampled_from(["Acme", "Acme NV", "Peeters"]), "extraFields": EXTRAS},
    optional={
        **{name: st.sampled_from(values) for name, values in SOMETIMES_EMPTY.items()},
        "address": st.fixed_dictionaries({"country": st.sampled_from([None, "België", "NL", "Atlantis"])}),
        "archived": st.booleans(),
    },
)


@dataclass
class Snapshot:
    """What stood there, and what the history said had changed to get there."""

    values: dict[str, Any]
    extra: dict[str, Any]
    changes: list[FieldChange]


def recorded(before: Snapshot | None, values: dict[str, Any], extra: dict[str, Any]) -> Snapshot:
    """Record the next observation as ingest does: `differences`, and the state beside them."""
    if before is None:
        return Snapshot(values, extra, [])
    held = StoredValues(before.values, before.extra, {}, None, {})
    changes = differences(COLUMNS, held, values, extra)
    if before.values["state"] != values["state"]:
        changes.append(FieldChange("state", before.values["state"], values["state"]))
    return Snapshot(values, extra, changes)


@st.composite
def lives(draw: st.DrawFn) -> list[Snapshot]:
    """Draw a record's life, oldest first: payloads, mappings and states in any order."""
    found: list[Snapshot] = []
    for _ in range(draw(st.integers(1, 6))):
        mapped = CustomerMapper(draw(CONFIGS), READER)("1", draw(PAYLOADS))
        state = draw(st.sampled_from(["present", "missing", "tombstone"]))
        found.append(recorded(found[-1] if found else None, {**mapped.values, "state": state}, mapped.extra))
    return found


def as_kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in values.items()}


@given(lives())
def test_law_10_undoing_changes_gives_the_values_of_any_earlier_time(life: list[Snapshot]) -> None:
    now = life[-1]
    for at, then in enumerate(life):
        later = [
            FieldChange(change.field, to_json(change.before), to_json(change.after))
            for one in reversed(life[at + 1 :])
            for change in reversed(one.changes)
        ]
        stood = undo(as_kept(now.values), now.extra, later)
        kept = as_kept(then.values)
        assert stood.extra == then.extra
        assert stood.values == {name: kept[name] for name in kept if name not in stood.unknown}


@given(lives())
def test_only_a_derived_field_whose_field_has_changed_is_unknown(life: list[Snapshot]) -> None:
    later = [change for one in reversed(life[1:]) for change in reversed(one.changes)]
    stood = undo(as_kept(life[-1].values), life[-1].extra, later)
    moved = {
        name
        for one, other in pairwise(life)
        for name in FOLLOWS.values()
        if one.values[name] != other.values[name]
    }
    assert {FOLLOWS[name] for name in stood.unknown} <= moved
    assert not {name for name in stood.unknown if stood.values[FOLLOWS[name]] is None}


@pytest.mark.parametrize(
    ("changes", "phone_e164"),
    [
        ([], "+3232345678"),
        ([FieldChange("phone_e164", "+31207946000", "+3232345678")], "+31207946000"),
        ([FieldChange("phone", "03 1", "03 234 56 78")], "unknown"),
        ([FieldChange("phone", None, "03 234 56 78")], None),
        ([FieldChange("phone", "03 1", "03 234"), FieldChange("phone_e164", "+321", "+31")], "+321"),
        ([FieldChange("phone_e164", "+321", "+31"), FieldChange("phone", "03 1", "03 234")], "unknown"),
    ],
)
def test_a_former_derived_field_is_known_or_left_out(changes: list[FieldChange], phone_e164: str | None) -> None:
    stood = undo({"phone": "03 234 56 78", "phone_e164": "+3232345678"}, {}, changes)
    assert stood.values.get("phone_e164", "unknown") == phone_e164
    assert stood.unknown == ({"phone_e164"} if phone_e164 == "unknown" else frozenset())


def test_a_field_that_the_record_lacks_is_ignored() -> None:
    stood = undo(
        {"name": "Acme"}, {"Note": "x"}, [FieldChange("fax", "1", "2"), FieldChange("extra.Old", 7, None)]
    )
    assert (stood.values, stood.extra) == ({"name": "Acme"}, {"Note": "x", "Old": 7})
