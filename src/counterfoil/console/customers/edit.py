"""Editing a customer: a form of its fields, and a field taken back."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from counterfoil.console.customers import edit_status
from counterfoil.console.customers.edit_form import ROLES, CustomerForm
from counterfoil.console.lists import filters
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.console.widgets.badges import ROLE_COLOURS
from counterfoil.edits import edit as customer_edit
from counterfoil.edits import field_paths, prefetch
from counterfoil.errors import CounterfoilError
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.models import Conflict, Customer, PendingEdit, State
from counterfoil.mirror.store.base import field_value

if TYPE_CHECKING:
    from counterfoil.console.customers.admin import CustomerAdmin


def page(admin: "CustomerAdmin", request: HttpRequest, customer: Customer) -> HttpResponse:
    """The form; once it is filled in, the customer's page."""
    if barred := edit_status.why_not_editable(customer):
        messages.warning(request, barred)
        return to_customer(customer)
    if request.method == "GET":
        prefetch.fetch_details(customer, current_user(request))
    form = _form(request, customer)
    if form.is_valid():
        try:
            made = customer_edit.edit_customer(customer, form.typed, current_user(request))
        except CounterfoilError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, edit_status.saved(made))
            return to_customer(customer)
    return admin.render_page(
        request,
        "console/edit_customer.html",
        customer,
        form=form,
        title=f"Edit {customer}",
        never_written=edit_status.never_written(customer.connection),
        **roles_known(request),
    )


def take_back(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Let the upstream's value of one field count again."""
    edits = PendingEdit.objects.for_record(customer.pk)
    edit = get_object_or_404(edits, field=request.POST.get("field", "").replace("\0", ""))
    if customer.state == State.LOCAL:
        messages.warning(request, "It is not upstream yet, so there is nothing to go back to: edit it instead.")
        return to_customer(customer)
    with ErrorNotices(request):
        customer_edit.undo_edit(edit, current_user(request))
        messages.success(request, f"{edit_status.names([edit.field])} is what the upstream says again.")
    return to_customer(customer)


def to_customer(customer: Customer) -> HttpResponse:
    """Its page."""
    return redirect("admin:counterfoil_mirror_customer_change", customer.pk)


def roles_known(request: HttpRequest) -> dict[str, Any]:
    """Suggestions for a role: those that occur, and those that have a colour."""
    found = {facet.value for facet in filters.read_facets(request, Customer, "role") if facet.value}
    return {"roles": sorted(found | ROLE_COLOURS.keys()), "roles_id": ROLES}


def kept_here(customer: Customer, fields: Iterable[str] = EDITABLE) -> frozenset[str]:
    """Those of the fields that are never sent, since the upstream has no place for them."""
    places = field_paths.customer_paths(customer.connection, customer)
    return frozenset(field for field in fields if places is None or not places.has(field))


def _form(request: HttpRequest, customer: Customer) -> CustomerForm:
    open_ones = Conflict.objects.for_record(customer.pk).open().exclude(field="")
    return CustomerForm(
        {name: field_value(customer, name) for name in EDITABLE},
        kept_here(customer),
        {conflict.field: conflict.pk for conflict in open_ones},
        request.POST if request.method == "POST" else None,
    )
