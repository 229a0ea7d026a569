"""Where a record's values come from, as its page says it."""

from dataclasses import dataclass
from datetime import datetime

from counterfoil.console.payload import brief
from counterfoil.mirror.models import Source
from counterfoil.mirror.sources import SetBy

_BY_RUN = frozenset(Source.values) - {Source.DELIVERY, Source.EDIT}


@dataclass(frozen=True, slots=True)
class Told:
    """What set one value. `before` is None where it is the first, or not kept."""

    called: str
    at: datetime
    by: str
    run: int | None
    delivery: int | None
    before: str | None
    first: bool


def told(found: SetBy | None) -> Told | None:
    """What set a value, in words; None where nothing is known of it."""
    if found is None:
        return None
    return Told(
        called=found.called,
        at=found.at,
        by=found.by,
        run=run(found.source, found.reference),
        delivery=delivery(found.source, found.reference),
        before=None if found.first or found.follows else brief(found.before),
        first=found.first,
    )


def run(source: str, reference: int | None) -> int | None:
    """The run that a source names, where it is one."""
    return reference if source in _BY_RUN else None


def delivery(source: str, reference: int | None) -> int | None:
    """The delivery that a source names, where it is one."""
    return reference if source == Source.DELIVERY else None
