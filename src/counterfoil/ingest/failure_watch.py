"""Watch the reads of one run, and end it where their failures are not those of single records."""

from collections.abc import Callable

from counterfoil.errors import CounterfoilError
from counterfoil.ingest.failure_streak import FailureStreak, error_of_all


class FailureWatch:
    """The failures of the reads of one run. Threads may share it.

    `is_answered` reads a record other than the given ones, by the same way, and returns whether it was answered.
    """

    def __init__(self, is_answered: Callable[[frozenset[str]], bool]) -> None:
        self._is_answered = is_answered
        self._streak = FailureStreak()
        self._error: CounterfoilError | None = None

    @property
    def doubtful(self) -> bool:
        """Whether the newest read failed, so that the next ones may show that everything fails."""
        return bool(self._streak.records)

    def note(self, record: str, error: CounterfoilError | None) -> None:
        """Note how a read ended. Raises the error of all of them where nothing else is answered either."""
        self._streak = self._streak.after(record, error)
        if error is None:
            return
        self._error = error
        if self._streak.suspicious:
            self._ask(self._streak.records, error)

    def check(self) -> None:
        """Settle what several failures mean, where no more reads follow. Raises as `note`."""
        records, error = self._streak.records, self._error
        if len(records) > 1 and error is not None:
            self._ask(records, error)

    def _ask(self, records: frozenset[str], error: CounterfoilError) -> None:
        if not self._is_answered(records):
            raise error_of_all(error) from error
        self._streak = self._streak.excused()
