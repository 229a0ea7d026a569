"""Create customers here; the next push creates them in the connected system (DESIGN part 4b)."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.edits import outbox, request_push
from counterfoil.edits.local_row import begin_local_row, edit_source, end_local_row
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.ingest import conflicts
from counterfoil.ingest.edit_values import parse
from counterfoil.mirror.models import Conflict, Connection, Customer, Decision, State


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
    row: Customer = begin_local_row(connection, Resource.CUSTOMER, values, user, with_invalid=with_invalid)
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
    source = edit_source(row.connection_id, Resource.CUSTOMER, user)
    for question in Conflict.objects.for_record(row.pk).open():
        conflicts.close(question, Decision.WITHDRAWN, source, user)
    end_local_row(row.pk, source, is_active=False)
