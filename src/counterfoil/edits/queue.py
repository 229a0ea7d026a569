"""Which records wait to be pushed."""

from counterfoil.connectors.contract import Resource
from counterfoil.mirror import standing
from counterfoil.mirror.models import UNFINISHED, Connection, PendingEdit, Write


def of_record(record_id: int) -> list[PendingEdit]:
    """Edits of one record that can be sent, in the order in which they were made."""
    rows = PendingEdit.objects.filter(resource=Resource.CUSTOMER, record_id=record_id, here_only=False)
    return list(rows.filter(conflict=None, refused="").order_by("id"))


def records(connection: Connection) -> list[int]:
    """The rows that a push has something to do with, oldest edit first: those with edits, and those of which a
    write was left whose outcome is not known."""
    edits = standing.waiting().filter(connection=connection)
    waiting = list(edits.order_by("id").values_list("record_id", flat=True))
    left = Write.objects.filter(connection=connection, state__in=UNFINISHED)
    return list(dict.fromkeys([*left.order_by("id").values_list("record_id", flat=True), *waiting]))
