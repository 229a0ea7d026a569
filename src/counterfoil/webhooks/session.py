"""An ingest session for deliveries: the upstream is reached only where something has to be read."""

from collections.abc import Callable, Mapping

from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connections.budget import SharedBudget
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Connector
from counterfoil.connectors.priority import Priority
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.pipeline import Ingest
from counterfoil.ingest.session import IngestSession
from counterfoil.mirror.models import Connection, Source
from counterfoil.mirror.store.base import ChangeSource


class DeliverySession(IngestSession):
    """Open it for a lot, close it afterwards."""

    def __init__(self, connection: Connection, resource: Resource) -> None:
        super().__init__(connection, resource)
        self.connection = connection
        self._budget: SharedBudget | None = None
        self._connector: Connector | None = None

    @property
    def read(self) -> LiveReader:
        """Connect to the upstream where that is not done yet, and read by the connection's shared allowance."""
        if self._budget is None:
            self._budget = factory.shared_budget(self.connection, Priority.DELIVERY)
        if self._connector is None:
            self._connector = factory.connector(self.connection, self._budget, patient=False)
        collection = self._connector.collection(self.table.resource)
        return LiveReader(collection, self.table, self.connection.pk)

    @property
    def calls(self) -> int:
        """Count the calls sent to the upstream so far."""
        return self._budget.calls if self._budget else 0

    def reading_pipeline(self, check: Callable[[], None]) -> Ingest:
        """Build the way in that reads live what nothing else can decide."""
        return self.pipeline(check, read=self.read)

    def source(self, references: Mapping[str, int]) -> ChangeSource:
        """Name as source the delivery of each record, by external id."""
        return ChangeSource(
            connection_id=self.connection.pk,
            resource=self.table.resource.value,
            source=Source.DELIVERY,
            reference=None,
            at=timezone.now(),
            references=references,
        )

    def close(self) -> None:
        """End the mapping processes, and let go of the upstream."""
        super().close()
        if self._connector is not None:
            self._connector.close()
        if self._budget is not None:
            self._budget.close()
