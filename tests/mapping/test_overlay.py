"""Edits are laid over a record between reading it and deriving from it; connectors never hear of them."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mapping import overlay
from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mapping.mappers import mapper

CLIENT: dict[str, Any] = {"id": "7", "name": "Acme", "tel": "03 234 56 78", "email": "info@acme.be"}
FIELDS = st.sampled_from(["name", "phone", "email", "city"])


@given(
    st.dictionaries(FIELDS, st.text(), min_size=4, max_size=4),
    st.dictionaries(FIELDS, st.text()),
    st.dictionaries(FIELDS, st.text()),
)
def test_apply_returns_the_upstreams_values_and_changes_nothing_else(
    values: dict[str, Any], edits: dict[str, Any], invalid: dict[str, str]
) -> None:
    before, reasons = dict(values), dict(invalid)
    theirs = overlay.apply(values, invalid, edits)
    assert theirs == {field: before[field] for field in edits}
    assert values == {**before, **edits}
    assert invalid == {field: reason for field, reason in reasons.items() if field not in edits}


def test_normal_forms_are_derived_from_our_value() -> None:
    mapped = mapper(MappingConfig("robaws"))("7", CLIENT, {"phone": "+32 475 12 34 56"})
    assert (mapped.values["phone"], mapped.values["phone_e164"]) == ("+32 475 12 34 56", "+32475123456")
    assert mapped.theirs == {"phone": "03 234 56 78"}


def test_our_value_replaces_an_upstream_value_that_cannot_be_read() -> None:
    broken = {**CLIENT, "extraFields": {"Follow up date": {"type": "DATE", "dateValue": "soon"}}}
    read = mapper(MappingConfig("robaws", sources={"follow_up_date": ("extraFields.Follow up date",)}))
    assert "follow_up_date" in read("7", broken).invalid
    edited = read("7", broken, {"follow_up_date": date(2026, 12, 1)})
    assert "follow_up_date" not in edited.invalid
    assert edited.values["follow_up_date"] == date(2026, 12, 1)
    assert edited.theirs == {"follow_up_date": None}
