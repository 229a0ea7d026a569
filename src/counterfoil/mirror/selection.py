"""A selection of customers: a search with filters, or a few picked rows.

The parameters are those of the list's address. The list, a run over a selection and an export all use this module,
so that they select the same rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Self

from django.db.models import Max, Model, QuerySet
from django.utils import timezone

from counterfoil.mirror import edit_status
from counterfoil.mirror.enums import State
from counterfoil.mirror.long_missing import missing_for_long
from counterfoil.mirror.models import Customer
from counterfoil.mirror.pagination import parse_key
from counterfoil.mirror.search import search, without_deleted

type Rows = QuerySet[Customer]

SEARCH = "q"
DELETED = "deleted"
"""The choice to search among deleted customers too; it narrows nothing."""
NONE = "-"
"""The choice for rows without a value."""
MOST_PICKED = 200
"""Rows that can be picked: those of one page. More are selected by a search and filters."""
MISSING_FOR_LONG = "missing_for_long"
"""The choice for missing rows of a month or more, besides the states."""
PERIODS = {"today": 0, "7": 7, "30": 30}
"""Choices of "changed since", in days before today; any other choice is a date."""
_EARLIEST = date(1970, 1, 1)
_BIGGEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Boundary:
    """When a selection was made, and the highest key then: rows that match later do not belong to it."""

    newest: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows with the keys `picked`; without any, all rows that match the search and the filters.

    `visible` are the connections that the user can see; None where they can see all.
    """

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    picked: tuple[int, ...] = ()
    boundary: Boundary | None = None
    visible: tuple[int, ...] | None = None

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str], picked: Sequence[str] = ()) -> Self:
        """Read the parameters of an address or a form. Unknown ones are ignored."""
        given = {name: parameters.get(name, "").replace("\0", "") for name in (SEARCH, *FILTERS)}
        keys = {key for one in picked if (key := parse_key(one)) is not None}
        return cls(
            search=given.pop(SEARCH).strip(),
            filters={name: chosen for name, chosen in given.items() if chosen},
            picked=tuple(sorted(key for key in keys if key <= _BIGGEST_KEY)[:MOST_PICKED]),
        )

    def bounded(self, now: datetime) -> Self:
        """Limit the selection to the rows that match now."""
        newest = Customer.objects.aggregate(newest=Max("pk"))["newest"] or 0
        return replace(self, boundary=Boundary(newest, now))

    def rows(self, now: datetime) -> Rows:
        """Return the customers, in no order.

        A row written after the boundary has been read since, so it needs no reading; and only a written row can
        match newly.
        """
        rows = Customer.objects.all()
        if self.visible is not None:
            rows = rows.filter(connection_id__in=self.visible)
        if self.picked:
            return rows.filter(pk__in=self.picked)
        if self.boundary is not None:
            now = self.boundary.at
            rows = rows.filter(pk__lte=self.boundary.newest, updated_at__lte=now)
        for name, chosen in self.filters.items():
            rows = apply_filter(rows, name, chosen, now)
        if not self.search:
            return rows
        return search(rows if wants_deleted(self.filters) else without_deleted(rows), self.search)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of an address."""
        return {**({SEARCH: self.search} if self.search else {}), **self.filters}

    @property
    def names(self) -> list[str]:
        """The names of its filters, without values, for the log."""
        if self.picked:
            return ["picked"]
        return ["search" if name == SEARCH else name for name in self.parameters]

    def stored(self) -> dict[str, Any]:
        """Convert to JSON types."""
        fields: dict[str, Any] = {"picked": list(self.picked)} if self.picked else {"query": self.parameters}
        if self.visible is not None:
            fields["visible"] = list(self.visible)
        if self.boundary is not None:
            fields["newest"], fields["at"] = self.boundary.newest, self.boundary.at.isoformat()
        return fields

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `stored` returned."""
        found = cls.from_parameters(stored.get("query", {}), [str(key) for key in stored.get("picked", ())])
        if "visible" in stored:
            found = replace(found, visible=tuple(stored["visible"]))
        if "at" not in stored:
            return found
        return replace(found, boundary=Boundary(int(stored["newest"]), datetime.fromisoformat(stored["at"])))


def wants_deleted(filters: Mapping[str, str]) -> bool:
    """Tell whether a search with these filters finds deleted customers too."""
    return bool(filters.get(DELETED) or filters.get("state"))


def apply_filter(rows: Rows, name: str, chosen: str, now: datetime) -> Rows:
    """Apply one filter. An invalid choice matches no row."""
    return FILTERS[name](rows, chosen, now)


def of_connection[M: Model](rows: QuerySet[M], chosen: str) -> QuerySet[M]:
    """Filter rows of any table by the key of their connection."""
    key = parse_key(chosen)
    return rows.none() if key is None else rows.filter(connection_id=key)


def changed_since(chosen: str, now: datetime) -> datetime | None:
    """Return the start of the chosen day; None for what is neither a period nor a date."""
    today = timezone.localtime(now).date()
    try:
        day = today - timedelta(PERIODS[chosen]) if chosen in PERIODS else date.fromisoformat(chosen)
    except ValueError:
        return None
    day = min(max(day, _EARLIEST), today + timedelta(1))
    return timezone.make_aware(datetime.combine(day, time.min))


def _equal(column: str, rows: Rows, chosen: str, _: datetime) -> Rows:
    return rows.filter(**{column: None if chosen == NONE else chosen})


def _state(rows: Rows, chosen: str, now: datetime) -> Rows:
    if chosen == MISSING_FOR_LONG:
        return missing_for_long(rows, now)
    rows = rows.filter(state=chosen)
    return rows if chosen == State.PRESENT else rows.exclude(state=State.PRESENT)  # in the words of the index


def _active(rows: Rows, chosen: str, _: datetime) -> Rows:
    return rows.filter(is_active=chosen == "yes")


def _invalid(rows: Rows, chosen: str, _: datetime) -> Rows:
    some = rows.exclude(invalid={})  # in the words of the index
    return some if chosen == "any" else some.filter(invalid__has_key=chosen)


def _changed(rows: Rows, chosen: str, now: datetime) -> Rows:
    since = changed_since(chosen, now)
    return rows.none() if since is None else rows.filter(updated_at__gte=since)


def _edits(rows: Rows, chosen: str, _: datetime) -> Rows:
    found = edit_status.FILTERS.get(chosen)
    return rows.none() if found is None else found(rows)


FILTERS: dict[str, Callable[[Rows, str, datetime], Rows]] = {
    "connection": lambda rows, chosen, _: of_connection(rows, chosen),
    "role": partial(_equal, "role"),
    "country": partial(_equal, "country_code"),
    "state": _state,
    "active": _active,
    "invalid": _invalid,
    "changed": _changed,
    "edits": _edits,
    DELETED: lambda rows, *_: rows,
}
"""Filters by the name of their parameter."""
