"""The parts of a text that a strict parser refuses: the same as a parser finds in what it accepts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors import json_outline
from counterfoil.connectors.list_body import split_list
from counterfoil.connectors.robaws.answers import Envelope, decode_page
from counterfoil_simulators.odd_payloads import SPOIL

texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ['"', "\\", '\\"', "]}", "[{", ",", "a\tb"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)
spaces = st.sampled_from([None, 1])


def encoded(value: Any, indent: int | None = None) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=False).encode()


@given(st.dictionaries(texts, values, max_size=5), spaces)
def test_the_members_of_an_object_are_those_that_a_parser_finds(value: dict[str, Any], indent: int | None) -> None:
    found = json_outline.members(encoded(value, indent))
    assert found is not None
    assert {name: json.loads(written) for name, written in found.items()} == value
    assert json.loads(json_outline.compose(found)) == value


@given(st.lists(values, max_size=5), spaces)
def test_the_elements_of_a_list_are_those_that_a_parser_finds(value: list[Any], indent: int | None) -> None:
    found = json_outline.elements(encoded(value, indent))
    assert found is not None
    assert [json.loads(written) for written in found] == value


@given(st.dictionaries(texts, values, min_size=1, max_size=4), st.data())
def test_a_text_that_is_cut_off_has_no_parts(value: dict[str, Any], data: st.DataObject) -> None:
    text = encoded(value)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    assert json_outline.members(cut) is None
    assert not json_outline.is_closed(cut)


@given(values, st.integers(0, 6))
def test_depth_is_counted_as_a_parser_nests(value: Any, most: int) -> None:
    assert json_outline.is_deeper(encoded(value), most) == (depth(value) > most)


def depth(value: Any) -> int:
    if isinstance(value, dict | list):
        return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
    return 0


@given(st.binary(max_size=80))
def test_any_bytes_have_parts_or_none(text: bytes) -> None:
    json_outline.members(text)
    json_outline.elements(text)
    json_outline.is_deeper(text, 2)


@given(st.binary(max_size=60) | st.sampled_from([b'"\\"' * 20_000, b"," * 200_000, b'{"a":' * 100_000]))
def test_a_hostile_text_is_read_in_one_pass(text: bytes) -> None:
    assert json_outline.elements(b"[" + text) is None or text.endswith(b"]")


@pytest.mark.parametrize("oddity", SPOIL)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_law_9_an_entry_that_a_parser_refuses_leaves_the_others_of_its_page(oddity: str, position: int) -> None:
    entries = [encoded({"id": str(at), "name": f"Client {at}, {{the}} [{at}]"}) for at in range(3)]
    entries[position] = SPOIL[oddity](entries[position])
    page = decode_page(b'{"items": [' + b", ".join(entries) + b'], "totalItems": 3}')
    assert (list(page.entries), page.total) == (entries, 3)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"null", b"[]", b"{}", b'{"items":7}', b'{"items":[{"id":1}', b'{"items":[{"id":"1}]}',
        b'{"items":[{"id":NaN}],"totalItems":"many"}', b'{"items":[NaN]} {}', b'{"totalItems":NaN,"items":[]}',
    ],
)  # fmt: skip
def test_what_is_no_list_at_all_is_refused_as_a_whole(body: bytes) -> None:
    import msgspec

    assert split_list(msgspec.json.Decoder(Envelope).decode, body, "items") is None
