"""The interface of the search index over customers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db.models import QuerySet

from counterfoil.mirror.pagination import Cursor
from counterfoil.normalize.typed_terms import Alternatives


class Among(Enum):
    """Which matches are meant."""

    ALL = auto()
    NAMES = auto()
    OTHERS = auto()
    """All that do not match by name."""


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """What is looked up: customers who match every term, and not every term of `unless`, if there is any."""

    terms: tuple[Alternatives, ...]
    among: Among = Among.ALL
    unless: tuple[Alternatives, ...] = ()


type FewKeys = Callable[[], Sequence[int] | None]
"""Returns the keys of rows where those are few, else None."""


class SearchIndex(ABC):
    """Finds customers by the words of their record, or how these begin."""

    @abstractmethod
    def condition(self, query: IndexQuery) -> tuple[str, str]:
        """Build the SQL that is true for a customer who matches, and its one parameter."""

    @abstractmethod
    def filter(self, rows: "QuerySet[Any]", few: FewKeys, query: IndexQuery) -> "QuerySet[Any]":
        """Narrow rows to those that match, in no order."""

    @abstractmethod
    def keys(
        self,
        rows: "QuerySet[Any]",
        few: FewKeys,
        query: IndexQuery,
        cursor: Cursor | None = None,
        *,
        back: bool = False,
        limit: int,
        few_match: bool = False,
    ) -> list[int]:
        """List up to `limit` matching keys from the beginning (the end, if `back`), or beside the cursor's row.

        `few_match` says that collecting all matches is cheaper than walking the rows in the order of their keys.
        """

    @abstractmethod
    def words_of(self, key: int) -> set[str]:
        """Return all words by which a customer is found."""

    @abstractmethod
    def estimate(self, rows: "QuerySet[Any]") -> int:
        """Estimate how many rows a query returns; 0 where the database has no cheap estimate."""
