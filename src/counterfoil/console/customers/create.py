"""Creating a customer: choose a connection, fill in a form, and check whether the customer already exists."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from counterfoil.connections import factory, wording
from counterfoil.console.customers.edit import kept_here, known_roles, redirect_to_customer
from counterfoil.console.customers.edit_form import WITH_INVALID, CustomerForm
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site import visibility
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.edits import create
from counterfoil.edits.find_or_create import find_or_create
from counterfoil.errors import CounterfoilError, DoubtfulInput
from counterfoil.matching.score import Hit
from counterfoil.mirror.models import Connection, Customer, State

if TYPE_CHECKING:
    from counterfoil.console.customers.admin import CustomerAdmin


ANYWAY = "_anyway"
"""The name of the button that creates a customer although similar ones exist."""


def page(admin: "CustomerAdmin", request: HttpRequest) -> HttpResponse:
    """Show the choice of connections where several accept customers, then the form."""
    connections = writable_connections(request)
    chosen = request.GET.get("connection", "")
    only = connections[0] if len(connections) == 1 else None
    connection = next((each for each in connections if str(each.pk) == chosen), only)
    if connection is None and chosen:
        raise Http404
    if connection is None:
        return admin.render_page(
            request, "console/choose_connection.html", None, connections=connections, title="New customer"
        )
    return _form(admin, request, connection, several=len(connections) > 1)


def discard(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Discard a customer that was never sent to the connected system; its row is kept as deleted."""
    with ErrorNotices(request):
        create.discard_customer(customer, current_user(request))
        system = wording.system(customer.connection)
        messages.success(request, f"{customer} is discarded and will not be created in {system}.")
    return redirect_to_customer(customer)


def writable_connections(request: HttpRequest) -> list[Connection]:
    """Return the connections that the user sees and that accept new customers."""
    seen = visibility.narrow(request, Connection.objects.select_related("owner"))
    return [connection for connection in seen if factory.writer(connection) is not None]


def _form(admin: "CustomerAdmin", request: HttpRequest, connection: Connection, *, several: bool) -> HttpResponse:
    draft = Customer(connection=connection, state=State.LOCAL)
    form = CustomerForm({}, kept_here(draft), data=request.POST if request.method == "POST" else None)
    hits: Sequence[Hit] = ()
    if form.is_valid():
        try:
            creation = find_or_create(
                connection,
                form.typed,
                current_user(request),
                anyway=ANYWAY in request.POST,
                with_invalid=WITH_INVALID in request.POST,
            )
        except DoubtfulInput as error:
            form.show_doubts(error.fields)
        except CounterfoilError as error:
            form.add_error(None, str(error))
        else:
            if creation.created and creation.customer is not None:
                return redirect_to_customer(creation.customer)
            hits = creation.resolution.hits if creation.resolution else ()
    system = wording.system(connection)
    return admin.render_page(
        request,
        "console/new_customer.html",
        None,
        form=form,
        connection=connection,
        system=system,
        several=several,
        agreed=[name for name in (ANYWAY, WITH_INVALID) if name in request.POST],
        hits=[_hit_context(hit, system) for hit in hits],
        title="New customer",
        **known_roles(request),
    )


def _hit_context(hit: Hit, system: str) -> dict[str, object]:
    candidate = hit.candidate
    return {
        "name": candidate.name,
        "external_id": candidate.external_id or f"not yet in {system}",
        "url": reverse("admin:counterfoil_mirror_customer_change", args=[candidate.key]),
        "score": f"{hit.score:.0%}",
        "why": hit.reason,
    }
