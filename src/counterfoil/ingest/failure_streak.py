"""Whether reads that fail say something about their records or about everything. Pure (DESIGN law 9)."""

from dataclasses import dataclass, replace

from counterfoil.errors import CounterfoilError, ReadRefused, RetryLater

SEVERAL = 5
"""So many different records in a row whose reads fail alike may fail because all reads do."""


@dataclass(frozen=True, slots=True)
class FailureStreak:
    """The records whose reads have failed alike since the last answer.

    `kind` tells failures apart; `several` is how many records may share one before it is doubted that it is
    theirs, and `excuses` how often it turned out to be.
    """

    kind: str = ""
    records: frozenset[str] = frozenset()
    several: int = SEVERAL
    excuses: int = 0

    @property
    def suspicious(self) -> bool:
        """Whether another record has to be read, to see whether anything is answered at all.

        Refusals are doubted later each time, since many records may be hidden from a key. A system that fails for
        a while, and not for every record, is doubted as soon as before.
        """
        doublings = 0 if self.kind == _TEMPORARY else self.excuses
        return len(self.records) >= self.several << doublings

    def after(self, record: str, error: CounterfoilError | None) -> "FailureStreak":
        """Return the streak after one more read; `error` is None where it was answered."""
        if error is None:
            return FailureStreak(several=self.several)
        kind = failure_kind(error)
        if kind != self.kind:
            return FailureStreak(kind, frozenset({record}), self.several)
        return replace(self, records=self.records | {record})

    def excused(self) -> "FailureStreak":
        """Return the streak after another record was answered: these failures belong to their records."""
        return replace(self, records=frozenset(), excuses=self.excuses + 1)


_TEMPORARY = "temporary"


def failure_kind(error: CounterfoilError) -> str:
    """Name the kind of a failure: temporary ones are alike whatever their cause, refusals by their status."""
    if isinstance(error, RetryLater):
        return _TEMPORARY
    return f"{type(error).__name__}: {error.message}"


def error_of_all(error: CounterfoilError) -> CounterfoilError:
    """Return the error to raise where a failed read turned out to be no fault of its record."""
    return error.of_resource if isinstance(error, ReadRefused) else error
