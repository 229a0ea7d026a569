"""An ingest session for deliveries: it connects to the upstream only where something has to be read."""

from collections.abc import Callable, Mapping

from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connections.budget import SharedBudget
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Collection, Connector
from counterfoil.connectors.priority import Priority
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.pipeline import Ingest
from counterfoil.ingest.session import IngestSession
from counterfoil.mirror.models import Connection, Source
from counterfoil.mirror.store.base import ChangeSource


class DeliverySession(IngestSession):
    """Open for one batch of deliveries and one resource."""

    def __init__(
        self, connection: Connection, resource: Resource, check: Callable[[], None] = lambda: None
    ) -> None:
        """`check` is called before every call to the upstream and raises where the claim is lost."""
        super().__init__(connection, resource)
        self._check = check
        self._budget: SharedBudget | None = None
        self._connector: Connector | None = None

    @property
    def read(self) -> LiveReader:
        """A reader by the connection's shared allowance; connects to the upstream on first use."""
        collection = self.collection
        assert self._budget is not None  # noqa: S101  the collection needs it
        return LiveReader(collection, self.table, self.connection.pk, self._budget.draw_anew)

    @property
    def collection(self) -> Collection:
        """The resource there; connects to the upstream on first use."""
        if self._budget is None:
            self._budget = factory.shared_budget(self.connection, Priority.DELIVERY, self._check)
        if self._connector is None:
            self._connector = factory.connector(self.connection, self._budget, patient=False)
        return self._connector.collection(self.table.resource)

    @property
    def calls(self) -> int:
        """How many calls were made to the upstream so far."""
        return self._budget.calls if self._budget else 0

    def reading_pipeline(self, check: Callable[[], None] | None = None) -> Ingest:
        """Build the ingest pipeline that reads live what nothing else can decide."""
        return self.pipeline(check or self._check, read=self.read)

    def source(self, references: Mapping[str, int]) -> ChangeSource:
        """Build the source of a batch's changes: for each record, by external id, its delivery."""
        return ChangeSource(
            connection_id=self.connection.pk,
            resource=self.table.resource.value,
            source=Source.DELIVERY,
            reference=None,
            at=timezone.now(),
            references=references,
        )

    def close(self) -> None:
        """End the mapping processes, and close the connector and the budget."""
        super().close()
        if self._connector is not None:
            self._connector.close()
        if self._budget is not None:
            self._budget.close()
