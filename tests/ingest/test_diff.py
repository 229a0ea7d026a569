"""How an observation changes its row, decided without a database."""

from datetime import UTC, datetime
from typing import Any

import pytest

from counterfoil.connectors.page import Item, Shape
from counterfoil.ingest.diff import RowChange, new_row_meta, next_state, renames, row_change
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.enums import State
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.shapes import OUTDATED
from counterfoil.mirror.store.base import StoredRow, StoredValues, new_row

MONDAY, TUESDAY = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC)
COLUMNS = ("name", "phone", "phone_e164", "is_active")
DETAILS = frozenset({"phone", "notes"})
OLD_HASH, NEW_HASH, DETAIL_HASH = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32


def values(**changed: Any) -> dict[str, Any]:
    return {"name": "Acme", "phone": None, "phone_e164": None, "is_active": True, **changed}


def mapped(extra: dict[str, Any] | None = None, **changed: Any) -> Mapped:
    return Mapped(values(**changed), extra or {}, {}, "", "", {})


def observed(
    shape: Shape = Shape.LIST, origin: Origin = Origin.PAGE, modified: datetime | None = MONDAY
) -> Observation:
    return Observation(Item("7", modified, NEW_HASH, b"{}"), origin, shape, 20, 21)


def stored(state: State = State.PRESENT, seen: bytes = NEW_HASH, **changed: Any) -> StoredRow:
    row = new_row("7")._replace(
        id=1, version=3, name="Acme", state=state, state_ticket=5, requested=10, answered=11, modified=MONDAY,
        hash=OLD_HASH, seen=seen,
    )  # fmt: skip
    return row._replace(**changed)


def values_before(other_hashes: dict[str, str] | None = None, extra: dict[str, Any] | None = None) -> StoredValues:
    return StoredValues(values(), extra or {}, {}, OLD_HASH, other_hashes or {})


def change(
    observation: Observation,
    row: StoredRow | None = None,
    after: Mapped | None = None,
    before: StoredValues | None = None,
    *,
    edits_moved: bool = False,
) -> RowChange | None:
    return row_change(
        observation,
        row or stored(),
        after or mapped(),
        before or values_before(),
        columns=COLUMNS,
        only_in_detail=DETAILS,
        edits_moved=edits_moved,
    )


def test_a_list_row_with_another_name_changes_the_row_and_its_hash() -> None:
    found = change(observed(modified=TUESDAY), after=mapped(name="Acme NV"))
    assert found is not None
    assert found.changes == (FieldChange("name", "Acme", "Acme NV"),)
    assert (found.hash, found.touch) == (NEW_HASH, False)
    assert (found.meta.requested, found.meta.answered, found.meta.modified) == (20, 21, TUESDAY)
    assert (found.meta.state, found.meta.state_ticket) == (State.PRESENT, 5)


def test_a_normal_form_that_follows_its_field_is_no_change_of_its_own() -> None:
    found = change(observed(), after=mapped(phone="03 234 56 78", phone_e164="+3232345678"))
    assert found is not None
    assert [line.field for line in found.changes] == ["phone"]


def test_a_detail_with_only_what_list_rows_omit_keeps_the_hash_of_the_list_row() -> None:
    after = mapped({"notes": "pays late"}, phone="03 234 56 78")
    found = change(observed(Shape.DETAIL, Origin.READ), stored(seen=DETAIL_HASH), after)
    assert found is not None
    assert found.hash == OLD_HASH
    assert found.changes == (FieldChange("details", None, ["phone", "extra.notes"]),)
    assert found.meta.other_hashes == {"detail": DETAIL_HASH.hex()}


def test_law_10_what_the_first_detail_brings_is_one_change() -> None:
    after = mapped({"notes": "pays late", "terms": "30 days"}, name="Acme NV")
    found = change(observed(Shape.DETAIL, Origin.READ), stored(seen=DETAIL_HASH), after)
    assert found is not None
    assert found.changes == (
        FieldChange("name", "Acme", "Acme NV"),
        FieldChange("details", None, ["extra.notes", "extra.terms"]),
    )


