"""What depends on a customer: what a person is shown before it is deleted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from counterfoil.mirror.models import (
    Change,
    Conflict,
    ContactPerson,
    Customer,
    Invoice,
    PendingEdit,
    Source,
    State,
)

SETTLED = ("paid", "void", "draft")
"""Statuses of invoices on which nothing is owed."""
_GROWING = ("persons", "invoices", "unpaid")
"""What another person, or the connected system, may add meanwhile."""


@dataclass(frozen=True, slots=True)
class Dependents:
    """How many records of each kind depend on a customer. `unpaid` are those of the invoices that are owed."""

    persons: int = 0
    invoices: int = 0
    unpaid: int = 0
    edits: int = 0
    conflicts: int = 0

    @classmethod
    def of_customer(cls, customer: Customer) -> "Dependents":
        """Count them as they are now."""
        invoices = Invoice.objects.filter(customer=customer).exclude(state=State.TOMBSTONE)
        return cls(
            persons=ContactPerson.objects.filter(customer=customer).exclude(state=State.TOMBSTONE).count(),
            invoices=invoices.count(),
            unpaid=invoices.exclude(status__in=SETTLED).filter(balance__gt=0).count(),
            edits=PendingEdit.objects.for_record(customer.pk).count(),
            conflicts=Conflict.objects.for_record(customer.pk).open().count(),
        )

    def to_json(self) -> dict[str, int]:
        """Return the counts by kind."""
        return asdict(self)

    def exceed(self, seen: Mapping[str, int]) -> bool:
        """Tell whether more persons or invoices depend on it than were seen."""
        return any(getattr(self, kind) > seen.get(kind, 0) for kind in _GROWING)


_NO_CHANGE = ("state", "upstream_created_at")


def last_change(customer: Customer) -> int:
    """Return the key of a customer's newest change; 0 where it never changed."""
    newest = Change.objects.filter(resource="customer", record_id=customer.pk).order_by("-id")
    return newest.values_list("pk", flat=True).first() or 0


def fields_changed_since(customer: Customer, seen: int) -> list[str]:
    """Return the fields that have changed after the change with this key.

    Without what only our mapping did, and without when it was created, which becomes known late and never changes.
    """
    later = Change.objects.filter(resource="customer", record_id=customer.pk, pk__gt=seen)
    fields = later.exclude(field__in=_NO_CHANGE).exclude(source=Source.MAPPING).order_by("id")
    return list(dict.fromkeys(fields.values_list("field", flat=True)))
