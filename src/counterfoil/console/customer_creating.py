"""A new customer: which connection, a form, and the customer's page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse

from counterfoil.console import visibility
from counterfoil.console.base import person
from counterfoil.console.customer_editing import kept_here, roles_known, to_customer
from counterfoil.console.edit_form import CustomerForm
from counterfoil.edits import local
from counterfoil.errors import CounterfoilError
from counterfoil.mirror import catalog
from counterfoil.mirror.models import Connection, Customer, State

if TYPE_CHECKING:
    from counterfoil.console.customers import CustomerAdmin


def creation(connection: Connection, typed: Mapping[str, str], user: AbstractBaseUser) -> Customer:
    """The customer that somebody asks for. Raises what `local.create` raises."""
    return local.create(connection, typed, user)


def page(admin: "CustomerAdmin", request: HttpRequest) -> HttpResponse:
    """Where several connections can be written, which; then the form."""
    found = writable(request)
    chosen = request.GET.get("connection", "")
    connection = next((one for one in found if str(one.pk) == chosen), found[0] if len(found) == 1 else None)
    if connection is None and chosen:
        raise Http404
    if connection is None:
        return admin.draw(request, "console/choose_connection.html", None, connections=found, title="New customer")
    return _form(admin, request, connection, several=len(found) > 1)


def writable(request: HttpRequest) -> list[Connection]:
    """The connections, of those that the person may see, in which customers can be made."""
    seen = visibility.narrowed(request, Connection.objects.select_related("owner"))
    return [connection for connection in seen if catalog.writer(connection) is not None]


def _form(admin: "CustomerAdmin", request: HttpRequest, connection: Connection, *, several: bool) -> HttpResponse:
    draft = Customer(connection=connection, state=State.LOCAL)
    form = CustomerForm({}, kept_here(draft), data=request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = creation(connection, form.typed, person(request))
        except CounterfoilError as error:
            form.add_error(None, str(error))
        else:
            return to_customer(made)
    return admin.draw(
        request,
        "console/new_customer.html",
        None,
        form=form,
        connection=connection,
        several=several,
        title="New customer",
        **roles_known(request),
    )
