"""Deleting a customer in the connected system: what depends on it, the confirmation, and taking it back."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from counterfoil.connections import wording
from counterfoil.console.customers import push
from counterfoil.console.customers.edit import redirect_to_customer
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site import permissions
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.edits import activity, delete, prefetch
from counterfoil.edits.delete import DeletionQuestion
from counterfoil.errors import CounterfoilError
from counterfoil.mirror.models import Connection, Customer

if TYPE_CHECKING:
    from counterfoil.console.customers.admin import CustomerAdmin


def page(admin: "CustomerAdmin", request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show what depends on a customer and ask; once confirmed, record the deletion and send it."""
    system = wording.system(customer.connection)
    seen = request.POST.get("seen", "")
    if request.method == "GET":
        prefetch.fetch_details(customer, current_user(request))
    try:
        if request.method == "POST" and seen == DeletionQuestion.about(customer).mark:
            delete.confirm_deletion(customer, seen, current_user(request))
            return _send(request, customer)
        question = DeletionQuestion.about(customer)
    except CounterfoilError as error:
        messages.warning(request, str(error))
        return redirect_to_customer(customer)
    return admin.render_page(
        request,
        "console/delete_customer.html",
        customer,
        title=f"Delete {customer}",
        system=system,
        question=question,
        changed=bool(seen),
        instead=_instead(customer, system),
        missing_scope=delete.missing_scope(customer.connection),
        log_in=_log_in_address(request, customer.connection),
        back=reverse("admin:counterfoil_mirror_customer_change", args=[customer.pk]),
    )


def undo(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Keep a customer whose deletion still waits."""
    with ErrorNotices(request):
        if delete.undo_deletion(customer):
            messages.success(request, f"{customer} is kept in {wording.system(customer.connection)}.")
        else:
            messages.warning(request, f"{customer} is not about to be deleted.")
    return redirect_to_customer(customer)


def _instead(customer: Customer, system: str) -> str:
    """Tell whether a customer can be deactivated instead."""
    if not activity.can_be_set(customer.connection):
        return f"{system} has no way to deactivate a customer from here."
    return "You can also deactivate it instead: it then stays, with all that depends on it."


def _log_in_address(request: HttpRequest, connection: Connection) -> str:
    """Return where a connection is logged in again, for users who may do so."""
    if not request.user.has_perm(permissions.GRANT):
        return ""
    return reverse("admin:counterfoil_mirror_connection_key", args=[connection.pk])


def _send(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Queue the push that deletes the customer, for users who may send."""
    back = reverse("admin:counterfoil_mirror_customer_change", args=[customer.pk])
    if request.user.has_perm(permissions.PUSH):
        return push.queue_push(request, customer.connection, back, [customer.pk])
    messages.success(request, f"Confirmed: {customer} is deleted the next time edits are sent.")
    return redirect(back)
