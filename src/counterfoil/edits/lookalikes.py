"""Customers that may be the one that is being created: they appeared meanwhile, perhaps made by a colleague."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from counterfoil.connectors.page import Resource
from counterfoil.ingest import conflicts, customer_contacts
from counterfoil.ingest.conflicts import NewConflict
from counterfoil.ingest.created_here import holds_values_sent
from counterfoil.mirror.models import (
    Change,
    Conflict,
    ConflictKind,
    ContactPerson,
    Customer,
    Decision,
    Invoice,
    PendingDeletion,
    PendingEdit,
    State,
    Write,
)
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import ChangeSource, field_value, write_history

MAX_LOOKALIKES = 5
_IDENTITY = ("name_key", "vat_normalized")
_CONTACTS = ("email_normalized", "phone_e164")


def find_namesakes(row: Customer) -> list[Customer]:
    """Find customers with the same name or VAT number that appeared after a local one was made here."""
    alive = _similar(row, _IDENTITY, row.first_seen_at).exclude(state=State.TOMBSTONE)
    return list(alive[:MAX_LOOKALIKES])


def find_lookalikes(row: Customer, write: Write) -> list[Customer]:
    """Find customers first seen since the write with the same name, VAT number, e-mail or phone.

    Deleted ones count too.
    """
    return list(_similar(row, (*_IDENTITY, *_CONTACTS), write.created_at)[:MAX_LOOKALIKES])


def is_equal(write: Write, other: Customer) -> bool:
    """Tell whether a customer has every value that a creation has sent."""
    values = {name: field_value(other, name) for name in write.fields}
    return holds_values_sent(write.fields, values, other.country_code or other.connection.country)


def open_created_conflict(row: Customer, found: Sequence[Customer], source: ChangeSource) -> None:
    """Open a conflict that asks which of the customers found is the one that is being created."""
    theirs = [{"id": other.pk, "external_id": other.external_id, "name": other.name} for other in found]
    ours = dict(PendingEdit.objects.for_record(row.pk).order_by("id").values_list("field", "value"))
    question = NewConflict(row.pk, ConflictKind.CREATED, ours=ours, theirs=theirs)
    conflicts.open_or_update(question, source, source.reference)


@transaction.atomic
def release_twin(write: Write, source: ChangeSource) -> bool:
    """Merge the row that a page or a webhook has made of the record that this write has created.

    It came before anything said that the record is ours. It gives up the record's id and points to the local row,
    to which the next read gives it, and a deletion that a person has confirmed. A row with a history of its own
    stays. Returns whether one was merged.
    """
    rows = Customer.objects.select_for_update(of=("self",)).select_related("connection").order_by("pk")
    local = rows.filter(pk=write.record_id, external_id=None, state=State.LOCAL).first()
    twin = rows.filter(
        connection_id=write.connection_id,
        external_id=write.external_id,
        state=State.PRESENT,
        first_seen_at__gte=write.created_at,
    ).first()
    if local is None or twin is None or _has_history(twin) or not is_equal(write, twin):
        return False
    for followers in (ContactPerson.objects, Invoice.objects):
        followers.filter(customer=twin).update(customer=local)
    customer_contacts.refresh(write.connection_id, [local.pk, twin.pk])
    PendingDeletion.objects.for_record(twin.pk).update(record_id=local.pk)
    Customer.objects.filter(pk=twin.pk).update(
        external_id=None, state=State.MERGED, state_at=source.at, merged_into=local, version=twin.version + 1
    )
    write_history([(twin.pk, FieldChange("state", twin.state, State.MERGED.value), source.reference)], source)
    return True


def _similar(row: Customer, columns: Sequence[str], since: datetime) -> "QuerySet[Customer]":
    """Select customers first seen since then that share a value; not those that a person has called others."""
    same = Q(pk__in=())
    for column in columns:
        if value := getattr(row, column):
            same |= Q(**{column: value})
    settled = Conflict.objects.for_record(row.pk).filter(kind=ConflictKind.CREATED, decision=Decision.NEW)
    others = [entry["id"] for theirs in settled.values_list("theirs", flat=True) for entry in theirs or ()]
    rows = Customer.objects.select_related("connection").filter(
        same, connection_id=row.connection_id, first_seen_at__gte=since, external_id__isnull=False
    )
    return rows.exclude(pk__in=[row.pk, *others]).order_by("pk")


def _has_history(row: Customer) -> bool:
    """Tell whether anything but the first observation concerns a row."""
    changes = Change.objects.filter(resource=Resource.CUSTOMER, record_id=row.pk)
    of_record = (table.for_record(row.pk) for table in (PendingEdit.objects, Conflict.objects, Write.objects))
    merged = Customer.objects.filter(merged_into=row)
    return changes.exists() or merged.exists() or any(rows.exists() for rows in of_record)
