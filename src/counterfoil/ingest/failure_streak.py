"""Whether reads that fail say something about their records or about everything. Pure (DESIGN law 9)."""

from dataclasses import dataclass, replace

from counterfoil.errors import CounterfoilError, ReadRefused, RetryLater

SEVERAL = 5
"""So many different records in a row whose reads fail alike may fail because all reads do."""


@dataclass(frozen=True, slots=True)
class FailureStreak:
    """The records whose reads have failed alike since the last answer.

    `kind` tells failures apart; `limit` is how many records may share one before it is doubted that it is theirs.
    """

    kind: str = ""
    records: frozenset[str] = frozenset()
    limit: int = SEVERAL

    @property
    def suspicious(self) -> bool:
        """Whether another record has to be read, to see whether anything is answered at all."""
        return len(self.records) >= self.limit

    def after(self, record: str, error: CounterfoilError | None) -> "FailureStreak":
        """Return the streak after one more read; `error` is None where it was answered."""
        if error is None:
            return FailureStreak()
        kind = failure_kind(error)
        if kind != self.kind:
            return FailureStreak(kind, frozenset({record}))
        return replace(self, records=self.records | {record})

    def excused(self) -> "FailureStreak":
        """Return the streak after another record was answered: these failures belong to their records.

        Refusals are doubted later each time, since many records may be hidden from a key. A system that fails for
        a while, and not for every record, is doubted as soon as before.
        """
        limit = SEVERAL if self.kind == _TEMPORARY else self.limit * 2
        return FailureStreak(self.kind, frozenset(), limit)


_TEMPORARY = "temporary"


def failure_kind(error: CounterfoilError) -> str:
    """Name the kind of a failure: temporary ones are alike whatever their cause, refusals by their status."""
    if isinstance(error, RetryLater):
        return _TEMPORARY
    return f"{type(error).__name__}: {error.message}"


def error_of_all(error: CounterfoilError) -> CounterfoilError:
    """Return the error to raise where a failed read turned out to be no fault of its record."""
    return error.of_resource if isinstance(error, ReadRefused) else error
