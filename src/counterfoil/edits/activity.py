"""Deactivate and activate customers in the connected system: an edit like any other, where it knows a way."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil import messages
from counterfoil.connections import consent, factory
from counterfoil.connectors.field_source import is_plain
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.edits import edit, field_paths, request_push
from counterfoil.edits.edit import EditResult
from counterfoil.errors import NotAllowed, NotPossibleNow
from counterfoil.ingest.rewrite import NOTHING, rewrite
from counterfoil.mirror.models import Connection, Customer, State

FIELD = "is_active"


def can_be_set(connection: Connection) -> bool:
    """Tell whether customers can be deactivated in the connected system."""
    writer = factory.writer(connection)
    return writer is not None and any(
        is_plain(path) and writer.accepts(path) for path in factory.all_sources(connection).get(FIELD, ())
    )


def set_active(customer: Customer, user: AbstractBaseUser | None = None, *, active: bool) -> EditResult:
    """Deactivate or activate a customer here; the next push does it in the connected system.

    Raises NotAllowed where that is not possible there, NotPossibleNow for a customer that is not there.
    """
    request_push.require_writable(customer.connection)
    system = factory.connector_class(customer.connection).title
    if not can_be_set(customer.connection):
        raise NotAllowed(messages.edits.CANNOT_DEACTIVATE(system=system), messages.edits.DEACTIVATE_THERE())
    with transaction.atomic():
        row = edit.lock_row(customer.pk)
        if row.state != State.PRESENT:
            raise NotPossibleNow(messages.edits.NOT_THERE(system=system), messages.edits.SYNC_OR_PUSH_FIRST())
        if scope := consent.missing_scope(row.connection, _requests(row, active=active)):
            raise NotAllowed(
                messages.edits.CONSENT_LACKS(system=system, scope=scope), messages.edits.LOG_IN_AGAIN()
            )
        result = edit.set_values(row, {FIELD: active}, user)
        if result.changed:
            rewrite(row, user, None)
    return result


def _requests(row: Customer, *, active: bool) -> list[WriteRequest]:
    """Compose what would be sent, to look at the scopes that it needs."""
    paths = field_paths.customer_paths(row.connection, row)
    writer = factory.writer(row.connection)
    if paths is None or writer is None:
        return []
    current = (row.raw or NOTHING).encode()
    return list(writer.compose_update(str(row.external_id), current, paths.values({FIELD: active})))
