"""Where a record's values come from: of each field what set it, when, what it was before (DESIGN law 10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterfoil.connectors.contract import Resource
from counterfoil.connectors.fields import COLUMNS_OF
from counterfoil.mirror import details
from counterfoil.mirror.history import FOLLOWS
from counterfoil.mirror.models import Change, Mirrored, Source
from counterfoil.mirror.past import EXTRA


@dataclass(frozen=True, slots=True)
class SetBy:
    """What set a value. `by` is the login of whoever asked for it, if anybody did.

    `first`: the value is the one that the record came with. `follows` is the field whose change set this normal
    form too; what a normal form was before that is not kept.
    """

    at: datetime
    source: str
    reference: int | None
    by: str = ""
    before: Any = None
    first: bool = False
    follows: str = ""

    @property
    def called(self) -> str:
        """What people call the source, with its number."""
        return called(self.source, self.reference)


def called(source: str, reference: int | None) -> str:
    """As in "Sync run 12". An edit is called by whose it is: its number means nothing to anybody."""
    label = Source(source).label if source in Source.values else source
    if source == Source.EDIT:
        return str(label)
    return f"{label} {reference or ''}".rstrip()


def each(record: Mirrored, resource: Resource, newest: Mapping[str, Change], origin: SetBy) -> dict[str, SetBy]:
    """By field (extra ones by `EXTRA` and their key) what set its value, from the newest change of each.

    A field that only a read of the record tells has no source before that.
    """
    names = [*COLUMNS_OF[resource], "state", *(f"{EXTRA}{key}" for key in sorted(record.extra))]
    names += sorted(name for name in newest if name.startswith(EXTRA) and name not in names)
    untold = _untold(record, resource)
    found: dict[str, SetBy] = {}
    for name in names:
        change = _newer(newest.get(name), newest.get(FOLLOWS.get(name, "")))
        if change is not None:
            found[name] = changed_by(change, follows="" if change.field == name else change.field)
        elif FOLLOWS.get(name, name) not in untold:
            found[name] = origin
    return found


def changed_by(change: Change, follows: str = "") -> SetBy:
    """What one change says of its field."""
    return SetBy(
        at=change.at,
        source=change.source,
        reference=change.reference,
        by=change.actor.get_username() if change.actor else "",
        before=None if follows else change.before,
        follows=follows,
    )


def _newer(one: Change | None, other: Change | None) -> Change | None:
    found = [change for change in (one, other) if change is not None]
    return max(found, key=lambda change: change.pk, default=None)


def _untold(record: Mirrored, resource: Resource) -> frozenset[str]:
    connector = record.connection.connector
    never = details.of(record, resource, connector) == details.Fetched.NEVER
    return details.only_in_detail(resource, connector) if never else frozenset()
