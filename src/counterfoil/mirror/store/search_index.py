"""The interface of the search index over customers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any

from django.db.models import QuerySet

from counterfoil.mirror.pagination import Cursor


class Among(Enum):
    """Which matches are meant."""

    ALL = auto()
    NAMES = auto()
    OTHERS = auto()
    """All that do not match by name."""


type FewKeys = Callable[[], Sequence[int] | None]
"""Returns the keys of rows where those are few, else None."""


class SearchIndex(ABC):
    """Finds customers by words; every word is the beginning of a word of the record."""

    @abstractmethod
    def condition(self, words: Sequence[str], among: Among) -> tuple[str, str]:
        """Build the SQL that is true for a customer who matches, and its one parameter."""

    @abstractmethod
    def filter(self, rows: "QuerySet[Any]", few: FewKeys, words: Sequence[str], among: Among) -> "QuerySet[Any]":
        """Narrow rows to those that match, in no order."""

    @abstractmethod
    def keys(
        self,
        rows: "QuerySet[Any]",
        few: FewKeys,
        words: Sequence[str],
        among: Among,
        cursor: Cursor | None = None,
        *,
        back: bool = False,
        limit: int,
    ) -> list[int]:
        """List up to `limit` matching keys from the beginning (the end, if `back`), or beside the cursor's row."""

    @abstractmethod
    def estimate(self, rows: "QuerySet[Any]") -> int:
        """Estimate how many rows a query returns; 0 where the database has no cheap estimate."""
