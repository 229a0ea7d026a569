"""Remove a connection: stop all that works for it, forget its secrets, keep its records or delete them.

Deleting takes many short transactions. A process that is killed meanwhile leaves the connection marked, and any
worker, or the same command, deletes the rest.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import standing
from counterfoil.edits import read_only
from counterfoil.ingest import conflicts
from counterfoil.mirror import edit_status, sharing, vocabulary
from counterfoil.mirror.models import (
    Change,
    Conflict,
    Connection,
    ContactPerson,
    Customer,
    Decision,
    Invoice,
    PendingDeletion,
    Proposal,
    Removal,
    Run,
    RunState,
    Source,
)
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs import lifecycle
from counterfoil.runs.lease import LEASES
from counterfoil.runs.requester import free_name
from counterfoil.webhooks import queue, register
from counterfoil.webhooks.models import Delivery, DeliveryState

log = structlog.get_logger()

ROWS_PER_TRANSACTION = 1_000


@dataclass(frozen=True, slots=True)
class RemovalCounts:
    """What a connection holds, counted by SQL: what a user is told before it is removed."""

    customers: int
    contact_persons: int
    invoices: int
    edits_waiting: int
    changes: int
    runs: int
    webhooks: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def count(connection: Connection) -> RemovalCounts:
    """Count what is lost with a connection whose records are deleted."""
    edits = edit_status.count_by_connection([connection.pk])[connection.pk]
    return RemovalCounts(
        Customer.objects.filter(connection=connection).count(),
        ContactPerson.objects.filter(connection=connection).count(),
        Invoice.objects.filter(connection=connection).count(),
        edits.waiting,
        Change.objects.filter(connection=connection).count(),
        Run.objects.filter(connection=connection).count(),
        Delivery.objects.filter(connection=connection).count(),
    )


def remove(connection: Connection, removal: Removal, user: AbstractBaseUser | None = None) -> list[str]:
    """Stop a connection for good and erase its secrets; its name becomes free.

    Call `delete_records` afterwards where its records are to be deleted. Returns what is left for a user to do at
    the connected system. Raises NotPossibleNow for a connection that was removed already.
    """
    standing.require_present(connection)
    by_hand = register.unregister_all(connection)
    now = timezone.now()
    with transaction.atomic():
        fresh = Connection.objects.locked(connection.pk)
        _stop_runs(fresh)
        _end_deliveries(fresh)
        fresh.schedules.all().delete()
        PendingDeletion.objects.filter(connection=fresh).delete()
        read_only.set_read_only(fresh, True, user)
        _close_conflicts(fresh, user)
        sharing.hand_on(fresh.pk)
        fresh.refresh_from_db()
        fresh.secrets = ""
        fresh.name = free_name(f"{fresh.name[:70]} (removed)", fresh.owner_id)
        fresh.removed_at, fresh.removal, fresh.paused_at = now, removal, None
        fresh.save(update_fields=["secrets", "name", "removed_at", "removal", "paused_at"])
    connection.refresh_from_db()
    log.info("connection removed", connection=connection.pk, removal=removal, user=user.pk if user else None)
    return by_hand


def delete_kept(connection: Connection) -> None:
    """Mark a removed connection whose records were kept: `delete_records` may delete them."""
    Connection.objects.filter(pk=connection.pk, removed_at__isnull=False).update(removal=Removal.DELETE)


def delete_records(
    connection: Connection,
    progress: Callable[[int], object] = lambda _: None,
    stop: threading.Event | None = None,
) -> bool:
    """Delete a removed connection with all that belongs to it, in short transactions and little memory.

    `progress` is called with the number of rows deleted so far. Returns False where `stop` was set before the end.
    """
    if not Connection.objects.filter(pk=connection.pk, removal=Removal.DELETE).exists():
        return True
    deleted = 0
    vocabulary.delete_of(connection.pk, stop)
    for model, way in _tables():
        table = model._base_manager  # noqa: SLF001  no manager that narrows
        rows = table.filter(**{way: connection.pk}).order_by("pk")
        while ids := list(rows.values_list("pk", flat=True)[:ROWS_PER_TRANSACTION]):
            if stop is not None and stop.is_set():
                return False
            with transaction.atomic():
                if model is Customer:
                    Customer.objects.filter(merged_into__in=ids).update(merged_into=None)
                table.filter(pk__in=ids).delete()
            deleted += len(ids)
            progress(deleted)
    Connection.objects.filter(pk=connection.pk, removal=Removal.DELETE).delete()
    return True


class Removals:
    """The background task that goes on with deletions which were begun."""

    def is_due(self) -> bool:
        """Tell whether records of a removed connection are left."""
        return Connection.objects.filter(removal=Removal.DELETE).exists()

    def process_due(self, stop: threading.Event | None = None) -> int:
        """Delete them. Returns how many connections were deleted."""
        marked = list(Connection.objects.filter(removal=Removal.DELETE).order_by("pk"))
        return sum(delete_records(connection, stop=stop) for connection in marked)


def _stop_runs(connection: Connection) -> None:
    note = messages.runs.CONNECTION_REMOVED()
    active = Run.objects.filter(connection=connection, state__in=(*lifecycle.WAITING, RunState.RUNNING))
    LEASES.release(
        active, state=RunState.CANCELLED, fence=F("fence") + 1, resumable=False, finished_at=Now(), note=note
    )
    Run.objects.filter(connection=connection, resumable=True).update(resumable=False)


def _end_deliveries(connection: Connection) -> None:
    waiting = Delivery.objects.filter(connection=connection, state__in=queue.WAITING)
    reason = messages.store(messages.runs.CONNECTION_REMOVED())
    queue.CLAIMS.release(waiting, state=DeliveryState.IGNORED, ended_at=Now(), reason=reason)


def _close_conflicts(connection: Connection, user: AbstractBaseUser | None) -> None:
    for conflict in Conflict.objects.filter(connection=connection).open():
        source = ChangeSource(connection.pk, conflict.resource, Source.EDIT, None, timezone.now())
        conflicts.close(conflict, Decision.WITHDRAWN, source, user)


def _tables() -> "Iterator[tuple[type[models.Model], str]]":
    """Yield every table that belongs to connections, and the way to its connection, referring tables first."""
    relations = Connection._meta.get_fields(include_hidden=True)  # noqa: SLF001
    left = {
        relation.related_model: relation.field.name
        for relation in relations
        if isinstance(relation, models.ManyToOneRel)
    }
    yield Proposal, "run__connection"
    while left:
        referred = {target for model in left for target in _targets(model) if target is not model}
        free = next(model for model in left if model not in referred)
        yield free, left.pop(free)


def _targets(model: type[models.Model]) -> "set[type[models.Model]]":
    fields = (field for field in model._meta.fields if field.is_relation)  # noqa: SLF001
    return {field.related_model for field in fields if isinstance(field.related_model, type)}
