"""Find the records of a batch that the database refuses, where `mirror.storable` has let them pass (DESIGN law 9).

The batch is halved, and each half is written in a transaction that is rolled back, until the bad record stands
alone.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from counterfoil import messages
from counterfoil.ingest.batch import Batch
from counterfoil.ingest.commit import write_records
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.base import ChangeSource

if TYPE_CHECKING:
    from counterfoil.ingest.session import IngestSession


class _Undone(Exception):
    """Rolls back what was only tried."""


def find_refused(
    session: "IngestSession", batch: Batch, source: ChangeSource, run_id: int | None
) -> dict[str, messages.Message]:
    """Return the ids of the records that cannot be written, each with the reason. Raises LostRace."""

    def refused(ids: Sequence[str]) -> Iterator[tuple[str, messages.Message]]:
        error = _try_to_write(session, batch.only(set(ids)), source, run_id)
        if error is None:
            return
        if len(ids) == 1:
            yield ids[0], refused_reason(error)
            return
        middle = len(ids) // 2
        yield from refused(ids[:middle])
        yield from refused(ids[middle:])

    return dict(refused(batch.writes()))


def _try_to_write(
    session: "IngestSession", batch: Batch, source: ChangeSource, run_id: int | None
) -> Exception | None:
    """Write a batch and take it back. Returns the error that says that one of its values cannot be stored."""
    try:
        with transaction.atomic():
            write_records(session, batch, source, run_id)
            raise _Undone
    except _Undone:
        return None
    except Exception as error:
        if current_dialect().refuses_value(error):
            return error
        raise


def refused_reason(error: Exception) -> messages.Message:
    """Say why a record cannot be stored, without the text of the error, which may repeat the value."""
    kind = type(error.__cause__ or error).__name__
    return messages.ingest.VALUE_REFUSED(database=current_dialect().title(), kind=kind)
