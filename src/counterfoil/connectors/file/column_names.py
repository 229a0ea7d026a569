"""Recognise the columns of a file by their names, which stand in the folder `names`.

Where several columns fit a field, the order is: one that is not about somebody's second address, private phone or
the like (`words.toml`); the name with the fewest words around it; one that has values in the sample; the name that
stands first in its list; the one with more values in the sample; the one that stands first in the file.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from counterfoil.connectors.file.heading import PLAIN, Meaning, NameTable, is_path, words_of
from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.file.row import FileRow
from counterfoil.normalize.text import is_blank

type Sample = Sequence[Mapping[str, Any]]
"""The values of some rows, by column."""

_WHOLE = {
    "customer": frozenset({"customer_name", "customer", "company", "full_name", "name_or_first_name"}),
    "contact_person": frozenset(),
    "invoice": frozenset(
        {
            "external_id",
            "customer_external_id",
            "customer_number",
            "customer_name",
            "number",
            "reference",
            "status",
            "date",
        }
        | {"due_date", "currency", "total", "balance", "paid_on"}
    ),
}
"""Contents whose names no other words may surround: the name of somebody's bank is no customer's name."""
_ORDER = (PLAIN, "business", "billing", "visiting", "mailing", "home", "delivery", "other")


SAMPLE_ROWS = 200


def sample_of(rows: Iterable[FileRow]) -> list[dict[str, Any]]:
    """Return the values of the first rows that can be read, as they are mapped."""
    flatten = FileReader().flatten
    found = [flatten("", row.values) for row in islice(rows, SAMPLE_ROWS) if not row.problem]
    return [row | _of_lists(row) for row in found]


def _of_lists(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the first object in each list of objects, by path."""
    firsts = ((column, value[0]) for column, value in row.items() if _has_objects(value))
    return {f"{column}.{key}": value for column, first in firsts for key, value in first.items()}


def _has_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


_IN_OBJECTS = frozenset({"phone", "mobile", "email", "website"})
"""What is found in an object by the key that usually holds it (`mapping/list_value.py`)."""


class ColumnMatch(NamedTuple):
    """A column and what its name can mean. `filled` counts its values in the sample."""

    column: str
    meaning: Meaning
    position: int
    filled: int


class Columns:
    """The columns of a file by what they can hold, as a table of names reads them."""

    def __init__(self, columns: Iterable[str], table: NameTable, sample: Sample = ()) -> None:
        inner = dict.fromkeys(path for row in sample for path in _of_lists(row))
        self.all = list(dict.fromkeys([*columns, *inner]))
        self._table = table
        self._sample = sample
        self._known: set[str] = set()
        self._by_kind: dict[str, list[ColumnMatch]] = {}
        lists = {column for row in sample for column, value in row.items() if _has_objects(value)}
        for position, column in enumerate(self.all):
            filled = len(self.values(column))
            meanings = table.meanings(column)
            if meanings:
                self._known.add(column)
            for meaning in meanings:
                if column in lists and meaning.kind not in _IN_OBJECTS:
                    continue  # of an address, which of its values is first says nothing
                candidate = ColumnMatch(column, meaning, position, filled)
                self._by_kind.setdefault(meaning.kind, []).append(candidate)

    def values(self, column: str) -> list[str]:
        """Return the texts of a column in the sample, without empty ones."""
        texts = (str(value).strip() for row in self._sample if (value := row.get(column)) is not None)
        return [text for text in texts if not is_blank(text)]

    def pairs(self, column: str, other: str) -> list[tuple[str, str]]:
        """Return the texts of two columns in the rows of the sample that have both."""
        both = ((str(row.get(column) or "").strip(), str(row.get(other) or "").strip()) for row in self._sample)
        return [pair for pair in both if all(pair)]

    def has_second(self, kind: str) -> bool:
        """Tell whether a column is the second one of a kind, as "PLZ 2"."""
        numbered = [words for column in self.all if "2" in (words := words_of(column))]
        firsts = (" ".join(word for word in words if word != "2") for words in numbered)
        return any(meaning.kind == kind for first in firsts for meaning in self._table.meanings(first))

    def candidates(self, kind: str, without: Collection[str] = ()) -> list[ColumnMatch]:
        """Return the columns that can hold a kind of content, the best first."""
        found = [each for each in self._by_kind.get(kind, ()) if each.column not in without]
        best: dict[str, ColumnMatch] = {}
        for each in sorted(found, key=self._preference):
            best.setdefault(each.column, each)
        return list(best.values())

    def pick(self, kind: str, without: Collection[str] = (), which: str | None = None) -> str | None:
        """Return the best column for a kind of content, only of one address if `which` says so."""
        found = self.candidates(kind, without)
        if which is not None:
            found = [each for each in found if each.meaning.which in {which, PLAIN}]
        return found[0].column if found else None

    def is_known(self, column: str) -> bool:
        """Tell whether a column is called like some kind of content, or is a value within another record."""
        return column in self._known or is_path(column)

    def follower(self, column: str) -> str | None:
        """Return the column that stands behind another one."""
        at = self.all.index(column) + 1
        return self.all[at] if at < len(self.all) else None

    def _preference(self, candidate: ColumnMatch) -> tuple[int, ...]:
        meaning = candidate.meaning
        has_none = bool(self._sample) and not candidate.filled
        return (
            has_none,
            _ORDER.index(meaning.which),
            meaning.distance,
            meaning.rank,
            -candidate.filled,
            candidate.position,
        )


@cache
def table(resource: str) -> NameTable:
    """Read the names of a resource's columns: "customer", "contact_person" or "invoice"."""
    return NameTable(resource, _WHOLE[resource])


def find_columns(
    columns: Iterable[str], resource: str, fields: Iterable[str], sample: Sample = ()
) -> dict[str, str]:
    """Return the best column of each of these fields; no column is that of two."""
    found = Columns(columns, table(resource), sample)
    chosen: dict[str, str] = {}
    for field in fields:
        column = found.pick(field, without=chosen.values())
        if column is not None:
            chosen[field] = column
    return chosen
