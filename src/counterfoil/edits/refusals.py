"""What an upstream does not take, by the field that it speaks of."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from counterfoil.edits import upstream, writes
from counterfoil.edits.places import Places
from counterfoil.errors import Refused
from counterfoil.mirror.models import Customer, Write, WriteState
from counterfoil.mirror.work import Work


@transaction.atomic
def end(work: Work, write: Write, error: Refused) -> None:
    """A write that the upstream has turned down: its words stand on the fields, and the run counts it."""
    row = Customer.objects.select_for_update(of=("self",)).select_related("connection").get(pk=write.record_id)
    places = upstream.places(row.connection, row)
    if write.step == 0:
        writes.not_sent(write)
    if places is not None:
        writes.refuse(write, by_field(error, write, places))
    writes.end(write, WriteState.REFUSED, error.message)
    work.lease.renew(failed=F("failed") + 1)


def by_field(error: Refused, write: Write, places: Places) -> dict[str, str]:
    """Its words by field. Those that name none of what was sent stand on every field of the write."""
    found: dict[str, str] = {}
    others: list[str] = []
    for path, words in error.fields.items():
        field = _field(path, write.fields, places)
        if field is None:
            others.append(f"{path}: {words}" if path else words)
        else:
            found[field] = words
    if not found:
        return dict.fromkeys(write.fields, "; ".join(others) or error.message)
    return found


def _field(path: str, sent: Mapping[str, object], places: Places) -> str | None:
    """Upstreams name a value by its path, or by the last step of it."""
    for field in sent:
        known = places.setting(field) or ""
        if path and path in (field, known, known.rpartition(".")[2]):
            return field
    return None
