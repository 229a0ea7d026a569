"""A new customer: which connection, a form, whether it is there already, and the customer's page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from counterfoil.connections import factory
from counterfoil.console.customers.edit import kept_here, roles_known, to_customer
from counterfoil.console.customers.edit_form import CustomerForm
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site import visibility
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.edits import create
from counterfoil.edits.find_or_create import find_or_create
from counterfoil.errors import CounterfoilError
from counterfoil.matching.score import Hit
from counterfoil.mirror.models import Connection, Customer, State

if TYPE_CHECKING:
    from counterfoil.console.customers.admin import CustomerAdmin


def page(admin: "CustomerAdmin", request: HttpRequest) -> HttpResponse:
    """Where several connections can be written, which; then the form."""
    found = writable(request)
    chosen = request.GET.get("connection", "")
    connection = next((one for one in found if str(one.pk) == chosen), found[0] if len(found) == 1 else None)
    if connection is None and chosen:
        raise Http404
    if connection is None:
        return admin.render_page(
            request, "console/choose_connection.html", None, connections=found, title="New customer"
        )
    return _form(admin, request, connection, several=len(found) > 1)


def discard(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Give up one that was never created upstream; it stays on record."""
    with ErrorNotices(request):
        create.discard_customer(customer, current_user(request))
        messages.success(request, f"{customer} is discarded: it is not created upstream.")
    return to_customer(customer)


def writable(request: HttpRequest) -> list[Connection]:
    """The connections, of those that the person may see, in which customers can be made."""
    seen = visibility.narrow(request, Connection.objects.select_related("owner"))
    return [connection for connection in seen if factory.writer(connection) is not None]


def _form(admin: "CustomerAdmin", request: HttpRequest, connection: Connection, *, several: bool) -> HttpResponse:
    draft = Customer(connection=connection, state=State.LOCAL)
    form = CustomerForm({}, kept_here(draft), data=request.POST if request.method == "POST" else None)
    hits: Sequence[Hit] = ()
    if form.is_valid():
        try:
            creation = find_or_create(
                connection, form.typed, current_user(request), anyway="_anyway" in request.POST
            )
        except CounterfoilError as error:
            form.add_error(None, str(error))
        else:
            if creation.made and creation.customer is not None:
                return to_customer(creation.customer)
            hits = creation.resolution.hits if creation.resolution else ()
    return admin.render_page(
        request,
        "console/new_customer.html",
        None,
        form=form,
        connection=connection,
        several=several,
        hits=[_shown(hit) for hit in hits],
        title="New customer",
        **roles_known(request),
    )


def _shown(hit: Hit) -> dict[str, object]:
    one = hit.candidate
    return {
        "name": one.name,
        "called": one.external_id or "not created upstream yet",
        "url": reverse("admin:counterfoil_mirror_customer_change", args=[one.key]),
        "alike": f"{hit.score:.0%}",
        "why": hit.why,
    }
