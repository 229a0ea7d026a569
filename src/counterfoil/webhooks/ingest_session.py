"""What working on deliveries needs: the door of one resource of a connection, and the upstream if it is asked."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connections.budget import SharedBudget
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Connector
from counterfoil.connectors.priority import Priority
from counterfoil.ingest.classify import Ordering
from counterfoil.ingest.live_read import Reading
from counterfoil.ingest.mapping_pool import MappingPool
from counterfoil.ingest.pipeline import Door
from counterfoil.mirror.models import Connection, Source
from counterfoil.mirror.resources import table
from counterfoil.mirror.store import store
from counterfoil.mirror.store.base import Stamp


class Desk:
    """Opened for a lot, closed after it. The upstream is reached only where something has to be read."""

    def __init__(self, connection: Connection, resource: Resource) -> None:
        self.connection = connection
        self.table = table(resource)
        self._store = store(self.table)
        self._pool = MappingPool(factory.mapping_config(connection), self.table.form)
        self._kind = factory.connector_class(connection)
        self._reader = self._kind.collections[resource].reader
        self._budget: SharedBudget | None = None
        self._connector: Connector | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()
        if self._connector is not None:
            self._connector.close()
        if self._budget is not None:
            self._budget.close()

    @property
    def read(self) -> Reading:
        """Reads single records live, by the connection's shared allowance."""
        if self._budget is None:
            self._budget = factory.shared_budget(self.connection, Priority.DELIVERY)
        if self._connector is None:
            self._connector = factory.connector(self.connection, self._budget, patient=False)
        collection = self._connector.collection(self.table.resource)
        return Reading(collection, self.table, self.connection.pk)

    @property
    def calls(self) -> int:
        """Sent to the upstream so far."""
        return self._budget.calls if self._budget else 0

    def door(self, check: Callable[[], None], *, reading: bool) -> Door:
        """Through it everything comes in. `check` raises in a transaction that is no longer ours; without
        `reading` what only a live read can settle is left open."""
        read = self.read if reading else None
        ordering = Ordering(self.connection.pk, self._store, read, self._reader)
        return Door(
            self._store,
            self.table,
            self._pool,
            ordering,
            None,
            check,
            list(self._kind.collections),
        )

    def stamp(self, references: Mapping[str, int]) -> Stamp:
        """The source that history names: the delivery of each record, by external id."""
        return Stamp(
            connection_id=self.connection.pk,
            resource=self.table.resource.value,
            source=Source.DELIVERY,
            reference=None,
            at=timezone.now(),
            references=references,
        )
