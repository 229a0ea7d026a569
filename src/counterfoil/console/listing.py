"""Pages of a list without counting the table: one row more than shown says whether there is a next page.

First the keys of the page are looked up (an index answers that), then their rows; so a page deep in a long list
does not drag the payloads of all rows before it along. The total is counted up to MOST_COUNTED only.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

MOST_COUNTED = 10_000
LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Turning:
    """Where in a list a page stands, and the ways on and back. In the place of Django's paginator."""

    number: int
    first: int
    last: int
    total: int
    capped: bool
    more: bool
    before: str
    after: str
    template_name: str = "console/turning.html"


def keys(rows: "QuerySet[Any]", number: int, size: int) -> tuple[list[Any], bool]:
    """The primary keys of a page (counted from one), and whether there are more after it."""
    start = (number - 1) * size
    found = list(rows.values_list("pk", flat=True)[start : start + size + 1])
    return found[:size], len(found) > size


def capped_count(rows: "QuerySet[Any]") -> tuple[int, bool]:
    """How many rows, and whether there are more than were counted."""
    counted = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return min(counted, MOST_COUNTED), counted > MOST_COUNTED


class CappedChangeList(ChangeList):
    """Django's list, with its counting taken out."""

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page asked for."""
        size, number = self.list_per_page, max(self.page_num, 1)
        if number > LAST_PAGE:
            raise IncorrectLookupParameters
        found, more = keys(self.queryset, number, size)
        if not found and number > 1:
            raise IncorrectLookupParameters
        first = (number - 1) * size
        if more or first:
            total, capped = capped_count(self.queryset)
        else:
            total, capped = len(found), False
        self.result_list = self._rows(request, found)
        self.result_count = self.full_result_count = total
        self.show_full_result_count = self.can_show_all = self.multi_page = self.show_admin_actions = False
        self.paginator = Turning(
            number=number,
            first=first + 1,
            last=first + len(found),
            total=total,
            capped=capped,
            more=more,
            before=self.get_query_string({PAGE_VAR: number - 1}) if number > 1 else "",
            after=self.get_query_string({PAGE_VAR: number + 1}) if more else "",
        )

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter is set, so that an empty list says something about it."""
        return bool(self.query) or any(_chosen(spec) for spec in self.filter_specs)

    def _rows(self, request: HttpRequest, found: list[Any]) -> list[Any]:
        rows = self.apply_select_related(self.model_admin.get_queryset(request)).in_bulk(found)
        shown = [rows[key] for key in found if key in rows]
        self.model_admin.rows_shown(shown)  # type: ignore[attr-defined]
        return shown


def _chosen(spec: Any) -> bool:
    chosen = spec.value()
    return chosen is not None and chosen != getattr(spec, "usual", None)
