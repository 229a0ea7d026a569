"""The records that a push could not send, and whether their failures are about everything (DESIGN law 9)."""

from counterfoil import messages
from counterfoil.edits.outbox import PushResult
from counterfoil.errors import CounterfoilError, Fatal, NeedsPerson, QuotaExhausted, SkipRecord, WriteForbidden
from counterfoil.ingest.failure_streak import FailureStreak
from counterfoil.mirror.models import Customer

MAX_FAILURES = 5
"""Records in a row that fail alike before the push stops: nothing can be sent."""
MAX_NAMED = 10
_WRITTEN = (PushResult.PUSHED, PushResult.CREATED)


class PushFailures:
    """The failures of one push of so many records. Threads may share it."""

    def __init__(self, records: int) -> None:
        self._streak = self._unbroken = FailureStreak(several=min(MAX_FAILURES, max(records, 1)))
        self._has_written = False
        self._errors: dict[int, CounterfoilError] = {}
        self.stopped_by: CounterfoilError | None = None
        """The error that keeps all other records from being sent."""

    def note_result(self, result: PushResult) -> None:
        """Note a record that did not fail."""
        self._streak = self._unbroken
        self._has_written = self._has_written or result in _WRITTEN

    def note_error(self, record: int, error: CounterfoilError) -> None:
        """Note a record that failed, and decide whether the push stops."""
        self._errors[record] = error
        if not isinstance(error, SkipRecord):  # whether all reads are refused is known where they are made
            self._streak = self._streak.after(str(record), error)
        if stops_push(self._streak, error, has_written=self._has_written):
            self.stopped_by = error

    def describe(self) -> str:
        """Return which records failed and why, the first ones of them, as the run's note."""
        named = list(self._errors.items())[:MAX_NAMED]
        rows = Customer.objects.only("external_id").in_bulk([record for record, _ in named])
        sentences = [
            messages.edits.RECORD_NOT_PUSHED(record=rows[record].external_id or f"#{record}", reason=error.message)
            for record, error in named
            if record in rows
        ]
        return messages.join(*sentences)


def stops_push(streak: FailureStreak, error: CounterfoilError, *, has_written: bool) -> bool:
    """Tell whether a failure keeps the other records from being sent too. Pure.

    A write that is forbidden is its record's problem once another one was accepted. Rejected credentials are
    always everybody's.
    """
    if isinstance(error, SkipRecord):
        return False
    if isinstance(error, WriteForbidden):
        return streak.suspicious and not has_written
    return isinstance(error, QuotaExhausted | NeedsPerson | Fatal) or streak.suspicious