def test_what_a_later_detail_changes_stays_a_change_of_each_field() -> None:
    before = values_before({"detail": NEW_HASH.hex()})
    after = mapped({"notes": "pays late", "terms": "30 days"})
    found = change(observed(Shape.DETAIL, Origin.READ), stored(seen=DETAIL_HASH), after, before)
    assert found is not None
    assert {line.field for line in found.changes} == {"extra.notes", "extra.terms"}


def test_a_detail_that_changes_a_listed_field_has_its_own_hash() -> None:
    found = change(observed(Shape.DETAIL, Origin.READ), stored(seen=DETAIL_HASH), mapped(name="Acme NV"))
    assert found is not None
    assert found.hash == DETAIL_HASH


def test_a_detail_seen_before_changes_nothing_and_a_new_body_only_touches_the_row() -> None:
    reading = observed(Shape.DETAIL, Origin.READ)
    before = values_before({"detail": DETAIL_HASH.hex()})
    assert change(reading, stored(seen=DETAIL_HASH), before=before) is None
    touched = change(reading, stored(seen=DETAIL_HASH))
    assert touched is not None
    assert (touched.touch, touched.changes, touched.hash) == (True, (), OLD_HASH)


def test_a_body_seen_before_is_written_where_an_edit_changed() -> None:
    before = values_before({"detail": DETAIL_HASH.hex()})
    reading = observed(Shape.DETAIL, Origin.READ)
    found = change(reading, stored(seen=DETAIL_HASH), before=before, edits_moved=True)
    assert found is not None
    assert found.touch


@pytest.mark.parametrize(
    ("modified", "name", "outdated"),
    [
        (MONDAY, "Acme NV", False),  # the upstream's own time says that nothing else moved
        (TUESDAY, "Acme", True),
        (None, "Acme NV", True),
        (None, "Acme", False),
    ],
)
def test_a_list_row_outdates_details_where_the_record_changed(
    modified: datetime | None, name: str, outdated: bool
) -> None:
    found = change(
        observed(modified=modified),
        stored(modified=MONDAY),
        mapped(name=name),
        values_before({"detail": DETAIL_HASH.hex()}),
    )
    assert found is not None
    assert found.meta.other_hashes == {"detail": OUTDATED if outdated else DETAIL_HASH.hex()}


def test_a_missing_row_that_is_listed_is_present_from_that_request_on() -> None:
    found = change(observed(), stored(State.MISSING))
    assert found is not None
    assert FieldChange("state", "missing", "present") in found.changes
    assert (found.meta.state, found.meta.state_ticket) == (State.PRESENT, 20)


def test_a_read_of_an_unlisted_row_leaves_it_unlisted_and_inactive() -> None:
    found = change(observed(Shape.DETAIL, Origin.READ), stored(State.UNLISTED), mapped(name="Acme NV"))
    assert found is not None
    assert found.meta.state == State.UNLISTED
    assert found.mapped.values["is_active"] is False
    assert FieldChange("is_active", True, False) in found.changes


@pytest.mark.parametrize("origin", list(Origin))
@pytest.mark.parametrize("state", list(State))
def test_nothing_revives_a_merged_row_and_only_a_page_lists_a_missing_one(state: State, origin: Origin) -> None:
    after = next_state(stored(state), origin)
    if state == State.MERGED:
        assert after == State.MERGED
    elif state in (State.MISSING, State.UNLISTED):
        assert after == (State.PRESENT if origin == Origin.PAGE else state)
    else:
        assert after == State.PRESENT


def test_a_new_row_from_a_webhook_starts_at_the_ticket_of_its_arrival() -> None:
    delivery = observed(Shape.DELIVERY, Origin.DELIVERY)._replace(requested=None)
    assert new_row_meta(delivery).requested == 21
    assert new_row_meta(delivery).other_hashes == {"delivery": NEW_HASH.hex()}


def test_a_rename_is_another_name_on_an_existing_row() -> None:
    assert renames(stored(), "Acme NV")
    assert not renames(stored(), "Acme")
    assert not renames(stored(name=""), "Acme")
    assert not renames(new_row("7"), "Acme")
