"""Records that came in since a creation of unknown outcome was sent, and that look like it: a person is asked."""

from django.db import transaction
from django.db.models import Q

from counterfoil.connectors.contract import Resource
from counterfoil.mirror import conflicts
from counterfoil.mirror.conflicts import Clash
from counterfoil.mirror.models import Conflict, ConflictKind, Customer, Decision, Write
from counterfoil.mirror.store.records import Stamp

MOST = 5


def raise_for(row: Customer, write: Write, stamp: Stamp) -> bool:
    """Whether there are any, and a conflict says which."""
    found = alike(row, write)
    if not found:
        return False
    theirs = [{"id": one.pk, "external_id": one.external_id, "name": one.name} for one in found]
    ours = {field: said["value"] for field, said in write.fields.items()}
    with transaction.atomic():
        conflicts.raise_open(Clash(row.pk, ConflictKind.CREATED, ours=ours, theirs=theirs), stamp, stamp.reference)
    return True


def alike(row: Customer, write: Write) -> list[Customer]:
    """Those that nobody here knew before, with the same name, VAT number, e-mail or phone, also where they were
    deleted since; but for those of which somebody has said that they are others."""
    same = Q()
    for field in ("name_key", "vat_normalized", "email_normalized", "phone_e164"):
        if value := getattr(row, field):
            same |= Q(**{field: value})
    settled = Conflict.objects.filter(
        resource=Resource.CUSTOMER, record_id=row.pk, kind=ConflictKind.CREATED, decision=Decision.NEW
    )
    others = [entry["id"] for theirs in settled.values_list("theirs", flat=True) for entry in theirs or ()]
    rows = Customer.objects.filter(
        same, connection_id=row.connection_id, first_seen_at__gte=write.created_at, external_id__isnull=False
    )
    return list(rows.exclude(pk__in=[row.pk, *others]).order_by("pk")[:MOST]) if same else []
