"""What a customer's page offers to delete or deactivate it: whether a deletion waits, and who may do what."""

from typing import Any

from django.http import HttpRequest

from counterfoil.console.site import permissions
from counterfoil.edits import activity, delete
from counterfoil.mirror.models import Customer, PendingDeletion, State, Write, WriteKind

_NOT_THERE = (State.LOCAL, State.TOMBSTONE, State.MERGED)
"""States of customers that the connected system does not have."""


def context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Return the template context about a customer's deletion."""
    may_delete = request.user.has_perm(permissions.DELETE)
    pending = PendingDeletion.objects.for_record(customer.pk).select_related("asked_by").first()
    sent = Write.objects.for_record(customer.pk).unfinished().filter(kind=WriteKind.DELETE).first()
    possible = customer.state not in _NOT_THERE and delete.why_not_deletable(customer.connection) is None
    may_edit = request.user.has_perm(permissions.EDIT) and customer.state == State.PRESENT and pending is None
    return {
        "may_set_active": may_edit and activity.can_be_set(customer.connection),
        "deletion": pending,
        "deletion_sent": sent,
        "may_delete": may_delete and possible and (pending is None or bool(pending.held)),
        "may_keep": may_delete and pending is not None and sent is None,
    }
