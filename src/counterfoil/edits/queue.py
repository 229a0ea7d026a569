"""Which records wait to be pushed."""

from django.db.models import QuerySet

from counterfoil.connectors.contract import Resource
from counterfoil.mirror.models import UNFINISHED, Connection, Customer, PendingEdit, State, Write


def edits(connection: Connection) -> "QuerySet[PendingEdit]":
    """Edits that can be sent: nobody has to decide about them first, and the upstream has not refused them."""
    return PendingEdit.objects.filter(
        connection=connection, resource=Resource.CUSTOMER, here_only=False, conflict=None, refused=""
    )


def of_record(record_id: int) -> list[PendingEdit]:
    """Those of one record, in the order in which they were made."""
    rows = PendingEdit.objects.filter(resource=Resource.CUSTOMER, record_id=record_id, here_only=False)
    return list(rows.filter(conflict=None, refused="").order_by("id"))


def records(connection: Connection) -> list[int]:
    """The rows that a push has something to do with, oldest edit first: those with edits, and those of which a
    write was left whose outcome is not known."""
    waiting = list(edits(connection).order_by("id").values_list("record_id", flat=True))
    left = Write.objects.filter(connection=connection, state__in=UNFINISHED)
    found = dict.fromkeys([*left.order_by("id").values_list("record_id", flat=True), *waiting])
    there = Customer.objects.filter(pk__in=found).exclude(state__in=(State.TOMBSTONE, State.MERGED))
    alive = set(there.values_list("pk", flat=True))
    return [record for record in found if record in alive]
