"""A record as it stood at a moment: what changed since is undone, newest first. Pure (DESIGN law 10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from counterfoil.mirror.history import FOLLOWS

EXTRA = "extra."
"""Before the key of an extra field, where history names a field."""
_MADE_OF: dict[str, list[str]] = {}
for _made, _field in FOLLOWS.items():
    _MADE_OF.setdefault(_field, []).append(_made)


class Undoable(Protocol):
    """A line of history, as far as undoing it goes."""

    @property
    def field(self) -> str:
        """Which field; an extra one by `EXTRA` and its key."""

    @property
    def before(self) -> Any:
        """What it held before, in JSON's own types."""


@dataclass(frozen=True, slots=True)
class Stood:
    """What a record held, in JSON's own types. `unknown` are normal forms that are in neither: what they were is
    known only where their field has not changed since."""

    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    unknown: frozenset[str] = frozenset()


def undone(values: Mapping[str, Any], extra: Mapping[str, Any], changes: Iterable[Undoable]) -> Stood:
    """What stood before these changes, of which the newest comes first; `values` and `extra` stand after them."""
    then, others = dict(values), dict(extra)
    unknown: set[str] = set()
    for change in changes:
        if change.field.startswith(EXTRA):
            _put(others, change.field.removeprefix(EXTRA), change.before)
        elif change.field in then:
            then[change.field] = change.before
            unknown.discard(change.field)
            for made in _MADE_OF.get(change.field, ()):
                then[made] = None
                (unknown.discard if change.before is None else unknown.add)(made)
    known = {name: value for name, value in then.items() if name not in unknown}
    return Stood(known, others, frozenset(unknown & then.keys()))


def _put(extra: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        extra.pop(key, None)
    else:
        extra[key] = value
