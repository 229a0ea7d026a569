"""Editing a customer: the form of its fields, and undoing an edit."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from counterfoil.connections import wording
from counterfoil.console.customers import edit_status
from counterfoil.console.customers.edit_form import ROLES, WITH_INVALID, CustomerForm
from counterfoil.console.lists import filters
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.console.widgets.badges import ROLE_COLOURS
from counterfoil.edits import edit as customer_edit
from counterfoil.edits import field_paths, prefetch
from counterfoil.errors import CounterfoilError, DoubtfulInput
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.models import Conflict, Customer, PendingEdit, State
from counterfoil.mirror.store.base import field_value

if TYPE_CHECKING:
    from counterfoil.console.customers.admin import CustomerAdmin


def page(admin: "CustomerAdmin", request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the form; save it and return to the customer's page once it is valid."""
    if barred := edit_status.why_not_editable(customer):
        messages.warning(request, barred)
        return redirect_to_customer(customer)
    if request.method == "GET":
        prefetch.fetch_details(customer, current_user(request))
    system = wording.system(customer.connection)
    form = _form(request, customer)
    if form.is_valid():
        try:
            result = customer_edit.edit_customer(
                customer, form.typed, current_user(request), with_invalid=WITH_INVALID in request.POST
            )
        except DoubtfulInput as error:
            form.show_doubts(error.fields)
        except CounterfoilError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, edit_status.result_text(result, system))
            return redirect_to_customer(customer)
    return admin.render_page(
        request,
        "console/edit_customer.html",
        customer,
        form=form,
        title=f"Edit {customer}",
        system=system,
        never_written=edit_status.why_not_writable(customer.connection),
        **known_roles(request),
    )


def undo(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Undo the edit of one field, so that the connected system's value applies again."""
    edits = PendingEdit.objects.for_record(customer.pk)
    edit = get_object_or_404(edits, field=request.POST.get("field", "").replace("\0", ""))
    system = wording.system(customer.connection)
    if customer.state == State.LOCAL:
        messages.warning(
            request,
            f"This customer is not in {system} yet, so there is no value to go back to. Edit the field instead.",
        )
        return redirect_to_customer(customer)
    with ErrorNotices(request):
        customer_edit.undo_edit(edit, current_user(request))
        name = edit_status.names([edit.field])
        messages.success(request, f"Undone: {name} is {wording.possessive(system)} value again.")
    return redirect_to_customer(customer)


def redirect_to_customer(customer: Customer) -> HttpResponse:
    return redirect("admin:counterfoil_mirror_customer_change", customer.pk)


def known_roles(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the list of suggested roles: those in use, and those that have a colour."""
    found = {facet.value for facet in filters.read_facets(request, Customer, "role") if facet.value}
    return {"roles": sorted(found | ROLE_COLOURS.keys()), "roles_id": ROLES}


def kept_here(customer: Customer, fields: Iterable[str] = EDITABLE) -> frozenset[str]:
    """Return those of the fields that are never sent because the connected system has no place for them."""
    paths = field_paths.customer_paths(customer.connection, customer)
    return frozenset(field for field in fields if paths is None or not paths.has(field))


def _form(request: HttpRequest, customer: Customer) -> CustomerForm:
    open_conflicts = Conflict.objects.for_record(customer.pk).open().exclude(field="")
    return CustomerForm(
        {name: field_value(customer, name) for name in EDITABLE},
        kept_here(customer),
        {conflict.field: conflict.pk for conflict in open_conflicts},
        request.POST if request.method == "POST" else None,
    )
