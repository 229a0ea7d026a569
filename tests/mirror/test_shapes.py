"""Shapes: payloads of one record in different shapes are united, and nothing that only one says is lost."""

import json

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mirror import shapes

KEYS = st.sampled_from(["name", "notes", "billing_address", "phone"])
VALUES = st.one_of(st.text(max_size=5), st.integers(), st.dictionaries(st.sampled_from("abc"), st.integers()))
PAYLOADS = st.dictionaries(KEYS, VALUES)


@given(PAYLOADS, PAYLOADS)
def test_the_newer_payload_replaces_its_own_keys_and_keeps_the_rest(
    held: dict[str, object], arriving: dict[str, object]
) -> None:
    united = json.loads(shapes.merge_payloads(json.dumps(held).encode(), json.dumps(arriving).encode()))
    assert united == {**held, **arriving}


def test_an_address_spread_over_two_shapes_is_merged() -> None:
    held = b'{"billing_address":{"city":"Gent","zip":"9000"},"tags":{"a":1}}'
    arriving = b'{"billing_address":{"city":"Hasselt","street":"X"},"tags":{"b":2}}'
    objects = shapes.shared_objects({"billing_address.zip", "notes"})
    united = json.loads(shapes.merge_payloads(held, arriving, objects))
    assert united == {"billing_address": {"city": "Hasselt", "zip": "9000", "street": "X"}, "tags": {"b": 2}}


def test_numbers_keep_their_exact_text() -> None:
    assert shapes.merge_payloads(b'{"total":12.50,"id":1}', b'{"id":12345678901234567890}') == (
        b'{"total":12.50,"id":12345678901234567890}'
    )


def test_a_changed_list_entry_outdates_the_hashes_of_other_shapes() -> None:
    assert shapes.other_hashes({"detail": "ab"}, {}, changed=True) == {"detail": shapes.OUTDATED}
    assert shapes.other_hashes({"detail": "ab"}, {}, changed=False) == {"detail": "ab"}
    assert shapes.other_hashes({"detail": ""}, {"detail": "cd"}, changed=False) == {"detail": "cd"}
