"""What a push exchanges with the upstream: live reads through the door, requests sent once."""

from django.db import transaction
from django.db.models import F

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.connectors.write_port import Writable
from counterfoil.edits import outbox
from counterfoil.errors import NotAllowed, Unavailable
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import edit_status, tickets
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import ConflictKind, Customer, Write
from counterfoil.runs.context import RunContext


class UpstreamSession:
    """Of one run. Safe to use from several threads."""

    def __init__(self, context: RunContext) -> None:
        """Raises NotAllowed where the upstream cannot be written to."""
        self.context = context
        collection = context.collection
        if not isinstance(collection, Writable):
            raise NotAllowed(
                messages.edits.READ_ONLY(connection=context.connection.name), messages.edits.EDITS_STAY_HERE()
            )
        self.collection = collection
        self.system = context.connector.title

    def look(self, external_id: str) -> Read:
        """Read a record live and take it in: what waits on it is merged. Where it is gone, its row is a tombstone
        after this. Raises Unavailable for an unclear answer, and as reads do."""
        (read,) = self.context.read([external_id])
        if read.answer == ReadOutcome.UNCLEAR:
            raise Unavailable(
                messages.sync.UNCLEAR_READ(system=self.system, record=external_id, reason=read.reason),
                messages.edits.PUSHED_LATER(),
            )
        if read.item is None:
            with transaction.atomic():
                self.context.lease.check()
                gone = Transition(external_id, State.TOMBSTONE, read.ticket)
                if apply_transitions([gone], self.context.source()):
                    self._count(self._asked_about(external_id))
            return read
        observation = Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
        self.context.pipeline.ingest(
            [observation], self.context.source(), checkpoint=lambda tally: self._count(tally.conflicts)
        )
        return read

    def send(self, write: Write) -> None:
        """Send what is left of a write, in order. Raises what `Writable.send` raises."""
        for number, outgoing in outbox.unsent_requests(write):
            self.context.lease.renew()  # whoever has lost the run sends nothing more
            sent = self.collection.send(outgoing, f"{write.key}-{number}")
            outbox.record_response(write, number, sent.external_id)

    def _count(self, conflicts: int) -> None:
        """Conflicts that a read has raised belong to the run; in the read's own transaction."""
        if conflicts:
            self.context.lease.renew(conflicts=F("conflicts") + conflicts)

    def _asked_about(self, external_id: str) -> int:
        """Whether somebody has to decide about a record that is gone, as a number."""
        row = Customer.objects.filter(connection=self.context.connection, external_id=external_id)
        found = edit_status.whole_record_conflicts().filter(
            record_id__in=row.values("pk"), kind=ConflictKind.DELETED
        )
        return found.count()
