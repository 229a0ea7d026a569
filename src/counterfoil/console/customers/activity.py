"""Deactivating and activating a customer, where the connected system knows a way."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from counterfoil.connections import wording
from counterfoil.console.customers.edit import redirect_to_customer
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.edits import activity
from counterfoil.mirror.models import Customer


def set_active(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Deactivate or activate a customer, as the button says."""
    active = request.POST.get("active") == "yes"
    system = wording.system(customer.connection)
    with ErrorNotices(request):
        result: Any = activity.set_active(customer, current_user(request), active=active)
        word = "active" if active else "inactive"
        if result.pending:
            messages.success(request, f"Marked as {word} here, and in {system} the next time edits are sent.")
        elif result.undone:
            messages.success(request, f"Undone: {customer} is {word}, as in {system}.")
        else:
            messages.info(request, f"{customer} is {word} already.")
    return redirect_to_customer(customer)
