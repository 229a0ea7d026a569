"""Holds back what the name guard must judge first, so that nothing suspicious is written meanwhile (law 3).

A renamed row waits for the end of its pass, when the share is known. As soon as most known rows of a pass come
with another name, everything waits, new rows too: it may be another tenant's data.
"""

from dataclasses import dataclass

from counterfoil.mirror import guard


@dataclass(slots=True)
class Gate:
    """Counts of one pass so far. `known` are listed rows that we had already."""

    known: int = 0
    renamed: int = 0

    @property
    def closed(self) -> bool:
        """Whether everything has to wait."""
        return guard.suspicious(self.renamed, self.known)

    def count(self, known: int, renamed: int) -> None:
        """Add a batch, before any of it is written."""
        self.known += known
        self.renamed += renamed
