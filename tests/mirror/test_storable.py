"""One verdict for both databases on what can be stored; the limits are those of PostgreSQL's indexes."""

from typing import Any

import orjson
import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.robaws.record import RobawsReader
from counterfoil.errors import BadRecord
from counterfoil.mapping.customer import CustomerMapper
from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mirror.models import ContactPerson, Customer, Invoice, Mirrored
from counterfoil.mirror.storable import (
    DEEPEST,
    INDEXED_TOGETHER,
    LONGEST_INDEXED,
    require_shallow,
    require_storable,
)

MAPPER = CustomerMapper(MappingConfig("robaws"), RobawsReader())


def check(record: dict[str, Any]) -> None:
    raw = orjson.dumps(record)
    mapped = MAPPER("7", record)
    require_storable("customer", raw, record, mapped.values, mapped.invalid)


@pytest.mark.parametrize("model", [Customer, ContactPerson, Invoice])
def test_every_text_in_an_index_has_a_limit(model: type[Mirrored]) -> None:
    """A new index over a mapped text needs a line in INDEXED_TOGETHER."""
    groups = INDEXED_TOGETHER[model._meta.model_name.replace("contactperson", "contact_person")]  # type: ignore[union-attr]
    own = {"external_id", "state"}  # short by themselves
    for index in model._meta.indexes:
        names = {name.lstrip("-") for name in index.fields} - own
        texts = {name for name in names if isinstance(model._meta.get_field(name), models.TextField)}
        assert any(texts <= set(group) for group in groups), index.name


@given(st.text(st.characters(codec="utf-8"), max_size=3_000))
def test_a_name_is_storable_until_its_index_is_full(text: str) -> None:
    record = {"name": f"A{text}", "extraFields": {"Role": {"stringValue": "POV"}}}
    values = MAPPER("7", record).values
    longest = max(len((values[name] or "").encode()) for name in ("name", "name_key"))
    try:
        check(record)
    except BadRecord:
        assert "\x00" in text or longest > LONGEST_INDEXED - 300
    else:
        assert "\x00" not in text
        assert longest <= LONGEST_INDEXED


def test_a_name_that_grows_by_folding_is_too_long() -> None:
    """U+FDFA has three bytes, and eighteen letters once it is folded."""
    with pytest.raises(BadRecord, match="name_key"):
        check({"name": "\ufdfa" * 150})


@pytest.mark.parametrize(
    "record",
    [
        {"name": "A\x00B"},
        {"name": "A", "notes": "\x00"},
        {"name": "A", "extraFields": {"Ro\x00le": {"stringValue": "x"}}},
        {"name": "A", "extraFields": {"Notes": {"stringValue": "a\x00b"}}},
        {"name": "A", "n\x00otes": 1},
        {"name": "A", "list": [[{"a": ["\x00"]}]]},
        {"name": "A", "contacts": [{"name": "\x00"}]},
    ],
)
def test_law_9_a_nul_anywhere_is_a_reason(record: dict[str, Any]) -> None:
    with pytest.raises(BadRecord, match="NUL character in “"):
        check(record)


@pytest.mark.parametrize(
    "record", [{"name": "A\\u0000"}, {"name": "\\\\u0000", "\\u0000": [r"\u0000"]}, {"name": "0"}]
)
def test_the_letters_of_an_escaped_nul_are_text_like_any_other(record: dict[str, Any]) -> None:
    check(record)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nesting_has_one_limit(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    require_shallow((opening * DEEPEST + "1" + closing * DEEPEST).encode())
    with pytest.raises(BadRecord, match="in one another"):
        require_shallow((opening * (DEEPEST + 1) + "1" + closing * (DEEPEST + 1)).encode())
    require_shallow(b"[" + b"[1]," * 1_000 + b"1]")
