"""What the console's screens have in common. unfold's classes, with the types of Django's."""

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

from counterfoil.console.lists.pagination import CappedChangeList, Segment, capped_count
from counterfoil.console.site import visibility
from counterfoil.mirror.pagination import Ordered

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin as UnfoldModelAdmin

    class ModelAdmin(UnfoldModelAdmin):
        """Takes a model in brackets, as Django's own does for type checkers."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


class ListAdmin[M: Model](ModelAdmin[M]):
    """A list with a bar of filters above it, in pages, without counting the whole table."""

    change_list_template = "console/list.html"
    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False
    actions = None
    list_foot: ClassVar[str] = ""
    """A template shown below the list."""
    nothing_yet: ClassVar[str] = "There is nothing here yet."
    """What an empty list says when no filter is set."""
    add_words: ClassVar[str] = ""
    """What the button says that adds one; without them it is a plus."""
    begin_template: ClassVar[str] = ""
    """Shown below that: what to do so that there is something."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours: pages without a count."""
        return CappedChangeList

    def get_queryset(self, request: HttpRequest) -> "QuerySet[M]":
        """Only what the person may see. Lists, pages and buttons all begin here."""
        return visibility.narrowed(request, super().get_queryset(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By what a row holds itself: an address could else ask, letter by letter, for what no page shows."""
        first, _, rest = lookup.partition("__")
        others = {field.name for field in self.opts.get_fields() if field.is_relation}
        return not (rest and first in others) and super().lookup_allowed(lookup, value, request)

    def record(self, request: HttpRequest, pk: int) -> M:
        """The record of a button or a piece of a page; one that may not be seen is not found."""
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def changelist_view(self, request: HttpRequest, extra_context: "dict[str, Any] | None" = None) -> HttpResponse:
        """Called by what it lists, not "Select one to view"."""
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def parts(self, listed: CappedChangeList) -> Sequence[Segment]:
        """What the pages of a list are read from: all of it in its one order, unless a list knows better."""
        return [Ordered(listed.queryset)]

    def total(self, listed: CappedChangeList, parts: Sequence[Segment]) -> tuple[int | None, bool]:
        """How many rows there are in all pages, and whether there are more than were counted."""
        return capped_count(listed.queryset)

    def note(self, parts: Sequence[Segment]) -> str:
        """What should be said about the order of the rows, if anything."""
        return ""

    def rows_shown(self, rows: list[M]) -> None:
        """The rows of the page that is about to be drawn, for what is cheaper to look up for all at once."""

    def draw(self, request: HttpRequest, template: str, record: M | None, **context: Any) -> TemplateResponse:
        """A template inside the console's frame."""
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
    """Records that are looked at on a page of their own: nothing is added, edited or deleted there."""

    page_template: ClassVar[str]

    def page(self, request: HttpRequest, record: M) -> dict[str, Any]:
        """What the template needs."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Records come from the engine."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Read-only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Read-only."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Whoever may change them may look at them."""
        codes = (f"{self.opts.app_label}.{what}_{self.opts.model_name}" for what in ("view", "change"))
        return any(request.user.has_perm(code) for code in codes)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The record's page."""
        record = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        if record is None:
            messages.warning(request, f"There is no such {self.opts.verbose_name} (any more).")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return self.draw(request, self.page_template, record, **self.page(request, record))


def person(request: HttpRequest) -> AbstractBaseUser:
    """Who is logged in. The site lets nobody else through."""
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101
    return request.user
