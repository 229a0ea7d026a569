"""Guards: a pass that would delete or rename unusually many rows stops and asks. Pure (DESIGN law 3, guards)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil import messages

SHARE = 0.05
"""Default share of a connection's rows that one pass may mark as missing, or rename, without approval."""
FLOOR = 20
"""This many rows may always go, or half of them all where that is fewer."""


@dataclass(frozen=True, slots=True)
class TrippedGuard:
    """Why a run stopped. `count` of `total` rows exceed the limit `allowed`.

    `kind` is "vanish", "rename", or "settled" for unpaid invoices that are not listed as unpaid any more;
    "retyped" for ids that are here in another form, with an example (now, before); "columns" for mapped ones that
    are gone.
    """

    kind: str
    count: int
    total: int = 0
    allowed: int = 0
    example: tuple[str, str] = ("", "")
    columns: tuple[str, ...] = ()

    def sentence(self, resource: str) -> str:
        """Say in one sentence what the run would do to records of a resource, and what the limit is."""
        if self.kind == "columns":
            return messages.sync.COLUMNS_GONE(
                columns=", ".join(f"“{column}”" for column in self.columns), count=self.count, resource=resource
            )
        if self.kind == "retyped":
            now, before = self.example
            return messages.sync.IDS_RETYPED(count=self.count, resource=resource, now=now, before=before)
        template = {
            "vanish": messages.sync.WOULD_DELETE,
            "rename": messages.sync.WOULD_RENAME,
            "settled": messages.sync.WOULD_SETTLE,
        }[self.kind]
        share = self.count / max(self.total, 1)
        return template(count=self.count, total=self.total, share=share, limit=self.allowed, resource=resource)


def guard_share(settings: Mapping[str, Any]) -> float:
    """Return the share (0 to 1) that the settings of a connection allow."""
    return float(settings.get("guard_share", SHARE))


def allowed_count(total: int, share: float = SHARE) -> int:
    """Return how many of `total` rows one pass may change: the share, but at least the floor."""
    return max(int(total * share), min(FLOOR, total // 2))


def guard_deletions(absent: int, total: int, share: float = SHARE) -> TrippedGuard | None:
    """Check how many of `total` rows a provably complete pass did not list."""
    limit = allowed_count(total, share)
    return TrippedGuard("vanish", absent, total, limit) if absent > limit else None


def guard_settled(settled: int, unpaid: int) -> TrippedGuard | None:
    """Check how many of the `unpaid` invoices a listing of them did not hold.

    They are read one by one, so that many payments are no danger; but an empty answer is none of them.
    """
    limit = max(unpaid // 2, FLOOR)
    return TrippedGuard("settled", settled, unpaid, limit) if settled > limit else None


def guard_renames(renamed: int, total: int, share: float = SHARE) -> TrippedGuard | None:
    """Check how many of `total` rows a pass would rename: another tenant's data, a wrong id column."""
    limit = allowed_count(total, share)
    return TrippedGuard("rename", renamed, total, limit) if renamed > limit else None


def rename_limit(rows: int, share: float, *, full: bool) -> int:
    """Return how many of all `rows` may be renamed before the pass is over.

    A pass of changes lists few rows, all of which may have been renamed: it has the final limit from the start.
    """
    return min(FLOOR, rows // 2) if full else allowed_count(rows, share)


def looks_like_another_tenant(renamed: int, known: int, limit: int) -> bool:
    """Tell, in the middle of a pass, whether most rows listed so far have another name, and more than `limit`.

    From then on nothing is written, not even new rows, until the pass is over and the guard can decide.
    """
    return renamed * 2 > known and renamed > limit


@dataclass(slots=True)
class ChangeGate:
    """Counts what a running pass would do, and closes where every change has to wait for the pass as a whole.

    `known` are listed rows that existed before, `renamed` those of them with another name, `retyped` new records
    whose id is here in another form, with an `example` (now, before); `absent_columns` are mapped but not there,
    and not approved. `compute_limit` returns how many may be renamed, whatever their share. A dry run holds
    nothing back: it writes nothing.
    """

    compute_limit: Callable[[], int]
    known: int = 0
    renamed: int = 0
    retyped: int = 0
    example: tuple[str, str] = ("", "")
    absent_columns: tuple[str, ...] = ()
    dry_run: bool = False
    _limit: int | None = None

    @property
    def closed(self) -> bool:
        """Whether every change has to wait for the end of the pass."""
        return bool(self.absent_columns or self.retyped) or self.too_many_renamed

    @property
    def too_many_renamed(self) -> bool:
        """Whether most rows listed so far have another name."""
        if self.renamed * 2 <= self.known or not self.renamed:
            return False
        if self._limit is None:
            self._limit = (
                self.compute_limit()
            )  # only once, and only where it matters: counting rows takes a moment
        return looks_like_another_tenant(self.renamed, self.known, self._limit)

    def count(self, known: int, renamed: int, retyped: int = 0) -> None:
        """Add the counts of a batch, before any of it is written. Negative counts take them back."""
        self.known += known
        self.renamed += renamed
        self.retyped += retyped
