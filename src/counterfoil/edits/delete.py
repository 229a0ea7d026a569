"""Confirm the deletion of a customer, and take it back; the next push carries it out (DESIGN law 5)."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import consent, factory
from counterfoil.connectors.write_port import DeletingWriter
from counterfoil.edits import edit, outbox, request_push
from counterfoil.errors import NotAllowed, NotPossibleNow
from counterfoil.mirror import dependents
from counterfoil.mirror.dependents import Dependents
from counterfoil.mirror.models import Connection, Customer, PendingDeletion, State, WriteKind


@dataclass(frozen=True, slots=True)
class DeletionQuestion:
    """What a person is shown, and confirms: what depends on the customer, and its newest change."""

    dependents: Dependents
    last_change: int

    @classmethod
    def about(cls, customer: Customer) -> "DeletionQuestion":
        """Look at the customer as it is now. Raises like `require_deletable`, NotPossibleNow if it is gone."""
        require_deletable(customer.connection)
        if customer.external_id is None and customer.state == State.LOCAL:
            raise NotPossibleNow(messages.edits.NEVER_CREATED(), messages.edits.DISCARD_INSTEAD())
        if customer.state in (State.TOMBSTONE, State.MERGED):
            raise NotPossibleNow(messages.edits.GONE_ALREADY(record=customer.external_id))
        return cls(Dependents.of_customer(customer), dependents.last_change(customer))

    @property
    def mark(self) -> str:
        """A text that differs wherever a person would be shown something else."""
        counts = self.dependents.to_json()
        return ".".join(map(str, (self.last_change, *counts.values())))


def why_not_deletable(connection: Connection) -> tuple[str, str] | None:
    """Explain, as message and advice, why nothing can be deleted in the connected system; None where it can."""
    writer = factory.writer(connection)
    if writer is None:
        return messages.edits.READ_ONLY(connection=connection.name), messages.edits.NOTHING_DELETED()
    if not isinstance(writer, DeletingWriter):
        return messages.edits.CANNOT_DELETE(system=factory.connector_class(connection).title), ""
    return None


def missing_scope(connection: Connection) -> str:
    """Return the scope that a deletion needs and the connection's consent lacks; empty where none is known to."""
    writer = factory.writer(connection)
    if not isinstance(writer, DeletingWriter):
        return ""
    return consent.missing_scope(connection, [writer.compose_delete("0")])


def require_deletable(connection: Connection) -> None:
    """Raise NotAllowed where customers cannot be deleted in the connected system."""
    request_push.require_writable(connection)
    if (reason := why_not_deletable(connection)) is not None:
        raise NotAllowed(*reason)


def require_consent(connection: Connection) -> None:
    """Raise NotAllowed where the connection's consent is known to lack the right to delete."""
    if scope := missing_scope(connection):
        system = factory.connector_class(connection).title
        raise NotAllowed(messages.edits.CONSENT_LACKS(system=system, scope=scope), messages.edits.LOG_IN_AGAIN())


@transaction.atomic
def confirm_deletion(customer: Customer, seen: str, user: AbstractBaseUser | None = None) -> PendingDeletion:
    """Let the next push delete a customer in the connected system. `seen` marks what a person was shown.

    Raises NotAllowed where nothing can be deleted there, NotPossibleNow for a customer that is gone, or has
    changed since the question.
    """
    row = edit.lock_row(customer.pk, despite_deletion=True)
    require_consent(row.connection)
    question = DeletionQuestion.about(row)
    if question.mark != seen:
        raise NotPossibleNow(messages.edits.CHANGED_WHILE_ASKED(), messages.edits.LOOK_AGAIN())
    values = {
        "last_change": question.last_change,
        "dependents": question.dependents.to_json(),
        "held": "",
        "asked_by_id": user.pk if user else None,
        "asked_at": timezone.now(),
    }
    deletion, _ = PendingDeletion.objects.update_or_create(
        resource=edit.RESOURCE,
        record_id=row.pk,
        defaults=values,
        create_defaults={**values, "connection_id": row.connection_id},
    )
    return deletion


@transaction.atomic
def undo_deletion(customer: Customer) -> bool:
    """Keep a customer whose deletion still waits. Returns False where none does.

    Raises NotPossibleNow where it was sent, and it is not known yet whether it was carried out.
    """
    row = Customer.objects.locked(customer.pk)
    unfinished = outbox.unfinished_write(row)
    if unfinished is not None and unfinished.kind == WriteKind.DELETE:
        system = factory.connector_class(row.connection).title
        raise NotPossibleNow(
            messages.edits.DELETION_UNKNOWN(system=system), messages.edits.CREATION_UNKNOWN_ADVICE()
        )
    return bool(PendingDeletion.objects.for_record(row.pk).delete()[0])
