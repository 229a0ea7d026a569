"""What writes have sent that people should know of: invalid values, and those that the system kept otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.mirror.models import Change, Source, Write


@dataclass(frozen=True, slots=True)
class SentValue:
    """A value that was sent although it is `invalid` (the reason), or that the system has `kept` otherwise."""

    record_id: int
    field: str
    value: Any
    invalid: str = ""
    kept: Any = None


def notable_values(writes: Iterable[Write]) -> list[SentValue]:
    """Return the values of writes that need a word, in the order of the writes."""
    return [
        SentValue(write.record_id, field, sent["value"], sent.get("invalid", ""), sent.get("kept"))
        for write in writes
        for field, sent in write.fields.items()
        if sent.get("invalid") or sent.get("kept") is not None
    ]


def of_run(run_id: int) -> list[SentValue]:
    """Return the values of a run's writes that need a word, oldest first."""
    return notable_values(Write.objects.filter(run_id=run_id).order_by("id").only("record_id", "fields"))


def of_changes(changes: Sequence[Change]) -> Mapping[int, SentValue]:
    """Return the sent values that lines of one record's history are about, by the key of the change.

    An edit made the value that was sent, a push brought the one that the system kept.
    """
    edits = [change for change in changes if change.source in (Source.EDIT, Source.PUSH)]
    if not edits:
        return {}
    writes = Write.objects.filter(resource=edits[0].resource, record_id=edits[0].record_id).order_by("id")
    sent = notable_values(writes.only("record_id", "fields"))
    found: dict[int, SentValue] = {}
    for change in edits:
        for value in sent:
            of_edit = change.source == Source.EDIT and value.invalid and change.after == value.value
            if change.field == value.field and (of_edit or _is_kept(change, value)):
                found[change.pk] = value
    return found


def _is_kept(change: Change, value: SentValue) -> bool:
    return change.source == Source.PUSH and value.kept is not None and change.after == value.kept
