"""The deletion on a customer's page: whether it waits, why it was held, and who may do what about it."""

from typing import Any

from django.http import HttpRequest

from counterfoil.console.site import permissions
from counterfoil.edits import delete
from counterfoil.mirror.models import Customer, PendingDeletion, State, Write, WriteKind

_NOT_THERE = (State.LOCAL, State.TOMBSTONE, State.MERGED)
"""States of customers that the connected system does not have."""


def context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Return the template context about a customer's deletion."""
    may_delete = request.user.has_perm(permissions.DELETE)
    pending = PendingDeletion.objects.for_record(customer.pk).select_related("asked_by").first()
    sent = Write.objects.for_record(customer.pk).unfinished().filter(kind=WriteKind.DELETE).first()
    possible = customer.state not in _NOT_THERE and delete.why_not_deletable(customer.connection) is None
    return {
        "deletion": pending,
        "deletion_sent": sent,
        "may_delete": may_delete and possible and (pending is None or bool(pending.held)),
        "may_keep": may_delete and pending is not None and sent is None,
    }
