"""The exchange of a push with the upstream: live reads through the ingest, requests sent once."""

from django.db import transaction
from django.db.models import F

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.connectors.write_port import Writable
from counterfoil.edits import outbox
from counterfoil.errors import BadRecord, NotAllowed, ReadRefused, RecordGone, Unavailable, WriteRejected
from counterfoil.ingest import waiting_deletions
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import apply_transitions, transition_of
from counterfoil.mirror import tickets
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Conflict, ConflictKind, Write
from counterfoil.runs.context import RunContext


class DeletionWaits(Exception):
    """The record does not exist upstream, as a read says; its deletion, and so its edits, wait for approval."""


class UpstreamSession:
    """The exchange of one run. Threads may share it."""

    def __init__(self, context: RunContext) -> None:
        """Raise NotAllowed for a read-only connection."""
        self.context = context
        collection = context.collection
        if not isinstance(collection, Writable):
            raise NotAllowed(
                messages.edits.READ_ONLY(connection=context.connection.name), messages.edits.EDITS_STAY_HERE()
            )
        self.collection = collection
        self.system = context.connector.title

    def refresh(self, external_id: str) -> Read:
        """Read a record live and ingest it, which merges its edits. One that is absent changes its row's state.

        Raises as `read` and `ingest` do.
        """
        return self.ingest(self.read(external_id))

    def read(self, external_id: str) -> Read:
        """Read a record live. Raises ReadRefused or Unavailable for an unclear answer, and errors of reads."""
        (read,) = self.context.read([external_id])
        if read.answer == ReadOutcome.UNCLEAR:
            message = messages.sync.UNCLEAR_READ(system=self.system, record=external_id, reason=read.reason)
            if isinstance(read.error, ReadRefused):
                raise ReadRefused(
                    message, messages.edits.PUSHED_LATER(), of_resource=read.error.of_resource
                ) from read.error
            raise Unavailable(message, messages.edits.PUSHED_LATER())
        return read

    def ingest(self, read: Read) -> Read:
        """Ingest what was read, or the record's absence. Returns it. Raises BadRecord where it is not understood.

        It was quarantined then, and an edit of it could overwrite what nobody has seen.
        """
        if (transition := transition_of(read)) is not None:
            with transaction.atomic():
                self.context.lease.check()
                changed = apply_transitions([transition], self.context.source())
                if changed and transition.state == State.TOMBSTONE:
                    self._count_conflicts(self._open_deleted_conflicts(read.external_id))
            connection_id, resource = self.context.connection.pk, self.context.table.resource
            if not changed and read.external_id in waiting_deletions.waiting_ids(connection_id, resource):
                raise DeletionWaits
            return read
        assert read.item is not None  # noqa: S101  FOUND comes with its item
        observation = Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
        done = self.context.pipeline.ingest(
            [observation], self.context.source(), checkpoint=lambda counts: self._count_conflicts(counts.conflicts)
        )
        if done.failed:
            raise BadRecord(
                messages.edits.NOT_UNDERSTOOD(system=self.system, record=read.external_id),
                messages.edits.PUSHED_LATER(),
            )
        return read

    def send(self, write: Write) -> None:
        """Send the unanswered requests of a write, in order. Raises as `Writable.send`."""
        for number, outgoing in outbox.unsent_requests(write):
            self.context.lease.renew()  # a process that has lost the run sends nothing more
            response = self.collection.send(outgoing, outbox.request_key(write, number))
            outbox.record_response(write, number, response.external_id, response.answered_at)

    def find_created(self, write: Write) -> str | None:
        """Ask by the key of a creation for its record, which creates nothing.

        Returns the id, or None where no answer tells it. Raises OutcomeUnknown while the creation is under way.
        """
        request = self.collection.writer.compose_key_lookup()
        if request is None:
            return None
        self.context.lease.renew()
        try:
            return self.collection.send(request, outbox.request_key(write, 0)).external_id
        except (WriteRejected, RecordGone):
            return None

    def _count_conflicts(self, conflicts: int) -> None:
        """Add the conflicts that a read has opened to the run, in the read's own transaction."""
        if conflicts:
            self.context.lease.renew(conflicts=F("conflicts") + conflicts)

    def _open_deleted_conflicts(self, external_id: str) -> int:
        records = self.context.table
        row = records.rows(self.context.connection.pk).filter(external_id=external_id)
        conflicts = Conflict.objects.open().filter(resource=records.resource, kind=ConflictKind.DELETED)
        return conflicts.filter(record_id__in=row.values("pk")).count()
