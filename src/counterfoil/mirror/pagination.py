"""Keyset pagination: a page starts beside a row, so that a deep page costs as much as the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model, Q, QuerySet

LONGEST_KEY = 18
"""Digits of the longest possible key."""


def parse_key(text: str) -> int | None:
    """Read a row's key from an address or a form; None for any other text, however many digits it has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY else None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row beside which a page starts, and on which side.

    It holds only the row's key, because an address must not contain a customer's name.
    """

    key: int
    back: bool

    def __str__(self) -> str:
        return f"{'before' if self.back else 'after'}-{self.key}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Read a cursor from an address; None for any other text."""
        side, _, key = text.partition("-")
        found = parse_key(key)
        return None if found is None or side not in ("before", "after") else cls(found, side == "before")


@dataclass(frozen=True, slots=True)
class Ordered:
    """Rows in an order that ends in a unique column, so that each has its own place."""

    rows: "QuerySet[Any]"

    def keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """List up to `limit` keys from the beginning (the end, if `back`), or beside the cursor's row.

        They come in reading order also if `back`. The cursor's row need not be among `rows` any more; where it
        does not exist at all, the list is empty.
        """
        columns = [_column(self.rows.model, part) for part in self.rows.query.order_by]
        rows = self.rows.reverse() if back else self.rows
        if cursor is not None:
            values = _values(self.rows, columns, cursor.key)
            if values is None:
                return []
            rows = rows.filter(_beyond(columns, values, back=back))
        found = list(rows.values_list("pk", flat=True)[:limit])
        return found[::-1] if back else found

    def holds(self, key: int) -> bool:
        """Tell whether a row is among them."""
        return self.rows.filter(pk=key).exists()


class _Column(NamedTuple):
    name: str
    descending: bool
    nullable: bool


def _column(model: type[Model], part: Any) -> _Column:
    name, descending = str(part).removeprefix("-"), str(part).startswith("-")
    nullable = name != "pk" and bool(model._meta.get_field(name).null)  # noqa: SLF001  Django's documented way
    return _Column(name, descending, nullable)


def _values(rows: "QuerySet[Any]", columns: Sequence[_Column], key: int) -> tuple[Any, ...] | None:
    every = rows.model._default_manager  # noqa: SLF001
    found: tuple[Any, ...] | None = every.filter(pk=key).values_list(*[column.name for column in columns]).first()
    return found


def _beyond(columns: Sequence[_Column], values: Sequence[Any], *, back: bool) -> Q:
    """Build the condition for the rows that come after the one with these values."""
    condition = Q(pk__in=())
    for column, value in reversed(list(zip(columns, values, strict=True))):
        condition = _past(column, value, back=back) | (_same(column, value) & condition)
    if values[0] is None:
        return condition
    # The first column is repeated alone, so that an index scan can start there.
    return _past(columns[0], values[0], back=back, same="e") & condition


def _past(column: _Column, value: Any, *, back: bool, same: str = "") -> Q:
    down = column.descending != back
    nulls_follow = connection.features.order_by_nulls_first == down
    if value is None:
        return Q(pk__in=()) if nulls_follow else Q(**{f"{column.name}__isnull": False})
    condition = Q(**{f"{column.name}__{'lt' if down else 'gt'}{same}": value})
    return condition | Q(**{f"{column.name}__isnull": True}) if column.nullable and nulls_follow else condition


def _same(column: _Column, value: Any) -> Q:
    return Q(**{f"{column.name}__isnull": True}) if value is None else Q(**{column.name: value})
