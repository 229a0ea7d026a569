"""Shapes: payloads of one record in different shapes are united, and nothing that only one says is lost."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mirror import shapes

KEYS = st.sampled_from(["name", "notes", "billing_address", "phone"])
VALUES = st.one_of(st.text(max_size=5), st.integers(), st.dictionaries(st.sampled_from("abc"), st.integers()))
PAYLOADS = st.dictionaries(KEYS, VALUES)


def overlaid(held: dict[str, Any], arriving: dict[str, Any], complete: str = "") -> dict[str, Any]:
    """Say in plain Python what merging means."""
    both = {
        key: overlaid(held[key], value)
        for key, value in arriving.items()
        if key != complete and isinstance(value, dict) and isinstance(held.get(key), dict)
    }
    return {**held, **arriving, **both}


@given(PAYLOADS, PAYLOADS)
def test_what_the_newer_payload_does_not_say_is_kept(held: dict[str, Any], arriving: dict[str, Any]) -> None:
    united = shapes.merge_payloads(json.dumps(held).encode(), json.dumps(arriving).encode(), {"notes"})
    assert json.loads(united) == overlaid(held, arriving, "notes")


@given(PAYLOADS, PAYLOADS)
def test_merging_a_payload_again_changes_nothing(held: dict[str, Any], arriving: dict[str, Any]) -> None:
    newer = json.dumps(arriving).encode()
    once = shapes.merge_payloads(json.dumps(held).encode(), newer)
    assert json.loads(shapes.merge_payloads(once, newer)) == json.loads(once)


def test_an_address_spread_over_two_shapes_is_merged_and_a_complete_map_is_not() -> None:
    held = b'{"billing_address":{"city":"Gent","zip":"9000"},"tags":{"a":1}}'
    arriving = b'{"billing_address":{"city":"Hasselt","street":"X"},"tags":{"b":2}}'
    united = json.loads(shapes.merge_payloads(held, arriving, {"tags"}))
    assert united == {"billing_address": {"city": "Hasselt", "zip": "9000", "street": "X"}, "tags": {"b": 2}}


def test_an_object_with_another_id_replaces_the_stored_one() -> None:
    held = b'{"assignee":{"id":"5","name":"An"},"address":{"address_id":"1","city":"Gent"}}'
    arriving = b'{"assignee":{"id":"6"},"address":{"address_id":"1","zip":"9000"}}'
    united = json.loads(shapes.merge_payloads(held, arriving))
    assert united == {"assignee": {"id": "6"}, "address": {"address_id": "1", "city": "Gent", "zip": "9000"}}


def test_a_payload_that_says_everything_is_kept_as_it_came() -> None:
    arriving = b'{ "name" : "Acme",  "tel": null, "address": {"city": "Gent"} }'
    assert shapes.merge_payloads(b'{"address":{"city":"Aalst"},"name":"Old","tel":"1"}', arriving) is arriving


def test_numbers_keep_their_exact_text() -> None:
    assert shapes.merge_payloads(b'{"total":12.50,"id":1}', b'{"id":12345678901234567890}') == (
        b'{"total":12.50,"id":12345678901234567890}'
    )


def test_a_changed_list_entry_outdates_the_hashes_of_other_shapes() -> None:
    assert shapes.other_hashes({"detail": "ab"}, {}, changed=True) == {"detail": shapes.OUTDATED}
    assert shapes.other_hashes({"detail": "ab"}, {}, changed=False) == {"detail": "ab"}
    assert shapes.other_hashes({"detail": ""}, {"detail": "cd"}, changed=False) == {"detail": "cd"}
