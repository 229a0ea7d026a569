"""Which of the selected customers there is something to push of, said beforehand and asked for at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from counterfoil.console.customer_selection import list_address, sealed
from counterfoil.edits import asking, queue
from counterfoil.mirror import catalog, standing
from counterfoil.mirror.models import Allowance, Connection, Run
from counterfoil.mirror.selection import Selection

CALLS = 3
"""Of one record: read again, sent, read back."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a selection means for one connection. `calls_left` is None where the upstream has said nothing."""

    connection: Connection
    title: str
    records: list[int]
    edits: int
    calls_left: int | None

    @property
    def calls(self) -> int:
        """About how many."""
        return CALLS * len(self.records)

    @property
    def fits(self) -> bool:
        """Whether today's calls are enough, as far as is known."""
        return self.calls_left is None or self.calls <= self.calls_left


def bounded(selection: Selection) -> Selection:
    """As it stands now."""
    return selection.bounded(timezone.now())


def plan(selection: Selection) -> list[Share]:
    """Those that have edits to push, by connection."""
    return [share for connection in _writable(selection) if (share := _share(connection, selection)).records]


def ask(selection: Selection, user: AbstractBaseUser) -> list[Run]:
    """Queue a push for every connection that has some of them. In the caller's transaction; asked twice, it is
    queued once."""
    shares = plan(selection)
    keys = [share.connection.pk for share in shares]
    list(Connection.objects.select_for_update().filter(pk__in=keys).order_by("pk"))  # a double click asks once
    return [asking.ask(share.connection, user, share.records) for share in shares]


def question(selection: Selection, shares: list[Share]) -> dict[str, Any]:
    """What a person is told before a selection is pushed."""
    return {
        "title": "Push edits",
        "original": "Push",
        "sealed": sealed(selection),
        "total": sum(len(share.records) for share in shares),
        "shares": shares,
        "several": len(shares) > 1,
        "back": list_address(selection),
    }


def _writable(selection: Selection) -> Iterable[Connection]:
    found = Connection.objects.select_related("owner")
    if selection.visible is not None:
        found = found.filter(pk__in=selection.visible)
    return (connection for connection in found if catalog.writer(connection) is not None)


def _share(connection: Connection, selection: Selection) -> Share:
    waiting = queue.records(connection)
    rows = selection.rows(timezone.now()).filter(connection=connection, pk__in=waiting)
    chosen = set(rows.values_list("pk", flat=True))
    records = [record for record in waiting if record in chosen]
    allowance = Allowance.objects.filter(connection=connection).first()
    return Share(
        connection,
        catalog.connector_class(connection).title,
        records,
        standing.waiting().filter(connection=connection, record_id__in=records).count(),
        allowance.daily_remaining if allowance else None,
    )
