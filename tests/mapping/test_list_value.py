"""A list where a field holds one value: the first usable value counts, all are kept and shown. Pure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mapping.list_value import as_line, first_value, replace_first
from counterfoil.mapping.mapper import Mapped, MappingConfig
from counterfoil.mapping.mappers import mapper

scalars = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", " ", "a@x.be", "b@x.be"])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "value", "number", "email"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def mapped(connector: str, raw: dict[str, Any], **sources: tuple[str, ...]) -> Mapped:
    return mapper(MappingConfig(connector, sources=sources))("7", raw)


@pytest.mark.parametrize(
    ("value", "first", "line"),
    [
        (["a@x.be", "b@x.be"], "a@x.be", "a@x.be, b@x.be"),
        ([None, " ", "b@x.be"], "b@x.be", "b@x.be"),
        (
            [{"type": "work", "number": "03 1"}, {"number": "03 2"}],
            "03 1",
            "type: work, number: 03 1; number: 03 2",
        ),
        (
            [{"kind": "main", "email": "a@x.be", "primary": True}],
            "a@x.be",
            "kind: main, email: a@x.be, primary: yes",
        ),
        ({"Value": "a@x.be"}, "a@x.be", "Value: a@x.be"),
        ([["a@x.be"], "b@x.be"], "a@x.be", "a@x.be; b@x.be"),
        ([], None, ""),
        ([[], {}, None, ""], None, ""),
        ("a@x.be", "a@x.be", "a@x.be"),
        (False, False, "no"),
        (0, 0, "0"),
    ],
)
def test_the_first_usable_value_counts_and_all_are_shown(value: Any, first: Any, line: str) -> None:
    assert (first_value(value), as_line(value)) == (first, line)


@given(values)
def test_neither_a_value_nor_a_line_is_a_list_in_disguise(value: Any) -> None:
    found = first_value(value)
    assert not isinstance(found, list | dict)
    assert not any(sign in as_line(value) for sign in "[]{}'\"")


@given(values)
def test_the_first_value_is_replaced_and_the_others_stay(value: Any) -> None:
    changed = replace_first(value, "new@x.be")
    assert first_value(changed) == "new@x.be"
    if isinstance(value, list) and first_value(value) is not None:
        assert len(changed) == len(value)
        assert sum(one != other for one, other in zip(value, changed, strict=True)) == 1


def test_lists_nested_for_ever_end() -> None:
    deep: Any = "a@x.be"
    for _ in range(500):
        deep = [deep]
    assert (first_value(deep), as_line(deep), replace_first(deep, "b")) == (None, "…", "b")


def test_a_list_in_a_field_of_robaws_keeps_its_first_value_and_shows_all() -> None:
    raw = {
        "id": 7,
        "name": ["Garage Peeters", "Peeters"],
        "email": ["", "a@x.be", "b@x.be"],
        "tel": [{"type": "work", "number": "03 234 56 78"}],
        "address": [{"city": "Gent", "country": "België"}, {"city": "Brugge"}],
        "extraFields": {"Role": {"stringValue": ["pov", "roro"]}},
    }
    found = mapped("robaws", raw)
    values = found.values
    assert (values["name"], values["email"], values["phone"]) == ("Garage Peeters", "a@x.be", "03 234 56 78")
    assert (values["email_normalized"], values["phone_e164"]) == ("a@x.be", "+3232345678")
    assert (values["city"], values["country_code"], values["upstream_role"]) == ("Gent", "BE", "POV")
    assert found.extra["email"] == raw["email"]
    assert found.extra["tel"] == raw["tel"]
    assert found.extra["address"] == raw["address"]
    assert found.extra["Role"] == ["pov", "roro"]


def test_a_list_in_a_custom_field_of_zoho_keeps_its_first_value_and_shows_all() -> None:
    raw = {
        "contact_id": "7",
        "contact_name": "Garage Peeters",
        "custom_fields": [{"label": "Branch", "value": ["Cars", "Vans"]}],
    }
    found = mapped("zoho_books", raw, legal_form=("custom_fields.Branch",))
    assert (found.values["legal_form"], found.extra["Branch"]) == ("Cars", ["Cars", "Vans"])


def test_a_list_in_a_column_of_a_file_keeps_its_first_value_and_shows_all() -> None:
    raw = {"company": "Garage Peeters", "mail": ["a@x.be", "b@x.be"], "phones": {"work": ["03 234 56 78", "03 9"]}}
    found = mapped("file", raw, name=("company",), email=("mail",), phone=("phones.work",))
    assert (found.values["email"], found.values["phone"]) == ("a@x.be", "03 234 56 78")
    assert (found.extra["mail"], found.extra["phones.work"]) == (raw["mail"], ["03 234 56 78", "03 9"])


def test_a_record_without_lists_has_nothing_more_in_its_extra_fields() -> None:
    found = mapped("robaws", {"id": 7, "name": "Garage Peeters", "email": "a@x.be", "address": {"city": "Gent"}})
    assert found.extra == {}
