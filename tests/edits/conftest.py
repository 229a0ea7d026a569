"""A mirrored Robaws whose customers are edited and pushed."""

from dataclasses import dataclass
from typing import Any, Self

import orjson
import pytest

from counterfoil.connectors.page import Resource, Shape
from counterfoil.connectors.robaws.record import identify
from counterfoil.edits import create, edit, request_push, resolve_conflict
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Conflict, Connection, Customer, Decision, PendingEdit, Run, Write
from counterfoil.webhooks.session import DeliverySession
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored


@dataclass
class Edited(Mirrored):
    """A mirrored connection with methods to edit and push."""

    @classmethod
    def of(cls, mirror: Mirrored) -> Self:
        """Sync for the first time, and add the methods."""
        mirror.sync(full=True)
        return cls(mirror.sim, mirror.connection)

    def edit(self, external_id: str, **typed: str) -> edit.EditResult:
        return edit.edit_customer(self.row(external_id), typed)

    def create(self, **typed: str) -> Customer:
        return create.create_customer(self.connection, typed)

    def settle(self, external_id: str, decision: Decision) -> Customer:
        """Settle the only open conflict of a record."""
        conflict = Conflict.objects.get(record_id=self.row(external_id).pk, settled_at=None)
        return resolve_conflict.resolve(conflict, decision)

    def push(self, *external_ids: str) -> Run:
        """Run a push in this process and return its run."""
        records = [self.row(external_id).pk for external_id in external_ids] or None
        run = request_push.request_push(self.connection, records=records)
        execution = execute_run(run, person=bool(records))
        execution.run.refresh_from_db()
        return execution.run

    def webhook(self, external_id: str) -> None:
        """Ingest the upstream's current record as a webhook brings it."""
        body = orjson.dumps(self.theirs(external_id))
        observation = Observation(identify(body), Origin.DELIVERY, Shape.DELIVERY, None, tickets.latest())
        with DeliverySession(self.connection, Resource.CUSTOMER) as session:
            session.reading_pipeline(lambda: None).ingest([observation], session.source({external_id: 1}))

    def edits(self, external_id: str) -> dict[str, PendingEdit]:
        """Return the pending edits of a record by field."""
        rows = PendingEdit.objects.filter(record_id=self.row(external_id).pk)
        return {edit.field: edit for edit in rows}

    def conflicts(self, external_id: str) -> list[tuple[str, str, Any, Any, Any, str]]:
        """Return kind, field, base, ours, theirs and decision of a record's conflicts, oldest first."""
        rows = Conflict.objects.filter(record_id=self.row(external_id).pk).order_by("id")
        return list(rows.values_list("kind", "field", "base", "ours", "theirs", "decision"))

    def writes(self) -> list[str]:
        """Return the states of all writes, oldest first."""
        return list(Write.objects.order_by("id").values_list("state", flat=True))

    def theirs(self, external_id: str) -> dict[str, Any]:
        """Return the client as the upstream has it."""
        client: dict[str, Any] = self.sim.control.client(external_id)
        return client


@pytest.fixture
def edited(mirror: Mirrored) -> Edited:
    return Edited.of(mirror)


__all__ = ["Connection", "Customer", "Edited", "RobawsSimulator"]
