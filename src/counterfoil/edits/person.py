"""Edit and create contact persons here; the next push sends them after their customers (DESIGN laws 4 and 5)."""

from collections.abc import Mapping

import orjson
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil import messages
from counterfoil.connections import factory, standing
from counterfoil.connectors.page import Resource
from counterfoil.edits import edit, outbox, request_push
from counterfoil.edits.edit import EditResult
from counterfoil.edits.local_row import begin_local_row, edit_source, end_local_row
from counterfoil.errors import InvalidInput, NotAllowed, NotPossibleNow
from counterfoil.ingest.edit_values import parse
from counterfoil.ingest.rewrite import NOTHING
from counterfoil.mirror.models import Connection, ContactPerson, Customer, State
from counterfoil.mirror.resources import table

RESOURCE = Resource.CONTACT_PERSON
_NAMING = ("first_name", "last_name")
"""A person needs one of them."""


def edit_person(
    person: ContactPerson,
    typed: Mapping[str, str],
    user: AbstractBaseUser | None = None,
    *,
    with_invalid: bool = False,
) -> EditResult:
    """Edit fields of a contact person, all of them or none. An empty text clears a field.

    Raises InvalidInput for fields and values that are not possible, NotPossibleNow for a person that is gone, and
    unless `with_invalid` DoubtfulInput for e-mail addresses and phone numbers that cannot be right.
    """
    values = {name: parse(name, text, RESOURCE) for name, text in typed.items()}
    with transaction.atomic():
        row = _lock(person.pk)
        result = edit.set_values(row, values, user)
        if result.changed:
            edit.rebuild(row, user)
            row.refresh_from_db(fields=["invalid"])
        if not with_invalid:
            edit.require_usable(row, (*result.pending, *result.here_only))
        result.invalid = {name: row.invalid[name] for name in values if values[name] and name in row.invalid}
    return result


@transaction.atomic
def create_person(
    customer: Customer,
    typed: Mapping[str, str],
    user: AbstractBaseUser | None = None,
    *,
    with_invalid: bool = False,
) -> ContactPerson:
    """Create a contact person of a customer, who may be created here too and not sent yet.

    Raises InvalidInput for fields and values that are not possible, NotAllowed where persons cannot be written,
    NotPossibleNow for a customer that is gone or about to be deleted, and DoubtfulInput like `edit_person`.
    """
    owner = edit.lock_row(customer.pk)
    _require_writable(owner.connection)
    values = {name: parse(name, text, RESOURCE) for name, text in typed.items()}
    if not any(values.get(name) for name in _NAMING):
        raise InvalidInput(messages.edits.PERSON_NAME_MISSING(), messages.edits.PERSON_NAME_ADVICE())
    row: ContactPerson = begin_local_row(
        owner.connection,
        RESOURCE,
        values,
        user,
        with_invalid=with_invalid,
        raw=_payload(owner),
        customer=owner,
    )
    return row


@transaction.atomic
def discard_person(person: ContactPerson, user: AbstractBaseUser | None = None) -> None:
    """Mark a person as deleted that was never created in the connected system.

    Raises NotPossibleNow where it was created, or may have been.
    """
    row = table(RESOURCE).locked(person.pk)
    system = factory.connector_class(row.connection).title
    if row.state != State.LOCAL:
        raise NotPossibleNow(messages.edits.PERSON_CREATED_ALREADY(system=system))
    if outbox.unfinished_write(row) is not None:
        raise NotPossibleNow(
            messages.edits.PERSON_CREATION_UNKNOWN(system=system), messages.edits.CREATION_UNKNOWN_ADVICE()
        )
    end_local_row(row.pk, edit_source(row.connection_id, RESOURCE, user))


def _lock(pk: int) -> ContactPerson:
    row: ContactPerson = table(RESOURCE).locked(pk)
    standing.require_present(row.connection)
    if row.state == State.TOMBSTONE:
        raise NotPossibleNow(messages.edits.PERSON_DELETED(record=row.external_id or f"#{row.pk}"))
    return row


def _require_writable(connection: Connection) -> None:
    request_push.require_writable(connection)
    if factory.writer(connection, RESOURCE) is None:
        system = factory.connector_class(connection).title
        raise NotAllowed(messages.edits.PERSONS_NOT_WRITTEN(system=system))


def _payload(owner: Customer) -> str:
    """Return a payload that names the customer, from which the row is mapped until the person has come back."""
    if owner.external_id is None:
        return NOTHING
    reader = factory.connector_class(owner.connection).collections[RESOURCE].reader
    (path,) = reader.default_sources["customer_external_id"]
    return orjson.dumps({path: owner.external_id}).decode()
