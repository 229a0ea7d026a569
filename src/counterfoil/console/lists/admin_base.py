"""Base classes of the console's screens: unfold's classes with the types of Django's."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from counterfoil.console.lists.pagination import CappedChangeList, Segment, count_capped
from counterfoil.console.site import visibility
from counterfoil.mirror.pagination import Ordered

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin as UnfoldModelAdmin

    class ModelAdmin(UnfoldModelAdmin):
        """Unfold's class, which also takes a model in brackets as Django's does for type checkers."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


class ListAdmin[M: Model](ModelAdmin[M]):
    """A list in pages with filters above it. It never counts the whole table."""

    change_list_template = "console/list.html"
    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False
    actions = None
    foot_template: ClassVar[str] = ""
    """A template below the list."""
    empty_text: ClassVar[str] = "There is nothing here yet."
    """The heading of an empty list while no filter is set."""
    add_label: ClassVar[str] = ""
    """The label of the button that adds a record; unfold's plus sign where this is empty."""
    empty_template: ClassVar[str] = ""
    """A template below that heading: what to do to get records."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CappedChangeList

    def get_queryset(self, request: HttpRequest) -> "QuerySet[M]":
        """Return only rows that the user may see. Lists, pages and buttons all start from here."""
        return visibility.narrow(request, super().get_queryset(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse lookups across relations: they would reveal, letter by letter, what no page shows."""
        first, _, rest = lookup.partition("__")
        relations = {field.name for field in self.opts.get_fields() if field.is_relation}
        return not (rest and first in relations) and super().lookup_allowed(lookup, value, request)

    def get_record(self, request: HttpRequest, pk: int) -> M:
        """Return a record that the user may see. Raises Http404 for any other."""
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def changelist_view(self, request: HttpRequest, extra_context: "dict[str, Any] | None" = None) -> HttpResponse:
        """Title the list with what it lists, not "Select one to view"."""
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def segments(self, listed: CappedChangeList) -> Sequence[Segment]:
        """Return the segments that pages are read from: by default all rows in the list's own order."""
        return [Ordered(listed.queryset)]

    def total(self, listed: CappedChangeList, segments: Sequence[Segment]) -> tuple[int | None, bool]:
        """Return the number of rows in all pages, and whether there are more than were counted."""
        return count_capped(listed.queryset)

    def note(self, segments: Sequence[Segment]) -> str:
        """Explain the order of the rows where users need to know it; empty otherwise."""
        return ""

    def prepare_rows(self, rows: list[M]) -> None:
        """Look up what a page's rows need, for all of them at once."""

    def render_page(
        self, request: HttpRequest, template: str, record: M | None, **context: Any
    ) -> TemplateResponse:
        """Render a template inside the console's frame."""
        request.current_app = self.admin_site.name
        frame = self.admin_site.each_context(request)
        return TemplateResponse(
            request,
            template,
            {
                **frame,
                "opts": self.opts,
                "original": record,
                "title": str(record or ""),
                "is_fullwidth": "1",
                **context,
            },
        )


class PageAdmin[M: Model](ListAdmin[M]):
    """Records with a read-only page of their own: nothing is added, edited or deleted there."""

    page_template: ClassVar[str]

    @abstractmethod
    def page_context(self, request: HttpRequest, record: M) -> dict[str, Any]:
        """Return the context of `page_template`."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Let whoever may change records also look at them."""
        codes = (f"{self.opts.app_label}.{what}_{self.opts.model_name}" for what in ("view", "change"))
        return any(request.user.has_perm(code) for code in codes)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the record's page."""
        record = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        if record is None:
            messages.warning(request, f"This {self.opts.verbose_name} does not exist any more.")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return self.render_page(request, self.page_template, record, **self.page_context(request, record))


def current_user(request: HttpRequest) -> AbstractBaseUser:
    """Return the logged-in user. The site lets no anonymous request through."""
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101
    return request.user
