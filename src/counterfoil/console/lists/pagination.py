"""Pages of a list without counting the table and without walking past the rows before a page.

A page's address names the row next to it (`mirror/pagination.py`). The keys of the page are looked up first, from
an index alone, then their rows. One key more than shown tells whether there is a next page. The total is counted
up to MOST_COUNTED only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from counterfoil.console.site import visibility
from counterfoil.mirror.customer_search import CustomerSearch
from counterfoil.mirror.models import Connection
from counterfoil.mirror.pagination import Cursor

MOST_COUNTED = 1_000


class Segment(Protocol):
    """Rows with an order of their own. A list shows one segment after the other; no row is in two."""

    def keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """Return up to `limit` keys from the start (the end if `back`), or from the cursor's row on."""

    def holds(self, key: int) -> bool:
        """Return whether a row is in it."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Links to the next and previous page, in place of Django's paginator. `total` is None if unknown."""

    shown: int
    total: int | None
    capped: bool
    before: str
    after: str
    note: str = ""
    template_name: str = "console/pagination.html"


@dataclass(frozen=True, slots=True)
class ListPage:
    """The keys of one page, and whether there are rows before and after it."""

    keys: list[int]
    before: bool
    after: bool


def list_page(segments: Sequence[Segment], cursor: Cursor | None, size: int) -> ListPage:
    """Return the page next to the cursor's row; the first page where that row no longer exists."""
    back = cursor is not None and cursor.back
    found = _collect(segments, cursor, back=back, limit=size + 1)
    more = len(found) > size
    if cursor is not None and (not found or (back and not more)):
        return list_page(segments, None, size)
    kept = found[-size:] if back else found[:size]
    return ListPage(kept, before=more if back else cursor is not None, after=back or more)


def page_keys(rows: "QuerySet[Any]", number: int, size: int) -> tuple[list[Any], bool]:
    """Return the keys of a page (counted from 1) of a short list, and whether more follow."""
    start = (number - 1) * size
    found = list(rows.values_list("pk", flat=True)[start : start + size + 1])
    return found[:size], len(found) > size


def count_capped(rows: "QuerySet[Any]") -> tuple[int, bool]:
    """Return the number of rows up to MOST_COUNTED, and whether there are more."""
    counted = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return min(counted, MOST_COUNTED), counted > MOST_COUNTED


class CappedChangeList(ChangeList):
    """Django's list without its counting. `connections` are the keys of those that the user may see.

    `search` is that of customers, once their screen has built it of `query`.
    """

    search: CustomerSearch | None = None

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> "QuerySet[Any]":
        """Return all rows that match. `filtered` keeps those that match the filters without the search."""
        self.connections = list(visibility.narrow(request, Connection.objects.all()).values_list("pk", flat=True))
        query, self.query = self.query, ""
        self.filtered: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        self.query = query
        rows, _ = self.model_admin.get_search_results(request, self.filtered, query)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        """Read the rows of the requested page."""
        segments: Sequence[Segment] = self.model_admin.segments(self)  # type: ignore[attr-defined]
        page = list_page(segments, Cursor.read(request.GET.get(PAGE_VAR, "")), self.list_per_page)
        if page.before or page.after:
            total, capped = self.model_admin.total(self, segments)  # type: ignore[attr-defined]
        else:
            total, capped = len(page.keys), False
        self.result_list = self._rows(request, page.keys)
        self.result_count = self.full_result_count = total or 0
        self.show_full_result_count = self.can_show_all = self.multi_page = self.show_admin_actions = False
        self.paginator = Paging(
            shown=len(page.keys),
            total=total,
            capped=capped,
            before=self._address(Cursor(page.keys[0], back=True)) if page.before else "",
            after=self._address(Cursor(page.keys[-1], back=False)) if page.after else "",
            note=self.model_admin.note(segments),  # type: ignore[attr-defined]
        )

    @property
    def narrowed(self) -> bool:
        """Return whether a search or a filter is set, so that an empty list can mention it."""
        return bool(self.query) or any(_chosen(spec) for spec in self.filter_specs)

    def _address(self, cursor: Cursor) -> str:
        return self.get_query_string({PAGE_VAR: str(cursor)})

    def _rows(self, request: HttpRequest, found: list[Any]) -> list[Any]:
        whole = self.apply_select_related(self.model_admin.get_queryset(request))
        rows = whole.order_by().in_bulk(found)  # with an order SQLite would scan an index that has it
        shown = [rows[key] for key in found if key in rows]
        self.model_admin.prepare_rows(shown)  # type: ignore[attr-defined]
        return shown


def _collect(segments: Sequence[Segment], cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
    """Return keys in reading order, from the cursor's segment on through as many segments as it takes."""
    start = 0
    if cursor is not None and len(segments) > 1:
        start = next((at for at, segment in enumerate(segments) if segment.holds(cursor.key)), -1)
        if start < 0:
            return []
    found: list[int] = []
    for segment in reversed(segments[: start + 1]) if back else segments[start:]:
        some = segment.keys(cursor, back=back, limit=limit - len(found))
        found = some + found if back else found + some
        cursor = None
        if len(found) >= limit:
            break
    return found


def _chosen(spec: Any) -> bool:
    chosen = spec.value()
    return chosen is not None and chosen != getattr(spec, "default", None)
