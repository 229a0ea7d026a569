"""When a pass would do too much at once to be believed, it stops and asks. Pure (DESIGN law 3, guards)."""

from collections.abc import Callable
from dataclasses import dataclass

SHARE = 0.05
"""Default share of a connection's rows that one pass may let vanish, or give another name."""
FLOOR = 20
"""Rows: so many may always go, or half of them all where that is fewer."""


@dataclass(frozen=True, slots=True)
class TrippedGuard:
    """Why a run stopped. `kind` is "vanish" or "rename"."""

    kind: str
    count: int
    total: int
    allowed: int

    def sentence(self) -> str:
        """In words, for people."""
        share = f"{self.count:,} of {self.total:,} customers ({self.count / max(self.total, 1):.0%})"
        does = "would be marked as missing" if self.kind == "vanish" else "would get another name"
        return f"{share} {does} in one pass; {self.allowed:,} may without asking."


def allowed_count(total: int, share: float = SHARE) -> int:
    """How many of `total` rows may go in one pass: the share, but at least the floor."""
    return max(int(total * share), min(FLOOR, total // 2))


def guard_deletions(absent: int, total: int, share: float = SHARE) -> TrippedGuard | None:
    """`absent` of `total` rows were not listed by a provably complete pass."""
    limit = allowed_count(total, share)
    return TrippedGuard("vanish", absent, total, limit) if absent > limit else None


def guard_renames(renamed: int, total: int, share: float = SHARE) -> TrippedGuard | None:
    """`renamed` of `total` known rows came with another name in one pass (another tenant, a wrong id column)."""
    limit = allowed_count(total, share)
    return TrippedGuard("rename", renamed, total, limit) if renamed > limit else None


def rename_limit(rows: int, share: float, *, full: bool) -> int:
    """How many of all `rows` may come with another name before the pass is over. A pass of changes lists few, and
    all of those may be renamed; what it may do is known from the beginning."""
    return min(FLOOR, rows // 2) if full else allowed_count(rows, share)


def looks_like_another_tenant(renamed: int, known: int, at_once: int) -> bool:
    """Early sign in the middle of a pass: most known rows so far come with another name, and more than may.

    From here on nothing is written, not even new rows, until the pass is over and the guard can be judged.
    """
    return renamed * 2 > known and renamed > at_once


@dataclass(slots=True)
class RenameGate:
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
        return looks_like_another_tenant(self.renamed, self.known, self._may)

    def count(self, known: int, renamed: int) -> None:
        """Add a batch, before any of it is written."""
        self.known += known
        self.renamed += renamed
