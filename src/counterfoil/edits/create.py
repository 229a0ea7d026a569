"""Create customers here; the next push creates them in the connected system (DESIGN part 4b)."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.edits import edit, outbox, request_push
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import parse
from counterfoil.ingest.rewrite import NOTHING, rewrite
from counterfoil.mirror.models import Conflict, Connection, Customer, Decision, PendingEdit, Source, State
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import ChangeSource, write_history


def create_customer(
    connection: Connection,
    typed: Mapping[str, str],
    user: AbstractBaseUser | None = None,
    *,
    with_invalid: bool = False,
) -> Customer:
    """Create a customer from typed texts.

    Raises InvalidInput for fields and values that are not possible, NotAllowed for a read-only connection, and
    unless `with_invalid` DoubtfulInput for e-mail addresses and phone numbers that cannot be right.
    """
    values = {name: parse(name, text) for name, text in typed.items()}
    return create_row(connection, values, user, with_invalid=with_invalid)


@transaction.atomic
def create_row(
    connection: Connection,
    values: Mapping[str, Any],
    user: AbstractBaseUser | None = None,
    *,
    with_invalid: bool = False,
) -> Customer:
    """Create a customer from values as edits keep them. Raises as `create_customer`."""
    request_push.require_writable(connection)
    if values.get("name") is None:
        raise InvalidInput(messages.ingest.NAME_MISSING(), messages.ingest.NAME_MISSING_ADVICE())
    now = timezone.now()
    row = Customer.objects.create(
        connection=connection,
        external_id=None,
        raw=NOTHING,
        state=State.LOCAL,
        state_at=now,
        first_seen_at=now,
        first_source=Source.EDIT,
        observed_at=now,
        updated_at=now,
    )
    edit.set_values(row, values, user)
    actor = user.pk if user else None
    source = ChangeSource(connection.pk, Resource.CUSTOMER, Source.EDIT, None, now, actor)
    write_history([(row.pk, FieldChange("state", None, State.LOCAL.value), None)], source)
    rewrite(row, user, None, history=False)
    row.refresh_from_db()
    if not with_invalid:
        edit.require_usable(row, values)
    return row


@transaction.atomic
def discard_customer(customer: Customer, user: AbstractBaseUser | None = None) -> None:
    """Mark a customer as deleted that was never created in the connected system.

    Raises NotPossibleNow where it was created, or may have been.
    """
    row = Customer.objects.locked(customer.pk)
    system = factory.connector_class(row.connection).title
    if row.state != State.LOCAL:
        raise NotPossibleNow(messages.edits.CREATED_ALREADY(system=system))
    if outbox.unfinished_write(row) is not None:
        raise NotPossibleNow(
            messages.edits.CREATION_UNKNOWN(system=system), messages.edits.CREATION_UNKNOWN_ADVICE()
        )
    now = timezone.now()
    source = ChangeSource(row.connection_id, Resource.CUSTOMER, Source.EDIT, None, now, user.pk if user else None)
    PendingEdit.objects.for_record(row.pk).update(here_only=True)
    for question in Conflict.objects.for_record(row.pk).open():
        conflicts.close(question, Decision.WITHDRAWN, source, user)
    Customer.objects.filter(pk=row.pk).update(
        state=State.TOMBSTONE, state_at=now, is_active=False, updated_at=now, version=F("version") + 1
    )
    write_history([(row.pk, FieldChange("state", State.LOCAL.value, State.TOMBSTONE.value), None)], source)
