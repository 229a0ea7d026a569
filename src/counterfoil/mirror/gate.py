"""Holds back what the name guard must judge first, so that nothing suspicious is written meanwhile (law 3).

A renamed row waits for the end of its pass, when the share is known. As soon as most known rows of a pass come
with another name, everything waits, new rows too: it may be another tenant's data.
"""

from collections.abc import Callable
from dataclasses import dataclass

from counterfoil.mirror import guard


@dataclass(slots=True)
class Gate:
    """Counts of one pass so far. `known` are listed rows that we had already; `at_once` tells how many may be
    renamed whatever their share."""

    at_once: Callable[[], int]
    known: int = 0
    renamed: int = 0
    _may: int | None = None

    @property
    def closed(self) -> bool:
        """Whether everything has to wait."""
        if self.renamed * 2 <= self.known or not self.renamed:
            return False
        if self._may is None:
            self._may = self.at_once()  # asked once, and only where it matters: counting rows takes a moment
        return guard.suspicious(self.renamed, self.known, self._may)

    def count(self, known: int, renamed: int) -> None:
        """Add a batch, before any of it is written."""
        self.known += known
        self.renamed += renamed
