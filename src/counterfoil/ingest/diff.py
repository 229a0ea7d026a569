"""How an observation changes its row. Pure: row, mapped record and observation in, change out."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from counterfoil.connectors.page import Shape
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.changes import DERIVED_FROM, FIRST_DETAILS, differences
from counterfoil.mirror.enums import State
from counterfoil.mirror.row import FieldChange, RowMeta
from counterfoil.mirror.shapes import other_hashes
from counterfoil.mirror.store.base import StoredRow, StoredValues

_NOT_LISTED = (State.MISSING, State.UNLISTED)


class RowChange(NamedTuple):
    """A row as it is to be written. With `touch` no value changes, only what is stored about a body."""

    mapped: Mapped
    meta: RowMeta
    hash: bytes | None
    changes: tuple[FieldChange, ...] = ()
    touch: bool = False


def new_row_meta(observation: Observation) -> RowMeta:
    """Build the metadata of a row for a record that has none yet: nothing to compare with, nothing to keep."""
    item = observation.item
    requested = observation.requested if observation.requested is not None else observation.answered
    hashes = _shape_hash(observation, item.raw_hash)
    return RowMeta(observation.payload, item.raw_hash, hashes, requested, observation.answered, item.modified)


def row_change(
    observation: Observation,
    row: StoredRow,
    mapped: Mapped,
    before: StoredValues,
    *,
    columns: Sequence[str],
    only_in_detail: Collection[str],
    edits_moved: bool,
) -> RowChange | None:
    """Compare a row with a newer observation of it; None where nothing is new, not even the body.

    `columns` are the mapped ones, `only_in_detail` the fields and extra keys that list rows do not give;
    `edits_moved` tells that a pending edit of the row changes.
    """
    state = next_state(row, observation.origin)
    if "is_active" in columns and _stays_inactive(state, before):
        mapped = mapped._replace(values={**mapped.values, "is_active": False})
    changes = differences(columns, before, mapped.values, mapped.extra)
    if row.state != state:
        changes.append(FieldChange("state", row.state.value, state.value))
    outdated = _outdates_other_shapes(observation, row, changes)
    hashes = other_hashes(before.other_hashes, _shape_hash(observation, row.seen), changed=outdated)
    digest, touch = row.seen, not changes and _modified_is_the_same(observation, row)
    if observation.shape != Shape.LIST and _list_row_hides(observation, row, changes, only_in_detail):
        digest = before.hash  # a list row would still be the same
        seen_before = row.seen == before.hash or hashes == before.other_hashes
        if touch and seen_before and not edits_moved:
            return None
    meta = new_row_meta(observation)
    meta = meta._replace(modified=meta.modified or row.modified)
    state_ticket = row.state_ticket if row.state == state else meta.requested
    meta = meta._replace(other_hashes=hashes, state=state, state_ticket=state_ticket)
    if observation.shape == Shape.DETAIL and Shape.DETAIL not in before.other_hashes:
        changes = _with_first_details(row, changes, only_in_detail)
    return RowChange(mapped, meta, digest, tuple(changes), touch)


def _with_first_details(
    row: StoredRow, changes: Sequence[FieldChange], only_in_detail: Collection[str]
) -> list[FieldChange]:
    """Put one change in the place of those that give values which no list row has: they have one source."""
    if row.state != State.PRESENT:
        return list(changes)
    new = [change for change in changes if change.before is None and _is_detail(change.field, only_in_detail)]
    if len(new) < 2:  # one line stays one line
        return list(changes)
    names = [change.field for change in new]
    return [*(change for change in changes if change not in new), FieldChange(FIRST_DETAILS, None, names)]


def _is_detail(field: str, only_in_detail: Collection[str]) -> bool:
    return field in DERIVED_FROM or field.startswith("extra.") or field in only_in_detail


def unannounced_changes(
    observation: Observation, row: StoredRow, changes: Sequence[FieldChange], silent: Collection[str] | None
) -> list[str]:
    """Name the fields and extra keys that a list row shows changed although its modified time stands still."""
    if silent is None or observation.origin != Origin.PAGE or observation.shape != Shape.LIST:
        return []
    if row.state != State.PRESENT or row.modified is None or observation.item.modified != row.modified:
        return []
    names = [change.field.removeprefix("extra.") for change in changes if change.field not in DERIVED_FROM]
    return [name for name in names if name not in silent]


def next_state(row: StoredRow, origin: Origin) -> State:
    """Compute the row's state after an observation: a listed or revived row is present.

    A read alone does not show that a row is listed, and nothing revives a merged row.
    """
    if row.state == State.MERGED or (row.state in _NOT_LISTED and origin != Origin.PAGE):
        return row.state
    return State.PRESENT


def _stays_inactive(state: State, before: StoredValues) -> bool:
    """Tell whether a row is inactive whatever its payload says: a missing one becomes active by being listed."""
    return state == State.UNLISTED or (state == State.MISSING and before.values["is_active"] is False)


def renames(row: StoredRow, name: str) -> bool:
    """Tell whether an existing row gets another name."""
    return row.id is not None and bool(row.name) and row.name != name


def _outdates_other_shapes(observation: Observation, row: StoredRow, changes: Sequence[FieldChange]) -> bool:
    """Tell whether a list row shows that bodies of other shapes may have changed since they were read."""
    if observation.shape != Shape.LIST:
        return False
    if row.modified is not None and observation.item.modified is not None:
        return row.modified != observation.item.modified
    return bool(changes)


def _list_row_hides(
    observation: Observation, row: StoredRow, changes: Sequence[FieldChange], only_in_detail: Collection[str]
) -> bool:
    """Tell whether a list row would show none of the changes.

    True where they are fields and keys that only details have, and normal forms derived from those.
    """
    return _modified_is_the_same(observation, row) and all(
        change.field.removeprefix("extra.") in only_in_detail
        or change.field in DERIVED_FROM
        or (change.before is None and change.field.startswith("extra."))
        for change in changes
    )


def _modified_is_the_same(observation: Observation, row: StoredRow) -> bool:
    """Tell whether an observation has the row's modified time, or none."""
    return observation.item.modified in (None, row.modified)


def _shape_hash(observation: Observation, digest: bytes | None) -> Mapping[str, str]:
    """Return the hash to store for a body, by its shape; none for a list row."""
    return {} if observation.shape == Shape.LIST or digest is None else {observation.shape.value: digest.hex()}
